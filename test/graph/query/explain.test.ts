import test from 'ava';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { explain } from '../../../graph/query/explain.ts';
import { documentsOf } from '../../support/graph-arbitraries.ts';
import { sampleExtractions, sampleGraph } from '../../support/sample-graph.ts';

const graph = sampleGraph();
const ask = (question: string) => explain(graph, documentsOf(sampleExtractions), question);

test('a fact id gives the fact with its sentence and where the names stand in it', (t) => {
  const fact = graph.facts().find(({ predicate }) => predicate === 'placeOfBirth');
  const { asked, facts } = ask(fact?.id ?? '');
  t.is(asked.kind, 'fact');
  const [claim] = facts[0].claims;
  t.is(claim.text, 'Grace Hopper was born on December 9, 1906 in New York City.');
  t.is(claim.uri, 'hopper.txt');
  t.is(claim.text.slice(claim.head.start, claim.head.end), 'Grace Hopper');
  t.is(claim.tail.surface, 'New York City');
});

test('a triple in words gives that fact only', (t) => {
  const { asked, facts } = ask('hopper employer Remington Rand');
  t.is(asked.kind, 'triple');
  t.deepEqual(facts.map((f) => [f.subject.name, f.predicate, f.object.name]), [['Grace Hopper', 'employer', 'Remington Rand']]);
});

test('a subject and a predicate give all that the graph says, attributes too', (t) => {
  const { facts, attributes } = ask('Grace Hopper dateOfBirth');
  t.is(facts.length, 0);
  t.deepEqual(attributes.map(({ value }) => value), ['1906-12-09']);
  t.is(ask('Grace Hopper dateofbirth 1906').attributes.length, 1);
  t.is(ask('Grace Hopper dateOfBirth 1999').attributes.length, 0);
});

test('a name gives every fact and attribute of the entity', (t) => {
  const { asked, facts, attributes } = ask('Remington Rand');
  t.is(asked.kind, 'entity');
  t.deepEqual(facts.map((f) => f.subject.name), ['J. Presper Eckert', 'Grace Hopper']);
  t.is(attributes.length, 0);
});

test('a triple the graph does not hold gives no facts, an unknown name an error', (t) => {
  t.is(ask('Eckert placeOfBirth New York City').facts.length, 0);
  t.is(t.throws(() => ask('qqqqqq employer Remington Rand'), { instanceOf: EngramError })?.code, 'ENGRAM_GRAPH_UNKNOWN_ENTITY');
});
