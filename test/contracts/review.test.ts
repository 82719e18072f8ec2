// What people say of what is one, over HTTP: it is in the answers at once, in the store and the journal too, and is that of a build that knows it.
import test, { type ExecutionContext } from 'ava';
import { openLiveBuild } from '../../pipeline/live-build.ts';
import { openGraph } from '../../pipeline/open-graph.ts';
import { createClient, OPERATIONS, ProblemError } from '../../pipeline/service/client.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { buildSmiths, readNames, smithsConfig } from '../support/smiths.ts';

async function served(t: ExecutionContext) {
  const dir = await buildSmiths(t);
  const build = await openLiveBuild(dir, smithsConfig, { createExtractor: readNames });
  const service = await createGraphService({ name: dir, graph: build.live.graph, documents: build.documents, build }, smithsConfig);
  const app = await createHttpServer(service, { mostDelay: 0 });
  const client = createClient('http://localhost', {
    fetch: async (url, init) => {
      const response = await app.inject({ method: (init?.method ?? 'GET') as 'GET', url: String(url).slice('http://localhost'.length), headers: init?.headers as Record<string, string>, ...(init?.body === undefined ? {} : { payload: init.body as string }) });
      return new Response(new Uint8Array(response.rawPayload), { status: response.statusCode });
    },
  });
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await app.close();
    await service.close();
    await build.close();
  };
  t.teardown(close);
  const names = (): string[] => build.live.graph.entities().map(({ name, mentions }) => `${name} ${mentions.length}`).sort();
  /** Folder and store are as the graph that was served, and a program that opens them finds it. */
  const isKept = async (): Promise<void> => {
    const expected = build.live.graph.toDelta();
    await close();
    t.deepEqual((await openGraph(dir, smithsConfig)).graph.toDelta(), expected);
    t.deepEqual((await verifyStore(dir, smithsConfig, false)).found, []);
  };
  return { client, names, isKept };
}

test('pairs in doubt come page by page, and an answer is in the graph at once', async (t) => {
  const { client, names, isKept } = await served(t);
  t.true(names().includes('John A. Smith 4'));
  const { items, total } = await client.review({ limit: 100 });
  t.true(total >= 3);
  t.is(items.length, total);
  const [first] = (await client.review({ limit: 1 })).items;
  t.deepEqual(first, items[0]);
  t.deepEqual((await client.review({ limit: 1, cursor: '1' })).items, [items[1]!]);
  for (const { a, b, probability, comparisons, logOdds } of items) {
    for (const { text, mention, name } of [a, b]) t.deepEqual([text.slice(mention.start, mention.end), mention.surface], [name, name]);
    t.true(probability > 0.15 && probability < 0.85);
    t.true(Math.abs(comparisons.reduce((sum, { weight }) => sum + weight!, 0) - logOdds) < 1e-9);
  }
  const pair = items.find(({ a, b }) => a.name === 'John A. Smith' && b.name === 'John Smith')!;
  t.is(pair.a.entity.id, pair.b.entity.id);
  const [a, b] = [pair.a, pair.b].map(({ type, key, documentId }) => ({ type, key, documentId })) as [typeof pair.a, typeof pair.b];
  const told = await client.decide({ a, b, decision: 'different' });
  t.true(OPERATIONS.decide.response.safeParse(told).success);
  t.not(told.a.id, told.b.id);
  t.true(names().includes('John A. Smith 1'));
  t.false((await client.review({ limit: 100 })).items.some((other) => other.a.documentId === a.documentId && other.b.documentId === b.documentId));
  t.like(await client.compare({ a: 'John A. Smith', b: 'John Smith' }), { one: false, decision: 'different' });
  await client.decide({ a, b, decision: 'none' });
  t.true(names().includes('John A. Smith 4'));
  t.is((await client.review({ limit: 100 })).total, total);
  await client.decide({ a, b, decision: 'same' });
  t.is((await client.compare({ a: 'John A. Smith', b: 'John Smith' })).decision, 'same');
  await isKept();
});

test('a pair that was decided is in doubt no more, also where the graph stays as it was', async (t) => {
  const { client, names } = await served(t);
  const referenceOf = ({ type, key, documentId }: { type: string; key: string; documentId: string }) => ({ type, key, documentId });
  const before = names();
  const { items } = await client.review({ limit: 100 });
  let unchanged = 0;
  for (const pair of items) {
    const [a, b] = [referenceOf(pair.a), referenceOf(pair.b)];
    for (const decision of ['same', 'different'] as const) {
      await client.review({ limit: 1 });
      const { entities, removed } = await client.decide({ a, b, decision });
      if (entities.length + removed === 0) unchanged++;
      const left = (await client.review({ limit: 100 })).items.map((other) => JSON.stringify([referenceOf(other.a), referenceOf(other.b)]));
      t.false(left.includes(JSON.stringify([a, b])), `${decision}: ${JSON.stringify([a, b])}`);
    }
    await client.decide({ a, b, decision: 'none' });
    t.deepEqual(names(), before);
  }
  t.true(unchanged > 0);
});

test('two entities become one, a name is separated from the rest of its entity, and the other way round', async (t) => {
  const { client, names, isKept } = await served(t);
  const [boston] = (await client.search({ q: 'Boston' })).items;
  const [kingston] = (await client.search({ q: 'Kingston' })).items;
  const one = await client.decide({ a: boston!.id, b: kingston!.id, decision: 'same' });
  t.deepEqual([one.a.id, one.removed], [one.b.id, 1]);
  t.is((await client.entity({ id: kingston!.id })).id, one.a.id, 'an id that went is still understood');
  t.true(names().includes('Boston 3'));
  const apart = await client.decide({ a: `Kingston @ ${one.a.id}`, decision: 'different' });
  t.deepEqual([apart.a.name, apart.b.name], ['Kingston', 'Boston']);
  const there = await client.decide({ a: 'Boston @ b.txt', decision: 'different' });
  t.not(there.a.id, there.b.id);
  t.deepEqual(names().filter((name) => name.startsWith('Boston')), ['Boston 1', 'Boston 1']);
  await client.decide({ a: there.a.id, b: there.b.id, decision: 'same' });
  t.true(names().includes('Boston 2'));
  await client.decide({ a: 'Grace Murray Hopper', decision: 'different' });
  t.true(names().includes('Grace Murray Hopper 1'));
  await client.decide({ a: 'Grace Murray Hopper', b: 'Grace Hopper', decision: 'none' });
  t.true(names().includes('Grace Hopper 3'));
  await isKept();
});

test('what cannot be decided is refused and leaves everything as it was', async (t) => {
  const { client, names, isKept } = await served(t);
  const before = names();
  const refused = async (asked: Parameters<typeof client.decide>[0], status: number, message: RegExp): Promise<void> => {
    const error = (await t.throwsAsync(client.decide(asked), { instanceOf: ProblemError }))!;
    t.is(error.status, status);
    t.regex(error.message, message);
  };
  await refused({ a: 'Boston', b: 'Boston', decision: 'same' }, 400, /one already/);
  await refused({ a: 'Boston', b: 'Grace Hopper', decision: 'same' }, 400, /two types/);
  await refused({ a: 'Zzzzz', b: 'Boston', decision: 'same' }, 404, /No entity/);
  await refused({ a: 'Boston', decision: 'different' }, 400, /say which document/);
  await refused({ a: 'Boston', decision: 'same' }, 400, /'b'/);
  const [pair] = (await client.review({})).items;
  const { type, key, documentId } = pair!.a;
  await refused({ a: { type, key: 'nobody', documentId }, b: 'Boston', decision: 'same' }, 404, /nobody/);
  await refused({ a: { type, key, documentId }, b: { type, key, documentId }, decision: 'different' }, 400, /itself/);
  await t.throwsAsync(client.compare({ a: 'Boston @ none.txt', b: 'Kingston' }), { instanceOf: ProblemError });
  t.deepEqual(names(), before);
  await isKept();
});
