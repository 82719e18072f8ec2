import test from 'ava';
import { buildGraph } from '../../graph/build-graph.ts';
import { extractionOf } from '../support/graph-arbitraries.ts';

const hopper = extractionOf(
  'hopper.txt',
  '[PER Grace Hopper] was born on [TIME December 9, 1906] in [LOC New York City].\n[PER Hopper] worked for [ORG Remington Rand] with [NUM 1,200] others.',
  [
    ['Grace Hopper', 'dateOfBirth', 'December 9, 1906', 0.9],
    ['Grace Hopper', 'placeOfBirth', 'New York City', 0.7],
    ['Hopper', 'employer', 'Remington Rand', 0.6],
    ['Remington Rand', 'employees', '1,200', 0.5],
    ['December 9, 1906', 'placeOfBirth', 'New York City', 0.9],
  ],
);

test('relations between entities become facts with the sentence as evidence', (t) => {
  const graph = buildGraph([hopper]);
  const facts = graph.facts().map((f) => `${graph.entity(f.subject)?.name} ${f.predicate} ${graph.entity(f.object)?.name}`);
  t.deepEqual(facts.sort(), ['Grace Hopper employer Remington Rand', 'Grace Hopper placeOfBirth New York City']);
  const [p] = graph.facts().find((f) => f.predicate === 'employer')?.provenance ?? [];
  t.is(hopper.text.slice(p.start, p.end), 'Hopper worked for Remington Rand with 1,200 others.');
  t.is(hopper.text.slice(...p.head), 'Hopper');
  t.is(hopper.text.slice(...p.tail), 'Remington Rand');
  t.is(p.extractor, 'relation@test');
});

test('dates and numbers become attributes and never entities', (t) => {
  const graph = buildGraph([hopper]);
  t.deepEqual(graph.entities().map(({ name }) => name).sort(), ['Grace Hopper', 'New York City', 'Remington Rand']);
  const attributes = graph.entities().flatMap((e) => e.attributes.map((a) => [e.name, a.name, a.value, a.kind, a.surface, a.probability]));
  t.deepEqual(attributes.sort(), [
    ['Grace Hopper', 'dateOfBirth', '1906-12-09', 'date', 'December 9, 1906', 0.9],
    ['Remington Rand', 'employees', '1200', 'number', '1,200', 0.5],
  ]);
});

test('relations and mentions below the thresholds are left out', (t) => {
  t.is(buildGraph([hopper], { minRelationScore: 0.65 }).counts.facts, 1);
  t.deepEqual(buildGraph([hopper], { minMentionScore: 0.95 }).counts, { documents: 1, entities: 0, facts: 0 });
});

test('a relation between two names of one entity makes no fact', (t) => {
  const one = extractionOf('a', '[PER Grace Hopper] and [PER Hopper].', [['Grace Hopper', 'sibling', 'Hopper']]);
  t.is(buildGraph([one]).counts.facts, 0);
});

test('two documents strengthen a fact and keep their own evidence', (t) => {
  const other = extractionOf('b', '[PER Grace Murray Hopper] came from [LOC New York City].', [['Grace Murray Hopper', 'placeOfBirth', 'New York City', 0.5]]);
  const fact = buildGraph([hopper, other]).facts().find((f) => f.predicate === 'placeOfBirth');
  t.true(Math.abs((fact?.probability ?? 0) - (1 - 0.3 * Math.SQRT1_2)) < 1e-12);
  t.is(new Set(fact?.provenance.map((p) => p.documentId)).size, 2);
});

test('no documents make an empty graph', (t) => {
  t.deepEqual(buildGraph([]).toDelta(), { documents: [], entities: [], facts: [] });
});
