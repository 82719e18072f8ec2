import test from 'ava';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { MENTIONED_WITH } from '../../../graph/activation/snapshot.ts';
import { related } from '../../../graph/query/related.ts';
import { sampleExtractions, sampleGraph } from '../../support/sample-graph.ts';

const graph = sampleGraph();
const textOf = (id: string): string | undefined => sampleExtractions.find((e) => e.id === id)?.text;

test('results are ranked, without the seeds, each with the path that leads to it and its evidence', (t) => {
  const { seeds, related: found } = related(graph, ['hopper'], { textOf });
  t.deepEqual(seeds.map(({ name }) => name), ['Grace Hopper']);
  t.deepEqual(found.slice(0, 3).map(({ name }) => name), ['New York City', 'Remington Rand', 'J. Presper Eckert']);
  t.true(found.every(({ activation }, i) => i === 0 || activation <= found[i - 1].activation));
  const eckert = found.find(({ name }) => name === 'J. Presper Eckert');
  t.deepEqual(eckert?.path.map((step) => `${step.from.name} ${step.predicate}${step.reversed ? ' (reversed)' : ''} ${step.to.name}`), [
    'Grace Hopper employer Remington Rand',
    'Remington Rand employer (reversed) J. Presper Eckert',
  ]);
  t.is(eckert?.path[1].evidence[0].text, 'J. Presper Eckert joined Remington Rand.');
  t.is(eckert?.path[1].evidence[0].uri, 'eckert.txt');
});

test('a step that no fact makes names the shared sentence', (t) => {
  const [hit] = related(graph, ['Łukasz Wałęsa'], { textOf }).related;
  t.is(hit.name, '<ENIAC>');
  t.is(hit.path[0].predicate, MENTIONED_WITH);
  t.is(hit.path[0].evidence[0].text, 'Łukasz Wałęsa & <ENIAC>');
});

test('types narrow the results, several seeds add up, and the answer is plain JSON', (t) => {
  const answer = related(graph, ['Grace Hopper', 'Eckert'], { types: ['ORG'] });
  t.deepEqual(answer.related.map(({ name }) => name), ['Remington Rand']);
  t.true(answer.related[0].activation > related(graph, ['Grace Hopper'], { types: ['ORG'] }).related[0].activation);
  t.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
});

test('a name that fits nothing is an error that says so', (t) => {
  const error = t.throws(() => related(graph, ['qqqqqq']), { instanceOf: EngramError });
  t.is(error?.code, 'ENGRAM_GRAPH_UNKNOWN_ENTITY');
  t.true(error?.message.includes('qqqqqq'));
});
