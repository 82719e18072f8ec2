import test from 'ava';
import fc from 'fast-check';
import { allowedTags, bioesFromSpans, mayEnd, mayFollow, mayStart, spansFromBioes, TAGS } from '../../../extractors/ner/bioes.ts';
import { MENTION_LABELS } from '../../../pipeline/core/model.ts';

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
  fc.assert(fc.property(spans, ({ list, tokens }) => t.deepEqual(spansFromBioes(bioesFromSpans(list, tokens)), list)), { numRuns: 300 });
  t.pass();
});

test('BIOES from spans is a path that BIOES allows, and the set that annotated it allows', (t) => {
  fc.assert(
    fc.property(spans, fc.subarray([...MENTION_LABELS]), ({ list, tokens }, annotated) => {
      const tags = bioesFromSpans(list, tokens);
      const allowed = allowedTags({ spans: list, tokens: Array<string>(tokens).fill('x'), annotated });
      if (!mayStart(tags[0]!) || !mayEnd(tags[tokens - 1]!)) return false;
      return tags.every((tag, i) => allowed[i * TAGS.length + tag] === 1 && (i === 0 || mayFollow(tags[i - 1]!, tag)));
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('a token outside every span may be part of a label the set does not annotate, and of no other', (t) => {
  const allowed = allowedTags({ spans: [{ start: 0, end: 1, label: 'PER' }], tokens: ['Ada', 'slept', '?'], annotated: ['PER', 'ORG'], unsure: [2] });
  const names = (token: number): string[] => TAGS.filter((_, tag) => allowed[token * TAGS.length + tag]);
  t.deepEqual(names(0), ['S-PER']);
  t.true(names(1).includes('O') && names(1).includes('B-TIME') && !names(1).some((name) => /PER|ORG/.test(name)));
  t.is(names(2).length, TAGS.length, 'a token the set is not sure of may be anything');
});
