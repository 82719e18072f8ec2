// Tables of words and marks, and inputs that would stop a tokenizer that is not linear.
import test from 'ava';
import { MAX_TOKEN_CHARS, tokenize } from '../../../extractors/text/tokenize.ts';

const cases: readonly (readonly [text: string, tokens: string])[] = [
  ["He didn't, they're and I'll.", "He|did|n't|,|they|'re|and|I|'ll|."],
  ['The band’s song isn’t bad', 'The|band|’s|song|is|n’t|bad'],
  ["I can't and cannot", "I|ca|n't|and|can|not"],
  ["O'Brien at 5 o'clock, the Shi'ites", "O'Brien|at|5|o'clock|,|the|Shi'ites"],
  ["the Allies' favour in the 1990's", "the|Allies|'|favour|in|the|1990|'s"],
  ['an Anglo-Saxon F-16 in mid-1990s', 'an|Anglo|-|Saxon|F-16|in|mid-1990s'],
  ['a 3-year U.S.-led war', 'a|3-year|U.S.|-|led|war'],
  ['2015-16 and 2016–17, 1996-08-28', '2015|-|16|and|2016|–|17|,|1996-08-28'],
  ['well--known — yes', 'well|--|known|—|yes'],
  ['US$1,234.5 or $5 or £10, 10.5%', 'US$|1,234.5|or|$|5|or|£|10|,|10.5|%'],
  ['Dr. J. R. Smith Jr. of Apple Inc. met', 'Dr.|J.|R.|Smith|Jr.|of|Apple|Inc.|met'],
  ['on Jan. 5 at 4 p.m. No. 7, vol. III', 'on|Jan.|5|at|4|p.m.|No.|7|,|vol.|III'],
  ['He said no. Then he sat.', 'He|said|no|.|Then|he|sat|.'],
  ['Smith et al. wrote; e.g. this', 'Smith|et|al.|wrote|;|e.g.|this'],
  ['vitamin C.', 'vitamin|C|.'],
  ['born c. 1900', 'born|c.|1900'],
  ['Mail john-x.y@ex.co.uk, please', 'Mail|john-x.y@ex.co.uk|,|please'],
  ['See https://en.wikipedia.org/wiki/A_(b). Or www.a.de/x?y=1!', 'See|https://en.wikipedia.org/wiki/A_(b)|.|Or|www.a.de/x?y=1|!'],
  ['(http://a.org/b)', '(|http://a.org/b|)'],
  ['Amazon.com and end.The', 'Amazon.com|and|end|.|The'],
  ['Wait... what… ok', 'Wait|...|what|…|ok'],
  ['"Hi," she said (twice) [sic].', '"|Hi|,|"|she|said|(|twice|)|[|sic|]|.'],
  ["``Hi''", "``|Hi|''"],
  ['R&B, AT&T, Procter & Gamble', 'R&B|,|AT&T|,|Procter|&|Gamble'],
  ['km/h, and/or, 1/2, 9/11', 'km|/|h|,|and/or|,|1/2|,|9/11'],
  ['10km at 10:30pm', '10|km|at|10:30pm'],
  ['-5 or +44 or .22', '-5|or|+44|or|.22'],
  ['C++ and C# by @someone #topic #1', 'C++|and|C#|by|@someone|#topic|#|1'],
  ['_emphasis_ and snake_case', '_|emphasis|_|and|snake_case'],
  ['Łódź, Αθήνα e\u0301te\u0301', 'Łódź|,|Αθήνα|e\u0301te\u0301'],
  ['𝒜lpha 👨‍👩‍👧 ok👍🏽!', '𝒜lpha|👨‍👩‍👧|ok|👍🏽|!'],
  ['世界は広い。次', '世界は広い|。|次'],
  ['', ''],
  [' \n\t\u00a0', ''],
];

for (const [text, expected] of cases) {
  test(`cuts ${JSON.stringify(text)}`, (t) => {
    t.is(tokenize(text).map((token) => token.text).join('|'), expected);
  });
}

const hostile: Readonly<Record<string, string>> = {
  letters: 'a', digits: '1', periods: '.', quotes: '"', apostrophes: "'", hyphens: 'a-', dotted: 'a.', addresses: 'a@', schemes: 'a://', www: 'www.a',
  links: 'http://a....', numbers: '1,', brackets: '[1]', spaces: ' ', emoji: '😀', joiners: '\u200d', han: '世', surrogates: '\ud800', abbreviations: 'No.          ',
};
for (const [name, piece] of Object.entries(hostile)) {
  test(`a megabyte of ${name} takes linear time and makes no endless token`, (t) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const started = performance.now();
    const tokens = tokenize(text);
    t.true(performance.now() - started < 5000);
    t.true(tokens.every((token) => token.end - token.start <= Math.max(MAX_TOKEN_CHARS, 2048)));
  });
}
