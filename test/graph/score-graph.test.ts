// The measure itself, on a graph of known content: what counts as found, as right, and as wrong.
import test from 'ava';
import { buildGraph } from '../../graph/build-graph.ts';
import { extractionOf } from '../support/graph-arbitraries.ts';
import { scoreGraph, type GoldDocument } from '../../graph/score-graph.ts';
import { readRelationSchema } from '../../pipeline/read-schema.ts';

const schema = await readRelationSchema();

const graph = buildGraph([
  extractionOf(
    'hopper.txt',
    '[PER Grace Hopper] was born on [TIME December 9, 1906] in [LOC New York City].\n[PER Hopper] married [PER Vincent Foster].\n[PER Hopper] worked for [ORG Remington Rand].',
    [['Grace Hopper', 'dateOfBirth', 'December 9, 1906'], ['Grace Hopper', 'placeOfBirth', 'New York City'], ['Vincent Foster', 'spouse', 'Hopper']],
  ),
  extractionOf('eckert.txt', '[PER Presper Eckert] joined [ORG Remington Rand].', [['Presper Eckert', 'employer', 'Remington Rand']]),
]);
const hopper: GoldDocument = {
  document: 'hopper.txt',
  entities: [
    { name: 'Grace Hopper', type: 'PER', aliases: ['Grace Hopper', 'Hopper'] },
    { name: 'Vincent Foster', type: 'PER', aliases: ['Vincent Foster'] },
    { name: 'New York City', type: 'LOC', aliases: ['New York City'] },
    { name: 'Remington Rand', type: 'ORG', aliases: ['Remington Rand'] },
  ],
  facts: [
    { subject: 'Grace Hopper', predicate: 'dateOfBirth', object: '9 December 1906' },
    { subject: 'Grace Hopper', predicate: 'placeOfBirth', object: 'New York City' },
    { subject: 'Grace Hopper', predicate: 'spouse', object: 'Vincent Foster' },
  ],
};

test('a graph that says what gold says scores full marks; other documents, wording of dates and direction of marriage aside', (t) => {
  const full = { precision: 100, recall: 100, f1: 100 };
  t.deepEqual(scoreGraph(graph, [hopper], schema), {
    entities: { right: 4, predicted: 4, gold: 4, ...full },
    facts: { right: 3, predicted: 3, gold: 3, ...full },
  });
});

test('what gold lacks costs precision, what the graph lacks costs recall', (t) => {
  const [person, husband, ...places] = hopper.entities;
  const facts = [...hopper.facts.slice(1), { subject: 'Grace Hopper', predicate: 'employer', object: 'Remington Rand' }];
  const { entities, facts: factScore } = scoreGraph(graph, [
    { ...hopper, entities: [person!, { ...husband!, aliases: ['Vincent'] }, { name: 'ENIAC', type: 'MISC', aliases: ['ENIAC'] }, ...places], facts },
  ], schema);
  t.like(entities, { right: 3, predicted: 4, gold: 5, precision: 75, recall: 60 });
  t.like(factScore, { right: 1, predicted: 3, gold: 3 });
});

test('facts of predicates that people did not look for are not scored', (t) => {
  const asked = { ...hopper, predicates: ['placeOfBirth', 'spouse'], facts: hopper.facts.slice(1) };
  t.like(scoreGraph(graph, [asked], schema).facts, { right: 2, predicted: 2, gold: 2 });
});

test('one entity stands for one gold entity, so a wrong merge costs recall', (t) => {
  const merged = { ...hopper, entities: [{ name: 'Grace Hopper', type: 'PER', aliases: ['Grace Hopper'] }, { name: 'Hopper', type: 'PER', aliases: ['Hopper'] }] } as const;
  t.is(scoreGraph(graph, [merged], schema).entities.right, 1);
});

test('a label of another type is no find', (t) => {
  const other = { ...hopper, entities: [{ name: 'Remington Rand', type: 'LOC', aliases: ['Remington Rand'] }] } as const;
  t.is(scoreGraph(graph, [other], schema).entities.right, 0);
});

test('a document that the graph does not know is named', (t) => {
  t.throws(() => scoreGraph(graph, [{ ...hopper, document: 'nobody.txt' }], schema), { code: 'ENGRAM_DATA_INVALID', message: /nobody\.txt/ });
});
