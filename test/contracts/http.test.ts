// What every served graph promises over HTTP, whether it comes from a build folder or from a store: answers as the schemas say, pages that miss and repeat nothing,
// and errors that say what to do. The typed client asks.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { buildGraph } from '../../graph/build-graph.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { LiveGraph } from '../../graph/live-graph.ts';
import { openStore } from '../../graph/stores/index.ts';
import { openConfiguredStore, runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { openLiveBuild } from '../../pipeline/live-build.ts';
import { createClient, OPERATIONS, ProblemError } from '../../pipeline/service/client.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { openGraphSource, type GraphSource } from '../../pipeline/service/graph-source.ts';
import { createHttpServer, type HttpOptions } from '../../pipeline/service/http-server.ts';
import type { OperationName } from '../../pipeline/service/operations.ts';
import { bornInExtractions } from '../support/born-in.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { neo4jAddress, neo4jNotice, takeNeo4jTurn } from '../support/neo4j-server.ts';
import { sampleExtractions, sampleGraph } from '../support/sample-graph.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

test.before(async () => {
  await takeNeo4jTurn();
  if (neo4jAddress !== undefined) await stored(neo4jAddress);
});

const SOURCES: Readonly<Record<string, (t: ExecutionContext) => Promise<GraphSource | undefined>>> = {
  folder: async () => {
    const live = new LiveGraph();
    live.apply({ added: sampleExtractions });
    return { name: 'folder', graph: live.graph, documents: documentsOf(sampleExtractions), live };
  },
  jsonl: async (t) => {
    const address = `jsonl:${await temporaryFolder(t)}`;
    await stored(address);
    return openGraphSource(address, DEFAULT_CONFIG);
  },
  neo4j: async (t) => {
    if (neo4jAddress === undefined) return void t.log(neo4jNotice);
    return openGraphSource(neo4jAddress, DEFAULT_CONFIG);
  },
};

async function stored(address: string): Promise<void> {
  const store = await openStore(address);
  try {
    await store.prepare();
    await store.replaceAll(sampleGraph().toDelta());
  } finally {
    await store.close();
  }
}

async function served(t: ExecutionContext, source: GraphSource, options: HttpOptions = {}): Promise<FastifyInstance> {
  const service = await createGraphService(source, DEFAULT_CONFIG);
  // How late this process is while others of the test run is not what they are about.
  const app = await createHttpServer(service, { mostDelay: 0, ...options });
  service.warm();
  t.teardown(async () => {
    await app.close();
    await service.close();
    await source.build?.close();
  });
  return app;
}

/** The client's requests, handed to the server without a network. */
function clientOf(app: FastifyInstance) {
  return createClient('http://localhost', {
    fetch: async (url, init) => {
      const response = await app.inject({ method: (init?.method ?? 'GET') as 'GET', url: String(url).slice('http://localhost'.length), headers: init?.headers as Record<string, string>, ...(init?.body === undefined ? {} : { payload: init.body as string }) });
      return new Response(new Uint8Array(response.rawPayload), { status: response.statusCode });
    },
  });
}

/** Answers hold what the schema names and nothing else. */
function strict(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return z.strictObject(Object.fromEntries(Object.entries(schema.shape).map(([key, of]) => [key, strict(of as z.ZodType)])));
  if (schema instanceof z.ZodArray) return z.array(strict(schema.element as z.ZodType));
  if (schema instanceof z.ZodOptional) return strict(schema.unwrap() as z.ZodType).optional();
  return schema;
}

for (const [kind, open] of Object.entries(SOURCES)) {
  test(`${kind}: every operation answers as its schema says`, async (t) => {
    const source = await open(t);
    if (source === undefined) return t.pass();
    const client = clientOf(await served(t, source));
    const checked = async <Name extends OperationName>(name: Name, input: Parameters<(typeof client)[Name]>[0]) => {
      const answer = await client[name](input as never);
      const { error } = strict(OPERATIONS[name].response).safeParse(answer);
      t.is(error, undefined, `${name}: ${error?.message}`);
      return answer as Awaited<ReturnType<(typeof client)[Name]>>;
    };
    const [hopper] = (await checked('search', { q: 'grace hoper' })).items;
    t.is(hopper!.name, 'Grace Hopper');
    t.is((await checked('search', { q: 'Gra', by: 'name', limit: 1 })).items.length, 1);
    t.like(await checked('entity', { id: hopper!.id }), { name: 'Grace Hopper', aliases: ['Hopper'], facts: 2, documents: 1, attributes: [{ name: 'dateOfBirth', value: '1906-12-09' }] });
    t.deepEqual((await checked('facts', { id: hopper!.id })).items.map(({ predicate, object }) => `${predicate} ${object.name}`).sort(), ['employer Remington Rand', 'placeOfBirth New York City']);
    t.is((await checked('facts', { id: hopper!.id, minProbability: 0.65 })).items.length, 1);
    const likeliest = await checked('facts', { id: hopper!.id, order: 'probability', limit: 1 });
    t.is(likeliest.items[0]!.predicate, 'placeOfBirth');
    t.is((await checked('facts', { id: hopper!.id, order: 'probability', limit: 1, cursor: likeliest.next })).items[0]!.predicate, 'employer');
    t.is((await checked('mentions', { id: hopper!.id })).items.length, 2);
    t.true((await checked('related', { entity: ['Grace Hopper', 'J. Presper Eckert'], type: ['LOC', 'MISC'] })).related.every(({ type }) => type === 'LOC' || type === 'MISC'));
    const { path } = await checked('path', { from: 'Grace Hopper', to: 'J. Presper Eckert' });
    t.deepEqual(path.map(({ predicate, reversed, to }) => `${predicate} ${reversed} ${to.name}`), ['employer false Remington Rand', 'employer true J. Presper Eckert']);
    t.is((await checked('similar', { entity: 'Grace Hopper', limit: 1 })).similar[0]!.name, 'J. Presper Eckert');
    const { facts } = await checked('explain', { q: 'Grace Hopper placeOfBirth' });
    t.is(facts[0]!.claims[0]!.text, source.documents.size === 0 ? '' : 'Grace Hopper was born on December 9, 1906 in New York City.');
    t.like(await checked('features', { ids: [hopper!.id, 'e-none'], neighbours: 1 }), { unknown: ['e-none'], rows: [{ name: 'Grace Hopper', facts_out: 2 }] });
    const [record] = (await checked('documents', {})).items;
    const document = await checked('document', { id: record!.id });
    t.is(document.text !== undefined, source.documents.size > 0);
    for (const { start, end, surface } of document.mentions) t.is((document.text ?? '').slice(start, end) || surface, surface);
    t.like(await checked('status', {}), { counts: { documents: 2, entities: 6, facts: 3 }, writable: false });
    t.is((await checked('entities', { type: 'PER' })).items.length, 3);
    t.true((await checked('related', { entity: 'Grace Hopper', inferred: 'true' })).related.length > 0);
    t.true((await checked('path', { from: 'Grace Hopper', to: 'Remington Rand', inferred: 'false' })).path.length > 0);
    const overview = await checked('overview', {});
    t.deepEqual(overview.entities.map(({ name, facts: among }) => `${name} ${among}`).sort(), ['Grace Hopper 2', 'J. Presper Eckert 1', 'New York City 1', 'Remington Rand 2']);
    t.deepEqual(overview.entities.map(({ facts: among }) => among), [2, 2, 1, 1]);
    t.deepEqual(overview.facts.map(([from, predicate, to]) => `${overview.entities[from]!.name} ${overview.predicates[predicate]} ${overview.entities[to]!.name}`).sort(), ['Grace Hopper employer Remington Rand', 'Grace Hopper placeOfBirth New York City', 'J. Presper Eckert employer Remington Rand']);
    const first = await checked('overview', { limit: 2 });
    t.deepEqual([first.entities.length, first.facts.length, first.predicates], [2, 1, ['employer']]);
  });

  test(`${kind}: what is in doubt, and why, is told where the documents are at hand; nobody decides`, async (t) => {
    const source = await open(t);
    if (source === undefined) return t.pass();
    const client = clientOf(await served(t, source));
    const [hopper] = (await client.search({ q: 'grace hopper' })).items;
    const isAtHand = source.live !== undefined;
    t.is((await client.status({})).reviewable, isAtHand);
    const asked = [
      ['review', () => client.review({})],
      ['names', () => client.names({ id: hopper!.id })],
      ['compare', () => client.compare({ a: 'Grace Hopper', b: 'J. Presper Eckert' })],
      ['words', async () => client.words({ id: (await client.facts({ id: hopper!.id })).items[0]!.id })],
    ] as const;
    for (const [name, ask] of asked) {
      if (!isAtHand) {
        t.like(await t.throwsAsync(ask(), { instanceOf: ProblemError }), { status: 409, title: 'ENGRAM_SERVED_WITHOUT_DOCUMENTS' }, name);
        continue;
      }
      const { error } = strict(OPERATIONS[name].response).safeParse(await ask());
      t.is(error, undefined, `${name}: ${error?.message}`);
    }
    t.like(await t.throwsAsync(client.decide({ a: 'Grace Hopper', b: 'J. Presper Eckert', decision: 'same' }), { instanceOf: ProblemError }), { status: 403, title: 'ENGRAM_SERVED_READ_ONLY' });
    if (!isAtHand) return;
    const { items } = await client.names({ id: hopper!.id });
    t.deepEqual(items.map(({ name, uri, text, mention }) => [name, uri, text.slice(mention.start, mention.end)]), [['Grace Hopper', 'hopper.txt', 'Grace Hopper']]);
    t.like(await client.compare({ a: 'Grace Hopper', b: 'J. Presper Eckert' }), { one: false, a: { name: 'Grace Hopper', entity: { id: hopper!.id } }, b: { uri: 'eckert.txt' } });
    t.like(await t.throwsAsync(client.words({ id: 'f-none' }), { instanceOf: ProblemError }), { status: 404, title: 'ENGRAM_GRAPH_UNKNOWN_FACT' });
  });

  test(`${kind}: pages miss nothing and repeat nothing`, async (t) => {
    const source = await open(t);
    if (source === undefined) return t.pass();
    const client = clientOf(await served(t, source));
    const all = async (page: (cursor: string | undefined) => Promise<{ readonly items: readonly { readonly id: string }[]; readonly next?: string }>): Promise<string[]> => {
      const ids: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const { items, next } = await page(cursor);
        ids.push(...items.map(({ id }) => id));
        if ((cursor = next) === undefined) return ids;
      }
    };
    t.deepEqual(await all((cursor) => client.entities({ limit: 1, cursor })), source.graph.entityIds());
    t.deepEqual(await all((cursor) => client.documents({ limit: 1, cursor })), source.graph.documents().map(({ id }) => id));
    const found = await client.search({ q: 'remington hopper eckert', limit: 100 });
    t.deepEqual(await all((cursor) => client.search({ q: 'remington hopper eckert', limit: 1, cursor })), found.items.map(({ id }) => id));
  });
}

const folder = (): GraphSource => ({ name: 'folder', graph: sampleGraph(), documents: new Map() });

test('what is wrong is a problem that says what to do', async (t) => {
  const app = await served(t, folder(), { mostBodyBytes: 2000 });
  const client = clientOf(app);
  const refused = async (asked: Promise<unknown>, status: number, title: string): Promise<void> => {
    const error = await t.throwsAsync(asked, { instanceOf: ProblemError });
    t.like(error, { status, title });
  };
  await refused(client.entity({ id: 'e-00000000000000000000' }), 404, 'ENGRAM_GRAPH_UNKNOWN_ENTITY');
  await refused(client.document({ id: 'nothing' }), 404, 'ENGRAM_GRAPH_UNKNOWN_DOCUMENT');
  await refused(client.related({ entity: 'zzzzzz' }), 404, 'ENGRAM_GRAPH_UNKNOWN_ENTITY');
  await refused(client.search({ q: '' }), 400, 'ENGRAM_USAGE');
  await refused(client.search({ q: 'x', limit: 101 }), 400, 'ENGRAM_USAGE');
  await refused(client.search({ q: 'x', cursor: '-1' }), 400, 'ENGRAM_USAGE');
  await refused(client.search({ q: 'x', cursor: '999999' }), 400, 'ENGRAM_USAGE');
  await refused(client.overview({ limit: 10_001 }), 400, 'ENGRAM_USAGE');
  await refused(client.features({ ids: [] }), 400, 'ENGRAM_USAGE');
  await refused(client.addDocument({ uri: 'a', text: 'b' }), 403, 'ENGRAM_SERVED_READ_ONLY');
  const answers = [
    await app.inject({ method: 'POST', url: '/ask', headers: { 'content-type': 'application/json' }, payload: '{broken' }),
    await app.inject({ method: 'POST', url: '/ask', headers: { 'content-type': 'text/plain' }, payload: 'x' }),
    await app.inject({ method: 'POST', url: '/features', headers: { 'content-type': 'application/json' }, payload: JSON.stringify({ ids: ['x'.repeat(3000)] }) }),
    await app.inject({ method: 'GET', url: '/nothing' }),
    await app.inject({ method: 'PUT', url: '/search' }),
    await app.inject({ method: 'GET', url: `/entities/${'x'.repeat(600)}` }),
  ];
  t.deepEqual(answers.map(({ statusCode }) => statusCode), [400, 415, 413, 404, 404, 414]);
  for (const { headers, body } of answers) {
    t.regex(String(headers['content-type']), /^application\/problem\+json/);
    t.is(typeof (JSON.parse(body) as { readonly detail: unknown }).detail, 'string');
  }
});

test('the longest request that the document allows is answered; one that cannot be read is refused in the same form', async (t) => {
  const url = await (await served(t, folder())).listen({ port: 0 });
  const long = await fetch(`${url}/related?${new URLSearchParams([...Array.from({ length: 10 }, () => ['entity', '字'.repeat(500)]), ...Array.from({ length: 20 }, () => ['type', '字'.repeat(100)])])}`);
  t.is(long.status, 404);
  const refused = await fetch(`${url}/status`, { headers: { 'x-long': 'x'.repeat(200_000) } });
  t.is(refused.status, 431);
  t.is(refused.headers.get('content-type'), 'application/problem+json');
  t.like((await refused.json()) as object, { status: 431, title: 'Request Header Fields Too Large', hint: 'Send less in the address and the headers: 96 KiB at most.' });
});

test('what a build with sentiment and topics says of documents and mentions is in the document too', async (t) => {
  const judged = sampleExtractions.map((extraction) => ({ ...extraction, sentiment: { model: 'sentiment@test', score: -0.5, sentences: extraction.sentences.map(() => -0.5), mentions: extraction.mentions.map(() => 0.75) }, topics: { model: 'topics@test', labels: [{ label: 'ships', probability: 0.9 }] } }));
  const client = clientOf(await served(t, { name: 'judged', graph: buildGraph(judged), documents: documentsOf(judged) }));
  const [hopper] = (await client.search({ q: 'grace hopper', sentiment: 'positive', topic: 'ships' })).items;
  t.deepEqual((await client.search({ q: 'grace hopper', sentiment: 'negative' })).items, []);
  const [documents, mentions] = [await client.documents({}), await client.mentions({ id: hopper!.id })];
  const document = await client.document({ id: documents.items[0]!.id });
  for (const [name, answer] of [['documents', documents], ['mentions', mentions], ['document', document]] as const) t.is(strict(OPERATIONS[name].response).safeParse(answer).error, undefined, name);
  t.like(document, { sentiment: -0.5, topics: [{ label: 'ships' }] });
  t.is(mentions.items[0]!.sentiment, 0.75);

  const entity = await client.entity({ id: hopper!.id });
  const whole = await client.sentiment({ id: hopper!.id });
  const [spoken, topics, annotated] = [await client.spokenOf({ limit: 2 }), await client.topics({}), await client.annotations({ ids: [hopper!.id, 'e-none'] })];
  for (const [name, answer] of [['entity', entity], ['sentiment', whole], ['spokenOf', spoken], ['topics', topics], ['annotations', annotated]] as const) t.is(strict(OPERATIONS[name].response).safeParse(answer).error, undefined, name);
  t.like(entity.sentiment, { score: 0.75, mentions: 2, positive: 2, negative: 0 });
  t.like(whole, { name: 'Grace Hopper', sentiment: entity.sentiment, periods: [{ score: 0.75, mentions: 2 }] });
  t.deepEqual(whole.evidence.map(({ text, mention, surface, sentiment }) => [text!.slice(mention!.start, mention!.end) === surface, sentiment]), [[true, 0.75], [true, 0.75]]);
  t.is(spoken.items.length, 2);
  t.truthy(spoken.next);
  t.like(topics, { origin: 'classifier', items: [{ label: 'ships', documents: 2 }] });
  t.deepEqual(annotated.items.map(({ id, topics: about }) => [id, about]), [[hopper!.id, [{ label: 'ships', documents: 1 }]]]);
  t.is((await client.documents({ topic: 'ships' })).items.length, 2);
  t.true((await client.status({})).judged);
  for (const asked of [client.search({ q: 'grace', topic: 'none' }), client.documents({ topic: 'none' })]) t.is((await t.throwsAsync<ProblemError>(asked)).status, 404);
});

test('without a classifier topics are communities, and of a build without sentiment nothing is told of it', async (t) => {
  const client = clientOf(await served(t, folder()));
  t.is((await client.topics({})).origin, 'communities');
  t.deepEqual((await client.spokenOf({})).items, []);
  const { id } = (await client.entities({ limit: 1 })).items[0]!;
  t.like(await client.sentiment({ id }), { id, periods: [], evidence: [] });
  t.is((await client.entity({ id })).sentiment, undefined);
  t.false((await client.status({})).judged);
});

test('an unchanged answer is not sent again, a long one is compressed', async (t) => {
  const app = await served(t, folder());
  const first = await app.inject({ url: '/search?q=hopper' });
  const again = await app.inject({ url: '/search?q=hopper', headers: { 'if-none-match': String(first.headers['etag']) } });
  t.deepEqual([first.statusCode, again.statusCode, again.body], [200, 304, '']);
  t.is((await app.inject({ url: '/search?q=hopper', headers: { 'if-none-match': 'W/"other"' } })).statusCode, 200);
  const long = await app.inject({ url: '/openapi.json', headers: { 'accept-encoding': 'gzip' } });
  t.is(long.headers['content-encoding'], 'gzip');
  t.is((JSON.parse(gunzipSync(long.rawPayload).toString()) as { readonly openapi: string }).openapi, '3.1.0');
});

test('without a token only this machine is answered, with one only who has it', async (t) => {
  const open = await served(t, folder());
  const status = async (app: FastifyInstance, headers: Record<string, string>, url = '/status'): Promise<number> => (await app.inject({ url, headers })).statusCode;
  for (const host of ['localhost:8484', '127.0.0.1', '[::1]:1']) t.is(await status(open, { host }), 200, host);
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example']) t.is(await status(open, { host }), 403, host);
  const closed = await served(t, folder(), { token: 'secret' });
  for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Bearer secret2', 'secret', 'bearer secret']) t.is(await status(closed, { authorization, host: 'graph.example' }), 401, authorization);
  t.is(await status(closed, { authorization: 'Bearer secret', host: 'graph.example' }), 200);
  t.is(await status(closed, {}, '/healthz'), 200);
  t.is(await status(closed, {}, '/metrics'), 401);
});

test('who asks too often is told to wait', async (t) => {
  const app = await served(t, folder(), { requestsPerMinute: 3 });
  const codes: number[] = [];
  for (let at = 0; at < 5; at++) codes.push((await app.inject({ url: '/status' })).statusCode);
  t.deepEqual(codes, [200, 200, 200, 429, 429]);
  const refused = await app.inject({ url: '/status' });
  t.regex(String(refused.headers['content-type']), /problem/);
  t.truthy(refused.headers['retry-after']);
  t.is((await app.inject({ url: '/healthz' })).statusCode, 200);
});

test('a process that cannot keep up refuses what is asked for a while, then answers again', async (t) => {
  const app = await served(t, folder(), { mostDelay: 200 });
  const asked = () => app.inject({ url: '/status' });
  while ((await asked()).statusCode !== 200) await setTimeout(200);
  let refused = await asked();
  for (let times = 0; refused.statusCode === 200 && times < 10; times++) {
    const until = performance.now() + 600;
    while (performance.now() < until);
    await setTimeout(0);
    refused = await asked();
  }
  t.is(refused.statusCode, 503);
  t.truthy(refused.headers['retry-after']);
  t.regex((refused.json() as { readonly hint: string }).hint, /Retry-After/);
  while ((await asked()).statusCode !== 200) await setTimeout(200);
  t.pass();
});

test('the OpenAPI document has every operation, with its parameters and answers', async (t) => {
  const app = await served(t, folder());
  const { paths } = JSON.parse((await app.inject({ url: '/openapi.json' })).body) as { readonly paths: Record<string, Record<string, { readonly operationId: string; readonly responses: object }>> };
  const documented = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  t.deepEqual(documented.sort(), Object.keys(OPERATIONS).sort());
  for (const methods of Object.values(paths)) for (const { operationId, responses } of Object.values(methods)) t.true(Object.keys(responses).includes('default'), `${operationId} tells of problems`);
});

test('health, readiness and metrics', async (t) => {
  const service = await createGraphService(folder(), DEFAULT_CONFIG);
  const app = await createHttpServer(service);
  t.teardown(() => app.close());
  t.is((await app.inject({ url: '/readyz' })).statusCode, 503);
  service.warm();
  t.is((await app.inject({ url: '/readyz' })).statusCode, 200);
  await app.inject({ url: '/search?q=hopper' });
  const { body } = await app.inject({ url: '/metrics' });
  t.regex(body, /engram_http_request_duration_seconds_count\{route="\/search",method="GET",status="200"\} 1/);
  t.regex(body, /engram_graph_size\{kind="entities"\} 6/);
});

test('links that no document states are gone along where that is asked for, and say so', async (t) => {
  const client = clientOf(await served(t, { name: 'folder', graph: buildGraph(bornInExtractions), documents: new Map() }));
  const origins = async (inferred?: 'true' | 'false') => (await client.related({ entity: 'Lena Wood11', limit: 100, inferred })).related.flatMap(({ path }) => path.flatMap(({ origin, because }) => (origin === undefined ? [] : [`${origin} ${because}`])));
  t.true((await origins('true')).includes('inference placeOfBirth, locatedIn ⇒ placeOfBirth'));
  t.deepEqual([...(await origins('false')), ...(await origins())], []);
  const path = async (inferred: 'true' | 'false') => (await client.path({ from: 'Lena Wood11', to: 'Southmark', inferred })).path.map(({ predicate, origin }) => `${predicate} ${origin}`);
  t.deepEqual(await path('true'), ['placeOfBirth inference']);
  t.false((await path('false')).includes('placeOfBirth inference'));
});

test('a graph from a delta is served as the one it came from', async (t) => {
  const graph = KnowledgeGraph.fromDelta(sampleGraph().toDelta());
  const [a, b] = [await served(t, folder()), await served(t, { ...folder(), graph })];
  for (const url of ['/search?q=hopper', '/related?entity=Grace%20Hopper', '/entities?limit=100']) t.is((await a.inject({ url })).body, (await b.inject({ url })).body);
});

test('documents come and go; whoever listens is told, and what was kept of an answer is no longer good', async (t) => {
  const dir = join(await temporaryFolder(t), 'out');
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
  await runBuild({ inputs: await written(t, { 'a.txt': 'Ada Kingston met Grace Boston' }), out: dir, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  const build = await openLiveBuild(dir, config, { createExtractor: async () => extractorOf(createFakeStages()) });
  const app = await served(t, { name: dir, graph: build.live.graph, documents: build.documents, build });
  const client = clientOf(app);
  const url = await app.listen({ port: 0 });
  const events = await fetch(`${url}/events`);
  const reader = events.body!.getReader();
  const told: string[] = [];
  const nextEvent = async (): Promise<unknown> => {
    // Several may come in one piece.
    while (told.length === 0) told.push(...[...new TextDecoder().decode((await reader.read()).value).matchAll(/data: (.*)/g)].map((match) => match[1]!));
    return JSON.parse(told.shift()!);
  };
  t.like((await nextEvent()) as Record<string, unknown>, { generation: 1, changing: false });
  const before = await app.inject({ url: '/search?q=dennis' });
  t.deepEqual((JSON.parse(before.body) as { readonly items: unknown[] }).items, []);

  const added = await client.addDocument({ uri: 'note:1', text: 'Dennis Houston' });
  t.deepEqual(added.entities.map(({ name }) => name).sort(), ['Dennis', 'Houston']);
  // How often its progress is told of depends on the time that it takes.
  const heard: { readonly generation: number; readonly changing: boolean; readonly progress?: { readonly read: number } }[] = [];
  do heard.push((await nextEvent()) as (typeof heard)[number]); while (heard.at(-1)!.changing);
  t.like(heard[0], { generation: 1, changing: true, progress: undefined });
  t.true(heard.some(({ generation, progress }) => generation === 1 && progress?.read === 1));
  t.like(heard.at(-2), { generation: 2, changing: true });
  t.like(heard.at(-1), { generation: 2, changing: false, progress: undefined });
  t.is((await app.inject({ url: '/search?q=dennis', headers: { 'if-none-match': String(before.headers['etag']) } })).statusCode, 200);
  t.is((await client.search({ q: 'dennis' })).items[0]!.name, 'Dennis');
  t.is((await client.document({ id: added.id })).text, 'Dennis Houston');
  t.is((await client.addDocument({ uri: 'note:1', text: 'Linus Houston' })).removed, 1);
  t.deepEqual((await client.search({ q: 'dennis' })).items, []);
  t.is((await client.removeDocument({ id: added.id })).removed, 2);
  t.like(await client.status({}), { counts: { documents: 1 }, writable: true, changing: false });
  await t.throwsAsync(client.removeDocument({ id: added.id }), { instanceOf: ProblemError });
  await reader.cancel();
});

test('what is asked while the store is slow, and after it failed, is answered from the graph as it is', async (t) => {
  const dir = join(await temporaryFolder(t), 'out');
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
  const createExtractor = async () => extractorOf(createFakeStages());
  await runBuild({ inputs: await written(t, { 'a.txt': 'Ada Kingston met Grace Boston' }), out: dir, config, parts: { createExtractor } });
  let reached: () => void = () => undefined;
  let release: (error?: Error) => void = () => undefined;
  const build = await openLiveBuild(dir, config, {
    createExtractor,
    openStore: async (settings, folder) => ({ ...(await openConfiguredStore(settings, folder)), write: () => new Promise((_, reject) => { release = (error) => reject(error ?? new Error('away')); reached(); }) }),
  });
  const client = clientOf(await served(t, { name: dir, graph: build.live.graph, documents: build.documents, build }));
  await client.search({ q: 'ada' });
  const isWriting = new Promise<void>((resolve) => (reached = resolve));
  const adding = client.addDocument({ uri: 'note:1', text: 'Dennis Houston' });
  await isWriting;
  const [dennis] = (await client.search({ q: 'dennis' })).items;
  t.is((await client.related({ entity: dennis!.id })).seeds[0]!.name, 'Dennis');
  release();
  await t.throwsAsync(adding, { instanceOf: ProblemError });
  t.is((await client.path({ from: 'Dennis', to: 'Houston' })).path.length, 1);
  t.deepEqual((await client.search({ q: 'kingston' })).items.map(({ name }) => name), ['Kingston']);
});

async function written(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, files);
  return [folder];
}
