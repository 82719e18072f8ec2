// Generators shared by the property tests.
import fc from 'fast-check';

/** Text with what tokenizers stumble over: marks, runs, line breaks, quotes, surrogate pairs, lone surrogates, scripts without spaces. */
export function arbitraryText(): fc.Arbitrary<string> {
  const pieces = [
    'Dr.', 'U.S.', "don't", "'s", 'cannot', 'F-16', 'Anglo-Saxon', '1,234.5', '1996-08-28', 'US$', '10km', 'http://a.b/c', 'x@y.org', 'www.a.de',
    '...', '…', '--', '—', '"', '“', '”', "''", '``', '(', ')', '[1]', '%', '- ', '1. ', ' ', ' ', ' ', '\n', '\r\n', '\n\n', '\t', '\u00a0', '\u200b',
    'The', 'he', 'İstanbul', 'ﬁn', 'e\u0301', '世界。', '👨‍👩‍👧', '\ud83d', '\udc00', '.', '?', '!', ',', ';', ':', "'", '’', '@', '://', '\u0000',
  ];
  return fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...pieces) }, { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) }, { weight: 2, arbitrary: fc.stringMatching(/^[a-zA-Z]{1,9}$/) }), { maxLength: 60, size: 'max' }).map((parts) => parts.join(''));
}
