import test from 'ava';
import type { Provenance } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';

const ada = { id: entityIdOf('PER', 'ada'), type: 'PER', name: 'Ada', aliases: [], mentions: [] } as const;
const london = { id: entityIdOf('LOC', 'london'), type: 'LOC', name: 'London', aliases: [], mentions: [] } as const;
const triple = { subject: ada.id, predicate: 'placeOfBirth', object: london.id };

function claim(document: string, score: number, at = 0): Provenance {
  return { documentId: documentIdOf(document), sentence: 0, start: 0, end: 30, head: [at, at + 3], tail: [at + 10, at + 16], extractor: 'relation@test', score };
}

function graphOfTwo(): KnowledgeGraph {
  const graph = new KnowledgeGraph();
  graph.upsertEntity(ada);
  graph.upsertEntity(london);
  return graph;
}

test('a re-sent fact adds its provenance once', (t) => {
  const graph = graphOfTwo();
  const id = graph.upsertFact({ ...triple, provenance: [claim('a', 0.6)] });
  graph.upsertFact({ ...triple, provenance: [claim('a', 0.6), claim('a', 0.6)] });
  t.is(id, factIdOf(triple));
  t.is(graph.fact(id)?.provenance.length, 1);
  t.is(graph.fact(id)?.probability, 0.6);
});

test('probability is the best score of the surest document, and further documents count half', (t) => {
  const graph = graphOfTwo();
  const id = graph.upsertFact({ ...triple, provenance: [claim('a', 0.5), claim('a', 0.3, 40), claim('b', 0.6)] });
  // 1 − (1 − 0.6) · √(1 − 0.5)
  t.true(Math.abs((graph.fact(id)?.probability ?? 0) - (1 - 0.4 * Math.SQRT1_2)) < 1e-12);
});

test('a fact about an unknown entity is refused and leaves nothing behind', (t) => {
  const graph = new KnowledgeGraph();
  graph.upsertEntity(ada);
  const error = t.throws(() => graph.upsertFact({ ...triple, provenance: [claim('a', 1)] }), { instanceOf: EngramError });
  t.is(error?.code, 'ENGRAM_GRAPH_UNKNOWN_ENTITY');
  t.is(graph.counts.facts, 0);
});

test('competing values of an attribute are kept, strongest first', (t) => {
  const graph = graphOfTwo();
  const birth = { name: 'dateOfBirth', kind: 'date' } as const;
  graph.addAttribute(ada.id, { ...birth, value: '1816', surface: '1816', provenance: [claim('a', 0.4)] });
  graph.addAttribute(ada.id, { ...birth, value: '1815', surface: '1815', provenance: [claim('b', 0.9)] });
  graph.addAttribute(ada.id, { ...birth, value: '1815', surface: '1815', provenance: [claim('b', 0.9)] });
  t.deepEqual(graph.entity(ada.id)?.attributes.map(({ value, probability }) => [value, probability]), [['1815', 0.9], ['1816', 0.4]]);
});

test('joining two versions of an entity keeps every alias and mention, whichever comes first', (t) => {
  const mention = (surface: string, start: number) => ({ documentId: documentIdOf('a'), sentence: 0, start, end: start + surface.length, surface, score: 1 });
  const first = { ...ada, aliases: ['Ada K.'], mentions: [mention('Ada', 0)] };
  const second = { ...ada, name: 'Ada Lovelace', aliases: ['Countess'], mentions: [mention('Ada Lovelace', 20), mention('Ada Lovelace', 50)] };
  const joined = [[first, second], [second, first], [first, second, second]].map((versions) => {
    const graph = new KnowledgeGraph();
    for (const version of versions) graph.upsertEntity(version);
    return graph.entity(ada.id);
  });
  t.is(joined[0]?.name, 'Ada Lovelace');
  t.deepEqual(joined[0]?.aliases, ['Ada', 'Ada K.', 'Countess']);
  t.is(joined[0]?.mentions.length, 3);
  t.deepEqual(joined[1], joined[0]);
  t.deepEqual(joined[2], joined[0]);
});

test('facts and neighbours of an entity are found from either end', (t) => {
  const graph = graphOfTwo();
  const id = graph.upsertFact({ ...triple, provenance: [claim('a', 0.6)] });
  t.deepEqual(graph.neighbours(london.id), [ada.id]);
  t.deepEqual(graph.factsOf(london.id).map((fact) => fact.id), [id]);
  t.deepEqual(graph.factsBetween(london.id, ada.id).map((fact) => fact.id), [id]);
  t.deepEqual(graph.factsOf(entityIdOf('PER', 'nobody')), []);
});
