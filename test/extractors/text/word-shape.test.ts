// Tables of case classes and lookup keys.
import test from 'ava';
import { caseClassOf, vectorKeyOf } from '../../../extractors/text/word-shape.ts';

test('the case class tells lower, Title, UPPER, miXed, digits, with digit, punctuation and other', (t) => {
  const rows: readonly (readonly [word: string, caseClass: number])[] = [
    ['word', 0], ["n't", 0], ['Łódź', 1], ['A', 1], ['Dr.', 1], ["O'brien", 1], ['NATO', 2], ['U.S.', 2], ['US$', 2], ["O'Brien", 3], ['iPhone', 3],
    ['1912', 4], ['1,234.5', 4], ['-5', 4], ['1996-08-28', 4], ['F-16', 5], ['1990s', 5], ['.', 6], ['...', 6], ['$', 6], ['世界', 7], ['½', 7],
  ];
  for (const [word, caseClass] of rows) t.is(caseClassOf(word), caseClass, word);
});

test('the lookup key is lower case, with digit shapes and plain quotes and brackets', (t) => {
  const rows: readonly (readonly [word: string, key: string])[] = [
    ['Paris', 'paris'], ['1912', '#shape:dddd'], ['1,234.5', '#shape:d,ddd.d'], ['1234567', '#shape:dddd'], ['F-16', '#shape:f-dd'], ['’s', "'s"],
    ['“', '"'], ['``', '"'], ["''", '"'], ['-LRB-', '('], ['-RSB-', ']'], ['٣٤', '#shape:dd'],
  ];
  for (const [word, key] of rows) t.is(vectorKeyOf(word), key, word);
});
