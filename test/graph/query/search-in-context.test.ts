import test from 'ava';
import { buildGraph } from '../../../graph/build-graph.ts';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { createContextSearch } from '../../../graph/query/search-in-context.ts';
import { SentenceIndex } from '../../../graph/query/sentence-index.ts';
import { createSearch } from '../../../graph/query/search.ts';
import { documentsOf, extractionOf } from '../../support/graph-arbitraries.ts';

const extractions = [
  extractionOf('john.txt', '[PER John McCarthy] invented [MISC Lisp] at [ORG Stanford University].', [['John McCarthy', 'employer', 'Stanford University', 0.9]]),
  extractionOf('language.txt', '[MISC Lisp] was used by [PER John McCarthy] for artificial intelligence.', []),
  extractionOf('joseph.txt', '[PER Joseph McCarthy] sat in the [ORG Senate].\n[PER Joseph McCarthy] died in [LOC Bethesda].\n[PER Joseph McCarthy] was a senator.', [['Joseph McCarthy', 'memberOf', 'Senate', 0.9]]),
];
const graph = buildGraph(extractions);
const search = createContextSearch(graph, new SentenceIndex(graph, documentsOf(extractions)), createSearch(graph), createSnapshot(graph));

for (const [text, name, reason] of [
  ['mccarthy', 'Joseph McCarthy', 'named most often'],
  ['mccarthy lisp', 'John McCarthy', 'the other word names what he has to do with'],
  ['McCarthy senate', 'Joseph McCarthy', 'the other word names what he has to do with'],
  ['mccarthy intelligence', 'John McCarthy', 'a sentence about him has the other word'],
  ['senator', 'Joseph McCarthy', 'no name has the word, a sentence has it'],
] as const) {
  test(`'${text}' means ${name}: ${reason}`, (t) => t.is(search.search(text, { types: ['PER'] })[0]?.name, name));
}

test('each hit tells what its rank is made of', (t) => {
  const [john] = search.search('mccarthy lisp', { types: ['PER'] });
  t.true(john!.why.name > 0.5 && john!.why.name < 1);
  t.is(john!.why.text, 1);
  t.is(john!.why.sentence?.uri, 'john.txt');
  t.deepEqual(john!.why.from.map(({ name }) => name), ['Lisp']);
  t.true(john!.why.from[0]!.activation > 0);
});

test('what the words only lead to comes after what they name, and nothing comes of words that nothing has', (t) => {
  const names = search.search('mccarthy lisp', { limit: 20 }).map(({ name }) => name);
  t.true(names.indexOf('Stanford University') > names.indexOf('Lisp'));
  t.deepEqual(search.search('zzzz qqqq'), []);
  t.deepEqual(search.search(''), []);
  const empty = buildGraph([]);
  t.deepEqual(createContextSearch(empty, new SentenceIndex(empty, new Map()), createSearch(empty), createSnapshot(empty)).search('mccarthy lisp'), []);
});
