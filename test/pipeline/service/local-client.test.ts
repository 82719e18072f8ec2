// The client that asks no server answers as one that does, and refuses as one does; ids made in a page are those made here.
import { createHash } from 'node:crypto';
import test from 'ava';
import { buildGraph } from '../../../graph/build-graph.ts';
import { DEFAULT_CONFIG } from '../../../pipeline/core/config.ts';
import { createClient, ProblemError } from '../../../pipeline/service/client.ts';
import { answersOf, embeddedIn, textOf } from '../../../pipeline/service/embedded-graph.ts';
import { createHash as createHashInPage } from '../../../pipeline/service/explorer/crypto.ts';
import { createGraphService } from '../../../pipeline/service/graph-service.ts';
import { createHttpServer } from '../../../pipeline/service/http-server.ts';
import { createLocalClient } from '../../../pipeline/service/local-client.ts';
import { readActivation } from '../../../pipeline/activation-weights.ts';
import { documentsOf } from '../../support/graph-arbitraries.ts';
import { sampleExtractions } from '../../support/sample-graph.ts';

const graph = buildGraph(sampleExtractions);
const [{ id }] = graph.entities();
const local = async () => {
  const embedded = { engram: '1', name: 'sample', first: [], graph: graph.toDelta(), texts: sampleExtractions.map(({ id, text, sentences }) => ({ id, text, sentences })), activation: await readActivation(DEFAULT_CONFIG.activation, graph, 'sample') };
  return createLocalClient(answersOf(embeddedIn(textOf(embedded))));
};

test('what it answers is what a server answers', async (t) => {
  const service = await createGraphService({ name: 'sample', graph, documents: documentsOf(sampleExtractions) }, DEFAULT_CONFIG);
  const app = await createHttpServer(service, { mostDelay: 0 });
  const served = createClient(await app.listen({ port: 0, host: '127.0.0.1' }));
  t.teardown(() => app.close());
  const here = await local();
  t.deepEqual(await here.search({ q: 'grace hoper' }), await served.search({ q: 'grace hoper' }));
  t.deepEqual(await here.search({ q: 'remington eckert', by: 'context', limit: 2 }), await served.search({ q: 'remington eckert', by: 'context', limit: 2 }));
  t.deepEqual(await here.facts({ id, order: 'probability' }), await served.facts({ id, order: 'probability' }));
  t.deepEqual(await here.entity({ id }), await served.entity({ id }));
  t.deepEqual(await here.explain({ q: 'Grace Hopper' }), await served.explain({ q: 'Grace Hopper' }));
  t.deepEqual(await here.related({ entity: 'hopper' }), await served.related({ entity: 'hopper' }));
  t.deepEqual(await here.path({ from: 'hopper', to: 'eckert' }), await served.path({ from: 'hopper', to: 'eckert' }));
  t.deepEqual(await here.document({ id: sampleExtractions[0]!.id }), await served.document({ id: sampleExtractions[0]!.id }));
  t.deepEqual((await here.status({})).counts, graph.counts);
});

test('what is wrong is a problem, as a server tells it; what needs a server is one too', async (t) => {
  const here = await local();
  t.like(await t.throwsAsync(() => here.entity({ id: 'e-none' }), { instanceOf: ProblemError }), { title: 'ENGRAM_GRAPH_UNKNOWN_ENTITY' });
  t.like(await t.throwsAsync(() => here.search({ q: '' }), { instanceOf: ProblemError, message: /^q: / }), { status: 400, title: 'ENGRAM_USAGE' });
  t.like(await t.throwsAsync(() => here.ask({ question: 'Who?' }), { instanceOf: ProblemError }), { status: 501, hint: 'Start one with `engram serve DIR`.' });
});

test('a text that ends a script element is no end of it', (t) => {
  const embedded = { engram: '</script><!-- <script>', name: '\u2028', first: [], graph: { documents: [], entities: [], facts: [] }, texts: [], activation: { spread: {}, links: {} } };
  t.false(textOf(embedded).includes('<'));
  t.deepEqual(embeddedIn(textOf(embedded)), embedded);
});

test('digests made in a page are those made here', (t) => {
  for (const text of ['', 'a', 'é漢😀', 'x'.repeat(1000)]) {
    const [here, there] = [createHash('sha256').update(text).digest(), createHashInPage('sha256').update(text).digest()];
    t.is(there.toString('hex', 0, 10), here.toString('hex', 0, 10));
    t.is(there.toString('hex'), here.toString('hex'));
    t.is(there.readUInt32LE(0), here.readUInt32LE(0));
  }
});
