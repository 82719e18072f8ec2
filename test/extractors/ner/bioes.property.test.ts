import test from 'ava';
import fc from 'fast-check';
import { allowedTags, bioesFromSpans, mayEnd, mayFollow, mayStart, spansFromBioes, tagCountOf, tagOf } from '../../../extractors/ner/bioes.ts';
import { MENTION_LABELS } from '../../../pipeline/core/model.ts';

const WIDTH = tagCountOf(MENTION_LABELS.length);
const spans = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 3 }), length: fc.integer({ min: 1, max: 4 }), label: fc.constantFrom(...MENTION_LABELS) }), { maxLength: 6 }).map((parts) => {
  let at = 0;
  const list = parts.map(({ gap, length, label }) => {
    const start = at + gap;
    at = start + length;
    return { start, end: at, label };
  });
  return { list, tokens: at + 2 };
});

test('spans → BIOES → spans is the identity', (t) => {
  fc.assert(fc.property(spans, ({ list, tokens }) => t.deepEqual(spansFromBioes(bioesFromSpans(list, tokens, MENTION_LABELS), MENTION_LABELS), list)), { numRuns: 300 });
  t.pass();
});

test('BIOES from spans is a path that BIOES allows, and the set that annotated it allows', (t) => {
  fc.assert(
    fc.property(spans, fc.subarray([...MENTION_LABELS]), ({ list, tokens }, annotated) => {
      const tags = bioesFromSpans(list, tokens, MENTION_LABELS);
      const allowed = allowedTags({ spans: list, tokens: Array<string>(tokens).fill('x'), annotated }, MENTION_LABELS);
      if (!mayStart(tags[0]!) || !mayEnd(tags[tokens - 1]!)) return false;
      return tags.every((tag, i) => allowed[i * WIDTH + tag] === 1 && (i === 0 || mayFollow(tags[i - 1]!, tag)));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('a token outside every span may be part of a label the set does not annotate, and of no other', (t) => {
  const allowed = allowedTags({ spans: [{ start: 0, end: 1, label: 'PER' }], tokens: ['Ada', 'slept'], annotated: ['PER', 'ORG'] }, MENTION_LABELS);
  const tagsOf = (label: string): number[] => [0, 1, 2, 3].map((part) => tagOf((MENTION_LABELS as readonly string[]).indexOf(label), part));
  const may = (token: number, tags: number[]): boolean => tags.some((tag) => allowed[token * WIDTH + tag] === 1);
  t.deepEqual([...allowed.subarray(0, WIDTH)].flatMap((open, tag) => (open ? [tag] : [])), [tagOf(MENTION_LABELS.indexOf('PER'), 3)]);
  t.true(may(1, [0]) && may(1, tagsOf('TIME')) && !may(1, tagsOf('PER')) && !may(1, tagsOf('ORG')));
});
