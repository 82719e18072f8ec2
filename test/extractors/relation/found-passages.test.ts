// Labels of people on the mentions that the pipeline finds.
import test from 'ava';
import { findPassages, type MarkedDocument } from '../../../extractors/relation/found-passages.ts';
import { segmentText } from '../../../extractors/text/segmenter.ts';
import { documentIdOf } from '../../../pipeline/core/ids.ts';

const text = 'Ada Lovelace was born in London. She married William King in Paris.';
const spanOf = (words: string) => [{ start: text.indexOf(words), end: text.indexOf(words) + words.length }];
const marked: MarkedDocument = {
  document: { id: documentIdOf('a'), uri: 'a', text, sentences: segmentText(text) },
  relations: [{ head: spanOf('Lovelace'), tail: spanOf('London'), label: 'P19' }, { head: spanOf('She'), tail: spanOf('William King'), label: 'P26' }, { head: spanOf('was born'), tail: spanOf('Paris'), label: 'P551' }],
  unknown: [],
  judged: [{ stretch: { start: 0, end: 32 }, label: 'P19' }],
  annotated: new Set(['P19', 'P26', 'P551']),
  completeness: 0.35,
  source: 'here',
};

test('relations are those of the chains that meet the marked spans; what was looked at and not marked is a negative', async (t) => {
  const [passage, ...others] = await findPassages([marked]);
  t.is(others.length, 0);
  const { tokens, mentions, clusters, relations, negatives } = passage!;
  const nameOf = (cluster: number): string => tokens.slice(mentions[clusters[cluster]![0]!]!.start, mentions[clusters[cluster]![0]!]!.end).join(' ');
  t.deepEqual(relations.map(({ head, label, tail }) => `${nameOf(head)} ${label} ${nameOf(tail)}`), ['Ada Lovelace P19 London', 'Ada Lovelace P26 William King']);
  t.deepEqual(negatives.map(([head, tail, label]) => `${nameOf(head)} ${label} ${nameOf(tail)}`), ['London P19 Ada Lovelace']);
});
