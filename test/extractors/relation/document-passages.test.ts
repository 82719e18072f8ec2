// How a document is cut into the passages that are asked about.
import test from 'ava';
import { documentPassages, type ChainedSentences } from '../../../extractors/relation/document-passages.ts';

/** Sentences of so many tokens, with a mention at each of the given tokens; every mention a chain of its own, unless chained. */
function documentOf(sentences: readonly (readonly [tokens: number, mentions: readonly number[]])[], chained: readonly (readonly number[])[] = []): ChainedSentences {
  const mentions = sentences.flatMap(([, at], sentence) => at.map((token) => ({ sentence, tokenStart: token, tokenEnd: token + 1, label: 'PER' })));
  const together = new Set(chained.flat());
  const alone = mentions.flatMap((_, index) => (together.has(index) ? [] : [[index]]));
  return {
    sentences: sentences.map(([length], s) => ({ tokens: Array.from({ length }, (_, t) => ({ text: `${s}.${t}` })) })),
    mentions,
    chains: [...chained, ...alone].map((members) => ({ mentions: members })),
  };
}

test('sentences of a short document are one passage, chains kept together across them', (t) => {
  const [passage, ...others] = documentPassages(documentOf([[5, [0, 3]], [4, [1]]], [[0, 2]]));
  t.is(others.length, 0);
  t.deepEqual(passage!.sentences, [[0, 5], [5, 9]]);
  t.deepEqual(passage!.mentions.map(({ start, end }) => [start, end]), [[0, 1], [3, 4], [6, 7]]);
  t.deepEqual(passage!.clusters, [[0, 2], [1]]);
  t.deepEqual(passage!.origin, [0, 1, 2]);
});

test('a long document is cut between sentences; each mention is in one passage', (t) => {
  const passages = documentPassages(documentOf(Array.from({ length: 40 }, () => [30, [2, 9]] as const)));
  t.true(passages.length > 3 && passages.every(({ tokens }) => tokens.length <= 256));
  t.deepEqual(passages.flatMap(({ origin }) => origin), Array.from({ length: 80 }, (_, i) => i));
  for (const { tokens, sentences } of passages) t.is(sentences.at(-1)![1], tokens.length);
});

test('a sentence of hundreds of names asks about those that stand together', (t) => {
  const passages = documentPassages(documentOf([[700, Array.from({ length: 300 }, (_, i) => 2 * i)]]));
  t.true(passages.every(({ mentions, tokens }) => mentions.length <= 64 && tokens.length === 700));
  t.is(passages.reduce((n, { mentions }) => n + mentions.length, 0), 300);
});

test('passages with fewer than two things are left out', (t) => {
  t.deepEqual(documentPassages(documentOf([[5, [1]]])), []);
  t.deepEqual(documentPassages(documentOf([[5, [1, 3]]], [[0, 1]])), []);
  t.deepEqual(documentPassages(documentOf([])), []);
});
