// What the schema lets into the graph and what it turns away, on documents of known content.
import test from 'ava';
import type { RejectedRelation } from '../../graph/admit-relations.ts';
import { buildGraph } from '../../graph/build-graph.ts';
import { relationSchemaOf } from '../../pipeline/core/relation-schema.ts';
import { extractionOf, type MarkedRelation } from '../support/graph-arbitraries.ts';

const person = { domain: ['PER'], range: ['PER'] };
const schema = relationSchemaOf(
  {
    parent: { labels: ['P22', 'P25'], inverse: ['P40'], ...person },
    spouse: { labels: ['P26'], symmetric: true, ...person },
    employer: { labels: ['P108'], domain: ['PER'], range: ['ORG'] },
    dateOfBirth: { labels: ['P569'], domain: ['PER'], range: ['TIME'], functional: true },
    capital: { domain: ['LOC'], range: ['LOC'], functional: true },
  },
  'test',
);

function graphOf(text: string, relations: readonly MarkedRelation[]) {
  const rejected: RejectedRelation[] = [];
  const graph = buildGraph([extractionOf('a.txt', text, relations)], { schema, onRejected: (relation) => rejected.push(relation) });
  const facts = graph.facts().map((f) => `${graph.entity(f.subject)!.name} ${f.predicate} ${graph.entity(f.object)!.name}`).sort();
  const attributes = graph.entities().flatMap((entity) => entity.attributes.map(({ name, value, provenance }) => `${entity.name} ${name} ${value} ${provenance.length}`));
  return { facts, attributes, rejected: rejected.map(({ reason, predicate, subject, object }) => `${reason}: ${subject} ${predicate} ${object}`) };
}

test('several labels mean one predicate, an inverse one turns it round', (t) => {
  const family = '[PER Ada Byron], [PER Anna Milbanke] and [PER George Byron]';
  t.deepEqual(graphOf(family, [['Ada Byron', 'P25', 'Anna Milbanke'], ['George Byron', 'P40', 'Ada Byron']]).facts, ['Ada Byron parent Anna Milbanke', 'Ada Byron parent George Byron']);
});

test('what is symmetric is a fact both ways, whichever was said', (t) => {
  const expected = ['Ada Byron spouse William King', 'William King spouse Ada Byron'];
  for (const relation of [['Ada Byron', 'P26', 'William King'], ['William King', 'P26', 'Ada Byron']] as const) t.deepEqual(graphOf('[PER Ada Byron] and [PER William King]', [relation]).facts, expected);
});

test('types that a predicate does not join and labels that mean none are told with the reason', (t) => {
  const { facts, rejected } = graphOf('[PER Ada Byron] of [LOC London], [ORG Acme]', [['London', 'P108', 'Acme'], ['Ada Byron', 'P108', 'London'], ['Ada Byron', 'P9999', 'Acme'], ['Ada Byron', 'employer', 'Acme']]);
  t.deepEqual(facts, ['Ada Byron employer Acme']);
  t.deepEqual(rejected, ['domain: London employer Acme', 'range: Ada Byron employer London', 'unlisted: Ada Byron P9999 Acme']);
});

test('relations too weak for the graph are not told of', (t) => {
  const rejected: RejectedRelation[] = [];
  buildGraph([extractionOf('a.txt', '[LOC London] and [ORG Acme]', [['London', 'P108', 'Acme', 0.3]])], { schema, minRelationScore: 0.5, onRejected: (relation) => rejected.push(relation) });
  t.deepEqual(rejected, []);
});

test('of several values of what has one the likeliest stays; one that says less gives it its evidence', (t) => {
  const { attributes, rejected } = graphOf('[PER Ada Byron] was born in [TIME 1815], on [TIME 10 December 1815], or in [TIME 1816]', [
    ['Ada Byron', 'P569', '1815', 0.9],
    ['Ada Byron', 'P569', '10 December 1815', 0.8],
    ['Ada Byron', 'P569', '1816', 0.7],
  ]);
  t.deepEqual(attributes, ['Ada Byron dateOfBirth 1815-12-10 2']);
  t.deepEqual(rejected, ['functional: Ada Byron dateOfBirth 1816']);
});

test('of several entities too', (t) => {
  const { facts, rejected } = graphOf('[LOC France], [LOC Paris], [LOC Lyon]', [['France', 'capital', 'Paris', 0.9], ['France', 'capital', 'Lyon', 0.8]]);
  t.deepEqual(facts, ['France capital Paris']);
  t.deepEqual(rejected, ['functional: France capital Lyon']);
});
