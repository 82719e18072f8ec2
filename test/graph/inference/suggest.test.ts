import test from 'ava';
import { linkTable, minePatterns, patternText } from '../../../graph/inference/patterns.ts';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { inferredLinks, suggestLinks } from '../../../graph/inference/suggest.ts';
import { related } from '../../../graph/query/related.ts';
import { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { documentIdOf, entityIdOf } from '../../../pipeline/core/ids.ts';
import type { EntityId, EntityType } from '../../../pipeline/core/model.ts';

const document = documentIdOf('a');

function graphOf(facts: readonly (readonly [string, string, string])[]): { readonly graph: KnowledgeGraph; readonly idOf: (name: string) => EntityId } {
  const graph = new KnowledgeGraph();
  // Persons begin with a p, places with a c for cities and an s for states.
  const typeOf = (name: string): EntityType => (name.startsWith('p') ? 'PER' : 'LOC');
  const idOf = (name: string): EntityId => entityIdOf(typeOf(name), name);
  for (const name of new Set(facts.flatMap(([subject, , object]) => [subject, object]))) graph.upsertEntity({ id: idOf(name), type: typeOf(name), name, aliases: [], mentions: [] });
  facts.forEach(([subject, predicate, object], at) => {
    graph.upsertFact({ subject: idOf(subject), predicate, object: idOf(object), provenance: [{ documentId: document, sentence: at, start: 0, end: 1, head: [at, at + 1], tail: [at, at + 2], extractor: 'test', score: 0.9 }] });
  });
  return { graph, idOf };
}

// Eight cities in two states; twelve people born in a city, of ten the state is told too.
const CITY_OF = Array.from({ length: 12 }, (_, person) => person % 8);
const facts: [string, string, string][] = [
  ...Array.from({ length: 8 }, (_, city): [string, string, string] => [`c${city}`, 'locatedIn', `s${city % 2}`]),
  ...CITY_OF.map((city, person): [string, string, string] => [`p${person}`, 'placeOfBirth', `c${city}`]),
  ...CITY_OF.slice(0, 10).map((city, person): [string, string, string] => [`p${person}`, 'placeOfBirth', `s${city % 2}`]),
];

test('a pattern that the graph shows is found, with how often it holds', (t) => {
  const { graph } = graphOf(facts);
  const patterns = minePatterns(linkTable(graph));
  const born = patterns.find((pattern) => patternText(pattern) === 'placeOfBirth, locatedIn ⇒ placeOfBirth');
  t.is(born?.support, 10);
  // 10 of the 12 that it predicts, and two failures that are taken as seen.
  t.true(Math.abs(born!.confidence - 10 / 14) < 1e-12);
  t.true(patterns.every(({ confidence }, at) => at === 0 || confidence <= patterns[at - 1]!.confidence));
});

test('what the pattern predicts and no document states is suggested, with the facts behind it, and the graph is left as it was', (t) => {
  const { graph, idOf } = graphOf(facts);
  const before = JSON.stringify(graph.toDelta());
  const suggestions = suggestLinks(graph);
  t.deepEqual(suggestions.map(({ subject, predicate, object }) => `${subject.name} ${predicate} ${object.name}`).sort(), ['p10 placeOfBirth s0', 'p11 placeOfBirth s1']);
  const [first] = suggestions;
  t.true(first!.inferred);
  t.true(Math.abs(first!.probability - (10 / 14) * 0.9 * 0.9) < 1e-12);
  t.true(first!.activation > 0);
  t.deepEqual(first!.support[0]!.facts.map(({ predicate }) => predicate), ['placeOfBirth', 'locatedIn']);
  t.deepEqual(suggestLinks(graph, { about: idOf('p11') }).map(({ subject }) => subject.name), ['p11']);
  t.is(JSON.stringify(graph.toDelta()), before);
});

test('nothing is suggested that is stated the other way round, joins other types, or rests on few pairs', (t) => {
  const { graph } = graphOf(facts);
  t.true(suggestLinks(graph, { leastProbability: 0, leastConfidence: 0, limit: 1000 }).every(({ subject, predicate, object }) => graph.factsBetween(subject.id, object.id).every((fact) => fact.predicate !== predicate)));
  t.deepEqual(suggestLinks(graph, { leastSupport: 11 }), []);
  t.deepEqual(suggestLinks(new KnowledgeGraph()), []);
});

test('activation goes along inferred links only where they are handed to it, and says so', (t) => {
  const { graph, idOf } = graphOf(facts);
  const further = inferredLinks(graph);
  t.deepEqual(further.map(({ subject, predicate, object, origin }) => `${graph.entity(subject)!.name} ${predicate} ${graph.entity(object)!.name} ${origin}`).sort(), ['p10 placeOfBirth s0 inference', 'p11 placeOfBirth s1 inference']);
  const stepTo = (links: typeof further) => related(graph, [idOf('p10')], { snapshot: createSnapshot(graph, { further: links }), limit: 50 }).related.find(({ id }) => id === idOf('s0'))!;
  t.is(stepTo([]).path.length, 2);
  t.deepEqual(stepTo(further).path.map(({ predicate, origin, because }) => ({ predicate, origin, because })), [{ predicate: 'placeOfBirth', origin: 'inference', because: 'placeOfBirth, locatedIn ⇒ placeOfBirth' }]);
  t.true(stepTo(further).activation > stepTo([]).activation);
});
