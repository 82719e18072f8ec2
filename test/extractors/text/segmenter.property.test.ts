// What holds for every text: offsets are true, nothing overlaps, nothing is lost.
import fc from 'fast-check';
import test from 'ava';
import { segmentText } from '../../../extractors/text/segmenter.ts';
import { tokenize } from '../../../extractors/text/tokenize.ts';
import { caseClassOf, CASE_CLASSES, vectorKeyOf } from '../../../extractors/text/word-shape.ts';
import { arbitraryText } from '../../support/arbitraries.ts';

const runs = { numRuns: 1500, seed: 20240501 };

test('tokens slice back to the text, never overlap, and cover all but white space', (t) => {
  fc.assert(
    fc.property(arbitraryText(), (text) => {
      let reached = 0;
      for (const token of tokenize(text)) {
        if (token.start < reached || token.end <= token.start) return false;
        if (text.slice(token.start, token.end) !== token.text) return false;
        if (!/^[\s\u200b]*$/.test(text.slice(reached, token.start)) || /\s/.test(token.text)) return false;
        reached = token.end;
      }
      return /^[\s\u200b]*$/.test(text.slice(reached));
    }),
    runs,
  );
  t.pass();
});

test('no token boundary falls inside a surrogate pair', (t) => {
  fc.assert(
    fc.property(arbitraryText(), (text) => tokenize(text).every(({ start }) => start === 0 || !/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(start - 1, start + 1)))),
    runs,
  );
  t.pass();
});

test('sentences are in order and hold every token once', (t) => {
  fc.assert(
    fc.property(arbitraryText(), fc.integer({ min: 1, max: 40 }), (text, maxSentenceTokens) => {
      const sentences = segmentText(text, { maxSentenceTokens });
      const held = sentences.flatMap((sentence) => sentence.tokens);
      return (
        JSON.stringify(held) === JSON.stringify(tokenize(text)) &&
        sentences.every(({ index, start, end, tokens }, at) => {
          const isBounded = tokens.length > 0 && tokens.length <= maxSentenceTokens;
          return index === at && isBounded && start === tokens[0].start && end === tokens[tokens.length - 1].end;
        })
      );
    }),
    runs,
  );
  t.pass();
});

test('every word has a case class and a stable lookup key', (t) => {
  fc.assert(
    fc.property(arbitraryText(), (text) =>
      tokenize(text).every(({ text: word }) => {
        const caseClass = caseClassOf(word);
        return Number.isInteger(caseClass) && caseClass >= 0 && caseClass < CASE_CLASSES && vectorKeyOf(word).length > 0;
      }),
    ),
    runs,
  );
  t.pass();
});
