// Hard cases, each written with `|` where a sentence ends.
import test from 'ava';
import { segmentText } from '../../../extractors/text/segmenter.ts';

const cases: readonly string[] = [
  'Dr. Smith met Mrs. Jones.|They talked.',
  'He works for Apple Inc. in California.|She does not.',
  'He left Apple Inc.|He then sailed to Peru.',
  'It was made in the U.S.|The price fell.',
  'The U.S. Army came.|It stayed.',
  'J. R. R. Tolkien wrote it.|C. S. Lewis read it.',
  'W. E. B. Du Bois spoke.',
  'It rose 3.5 percent.|Sales were 1,200.5 units.',
  'See No. 5 for more.|It is short.',
  'He said no.|She agreed.',
  'It opens at 9 a.m. on weekdays.|Come early.',
  'It closed at 5 p.m.|Nobody was left.',
  'We met on Jan. 5 in Rome.|It rained.',
  'Bring tea, milk, etc.|Then we start.',
  'Fruits, e.g. apples, are good.|So are nuts, i.e. seeds.',
  '"Stop!" he cried.|Nobody did.',
  '"Stop!" Ann said.|Nobody did.',
  'He said "I am done."|She left.',
  'He said “I am done.”|She left.',
  '(It was late.)|We went home.',
  'We went home (it was late).|Then we slept.',
  'Why?|Because I say so!|Really?!|Yes.',
  'Wait... what is this?|I see.',
  'He paused...|Then he left.',
  'Well... I think so.',
  'The value is 5.|12 people saw it.',
  'Smith et al. found it.|Others agreed.',
  'He lives on Fifth Ave. in Boston.|She does too.',
  'Sammy Davis Jr. sang.|We danced.',
  'King v. Queen was decided.|It was long.',
  'Born c. 1900 in Wales.|Died young.',
  'It ended in 1943.[12]|The city was rebuilt.',
  'Visit www.example.org.|It is free.',
  'Use Amazon.com today.|It works.',
  'He uses Node.js daily.|It is fast.',
  'eBay was founded.|iPhone sales rose.',
  'A Title Without Stop|\n\nThe text begins here.|It goes on.',
  'This line is hard\nwrapped in the\nmiddle.|So is\nthis.',
  'Things to buy:|\n- milk|\n- bread and\n  butter|\n- tea',
  'Steps:|\n1. Open it|\n2. Close it',
  '1. Introduction to the thing.|It is big.',
  '# Heading|\nThe text.',
  'First part|\r\n\r\nSecond part.',
  '世界は広い。|次の文です。',
  'It was the end.The beginning followed.'.replace('end.', 'end.|'),
  'Gov. Brown and Sen. Cruz spoke.|Rep. Lee left.',
  'St. Louis is near Mt. Hood.|Not really.',
  'He has a Ph.D. in physics.|She has one too.',
  'Yahoo! Inc. was sold.|It was old.',
  'He took vitamin C.|It helped.',
  'World War I.|It began in 1914.',
  'Read vol. 3, pp. 4-7.|Then stop.',
  'She asked, "Why?"|He shrugged.',
  'President George H.W. Bush spoke.|People left.',
];

/** The text without its marks, and where they stood. */
function expectationOf(marked: string): { text: string; pieces: string[] } {
  const pieces = marked.split('|').map((piece) => piece.trim());
  const text = marked.replace(/\|(?=\S)/g, (_mark, at: number) => (marked.slice(0, at).endsWith('end.') || /[。]$/.test(marked.slice(0, at)) ? '' : ' ')).replaceAll('|', '');
  return { text, pieces };
}

for (const marked of cases) {
  test(`splits ${JSON.stringify(marked)}`, (t) => {
    const { text, pieces } = expectationOf(marked);
    t.deepEqual(segmentText(text).map(({ start, end }) => text.slice(start, end)), pieces);
  });
}

test('a sentence over the limit is cut at a comma of its second half', (t) => {
  const text = `${'word '.repeat(7)}, ${'word '.repeat(20)}`;
  t.deepEqual(segmentText(text, { maxSentenceTokens: 10 }).map((sentence) => sentence.tokens.length), [8, 10, 10]);
});

test('a sentence over the default limit is cut at 120 tokens', (t) => {
  t.deepEqual(segmentText('word '.repeat(250)).map((sentence) => sentence.tokens.length), [120, 120, 10]);
});

test('an empty text has no sentences', (t) => {
  t.deepEqual(segmentText(' \n '), []);
});
