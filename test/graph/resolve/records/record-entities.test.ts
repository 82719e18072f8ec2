import test from 'ava';
import { buildGraph } from '../../../../graph/build-graph.ts';
import { LiveGraph } from '../../../../graph/live-graph.ts';
import { createThingReader } from '../../../../pipeline/sources/record-things.ts';
import type { Decision, Extraction } from '../../../../pipeline/core/model.ts';
import { extractionOf } from '../../../support/graph-arbitraries.ts';

const reader = createThingReader(
  'people.csv',
  { file: 'people.csv', type: 'PER', id: 'no', name: 'name', columns: { born: { predicate: 'dateOfBirth', kind: 'date' }, mail: { kind: 'identifier' }, employer: { predicate: 'employer', type: 'ORG' } } },
  { refuse: () => t0() },
);
const t0 = (): never => {
  throw new Error('refused');
};
function row(no: string, name: string, born: string, mail: string, employer = ''): Extraction {
  const item = reader.thing(Number(no), Object.entries({ no, name, born, mail, employer }));
  return 'extraction' in item ? item.extraction : t0();
}

// Enough rows that differ for the comparison to learn what a match looks like.
const crowd = Array.from({ length: 60 }, (_, i) => {
  const name = `${['Ann', 'Bob', 'Carl', 'Dora', 'Emil', 'Fay'][i % 6]} ${['Ash', 'Birch', 'Cole', 'Dale', 'Elm', 'Frost', 'Grove', 'Hill', 'Ives', 'Jarl'][i % 10]}son${Math.floor(i / 10)}`;
  return [row(`${100 + i}`, name, `19${10 + i}-0${1 + (i % 9)}-1${i % 9}`, `m${i}@x.example`), row(`${300 + i}`, i % 2 === 0 ? name.replace('son', 'sen') : name, `19${10 + i}-0${1 + (i % 9)}-1${i % 9}`, `m${i}@x.example`)];
}).flat();

test('rows that are one are one entity with what all of them say, and a thing of texts is the row that it fits', (t) => {
  const smiths = [row('1', 'John Smith', '1901-01-02', 'js@acme.example', 'Acme Works'), row('2', 'John Smith', '1955-03-04', 'john@other.example', 'Other Club')];
  const text = extractionOf('news', '[PER John Smith] of [ORG Acme Works], born [TIME 2 January 1901], retired.', [['John Smith', 'dateOfBirth', '2 January 1901', 0.95]]);
  const graph = buildGraph([...crowd, ...smiths, text]);
  const found = graph.entities().filter(({ name }) => name === 'John Smith');
  t.is(found.length, 2);
  const older = found.find(({ attributes }) => attributes.some(({ value }) => value === 'js@acme.example'))!;
  t.true(older.mentions.some(({ documentId }) => documentId === text.id));
  t.is(graph.entities().filter(({ type }) => type === 'PER').length, 62);
});

test('a name that several rows have and nothing tells apart stays by itself', (t) => {
  const graph = buildGraph([...crowd, row('3', 'John Smith', '1901-01-02', 'a@x.example'), row('4', 'John Smith', '1955-03-04', 'b@x.example'), extractionOf('news', '[PER John Smith] sang.')]);
  t.is(graph.entities().filter(({ name }) => name === 'John Smith').length, 3);
});

test('what people said of two rows holds', (t) => {
  const [a, b] = crowd as [Extraction, Extraction];
  const reference = ({ id, mentions }: Extraction): Decision['a'] => ({ type: 'PER', key: mentions[0]!.surface.toLowerCase(), documentId: id });
  const together = (decisions: readonly Decision[]): boolean => buildGraph(crowd, { decisions }).entities().some(({ mentions }) => [a, b].every(({ id }) => mentions.some(({ documentId }) => documentId === id)));
  t.true(together([]));
  const decisions = [{ a: reference(a), b: reference(b), same: false }];
  t.false(together(decisions));
  const live = new LiveGraph();
  live.update({ added: crowd });
  live.update({ decisions });
  t.deepEqual(live.graph.toDelta(), buildGraph(crowd, { decisions }).toDelta());
  live.update({ decisions: [] });
  t.deepEqual(live.graph.toDelta(), buildGraph(crowd).toDelta());
});

test('rows and documents that come and go leave the graph of those that are there', (t) => {
  const text = extractionOf('news', '[PER John Smith] of [ORG Acme Works], born [TIME 2 January 1901], retired.', [['John Smith', 'dateOfBirth', '2 January 1901', 0.95]]);
  const smiths = [row('5', 'John Smith', '1901-01-02', 'js@acme.example', 'Acme Works'), row('6', 'John Smith', '1955-03-04', 'john@other.example', 'Other Club')];
  const live = new LiveGraph();
  live.update({ added: [text] });
  live.update({ added: [...crowd, ...smiths] });
  t.deepEqual(live.graph.toDelta(), buildGraph([...crowd, ...smiths, text]).toDelta());
  live.update({ removed: [smiths[0]!.id, crowd[5]!.id] });
  t.deepEqual(live.graph.toDelta(), buildGraph([...crowd, ...smiths, text].filter(({ id }) => id !== smiths[0]!.id && id !== crowd[5]!.id)).toDelta());
  live.update({ removed: [...crowd, ...smiths].map(({ id }) => id) });
  t.deepEqual(live.graph.toDelta(), buildGraph([text]).toDelta());
});
