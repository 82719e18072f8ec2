// Passages cut in pieces and put together: what their labels say stays with the things they say it of.
import test from 'ava';
import { joinPassages, readingsOf, splitPassage } from '../../../extractors/relation/readings.ts';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const passage: LabelledPassage = {
  tokens: ['Ada', 'met', 'Ben', '.', 'She', 'left', 'Oslo', '.', 'Rain', 'fell', '.'],
  sentences: [[0, 4], [4, 8], [8, 11]],
  mentions: [{ start: 0, end: 1, label: 'PER' }, { start: 2, end: 3, label: 'PER' }, { start: 4, end: 5, label: 'PER' }, { start: 6, end: 7, label: 'LOC' }],
  clusters: [[0, 2], [1], [3]],
  relations: [{ head: 0, tail: 1, label: 'P26' }, { head: 0, tail: 2, label: 'P551' }],
  annotated: new Set(['P26', 'P551']), completeness: 1, negatives: [[1, 2, 'P551']], unknown: [[2, 0, 'P26']], document: 'a', source: 'here', weight: 1,
};
const named = ({ tokens, mentions, clusters }: LabelledPassage, c: number): string => clusters[c]!.map((m) => tokens.slice(mentions[m]!.start, mentions[m]!.end).join(' ')).join('=');
const said = (p: LabelledPassage): string[] => p.relations.map(({ head, label, tail }) => `${named(p, head)} ${label} ${named(p, tail)}`);
const marked = (p: LabelledPassage, of: 'negatives' | 'unknown'): string[] => p[of].map(([head, tail, label]) => `${named(p, head)} ${label} ${named(p, tail)}`);

test('pieces hold what stands within them; those with fewer than two things are left out', (t) => {
  const [first, second, ...none] = splitPassage(passage, 1);
  t.deepEqual(none, []);
  t.deepEqual([first!.tokens, second!.tokens], [['Ada', 'met', 'Ben', '.'], ['She', 'left', 'Oslo', '.']]);
  t.deepEqual([said(first!), said(second!)], [['Ada P26 Ben'], ['She P551 Oslo']]);
  t.deepEqual([marked(first!, 'negatives'), marked(second!, 'unknown')], [[], ['Oslo P26 She']]);
  t.deepEqual(second!.sentences, [[0, 4]]);
});

test('a piece of two sentences keeps the chains and relations across them', (t) => {
  const [piece] = splitPassage(passage, 2);
  t.deepEqual(said(piece!), ['Ada=She P26 Ben', 'Ada=She P551 Oslo']);
  t.deepEqual(marked(piece!, 'negatives'), ['Ben P551 Oslo']);
});

test('two passages as one say what each said', (t) => {
  const joined = joinPassages(passage, { ...passage, tokens: passage.tokens.map((token) => token.toUpperCase()) });
  t.is(joined.sentences.at(-1)![1], joined.tokens.length);
  t.deepEqual(said(joined), [...said(passage), 'ADA=SHE P26 BEN', 'ADA=SHE P551 OSLO']);
  t.deepEqual(marked(joined, 'negatives'), ['Ben P551 Oslo', 'BEN P551 OSLO']);
});

test('an epoch reads every relation that a piece can hold, the same for the same seed', (t) => {
  const passages = Array.from({ length: 40 }, (_, i) => ({ ...passage, document: String(i) }));
  const read = () => readingsOf(passages, createRandom(5)).map((reading) => reading.map((p) => p && said(p)));
  t.deepEqual(read(), read());
  const all = readingsOf(passages, createRandom(5)).flat().flatMap((p) => (p === undefined ? [] : said(p)));
  t.is(all.filter((relation) => relation.includes('P26')).length, 40);
  t.true(all.filter((relation) => relation.includes('P551')).length === 40);
});
