// The shipped classifier of sentiment on sentences written for the project: accuracy by phenomenon, and towards whom.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { openSentiment, sentimentsOf } from '../../extractors/classify/sentiment.ts';
import { segmentText } from '../../extractors/text/segmenter.ts';
import { CLEAR_SENTIMENT } from '../../graph/sentiment.ts';
import type { Mention } from '../../pipeline/core/model.ts';

interface Challenge {
  readonly text: string;
  readonly label: 'positive' | 'neutral' | 'negative';
  readonly phenomenon: string;
  /** Of whom the sentence is asked. */
  readonly target?: string;
}

/** Percent. */
const FLOORS = { all: 70, towards: 55 };

const challenges = readFileSync('fixtures/sentiment/challenge.jsonl', 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Challenge);

function mentionOf(text: string, target: string): Mention {
  const start = text.indexOf(target);
  const end = start + target.length;
  const sentence = segmentText(text).find((each) => each.start <= start && end <= each.end)!;
  const inside = sentence.tokens.flatMap((token, at) => (token.start >= start && token.end <= end ? [at] : []));
  return { label: 'PER', sentence: sentence.index, tokenStart: inside[0]!, tokenEnd: inside.at(-1)! + 1, start, end, surface: target, score: 1 };
}

const labelOf = (score: number): Challenge['label'] => (score >= CLEAR_SENTIMENT ? 'positive' : score <= -CLEAR_SENTIMENT ? 'negative' : 'neutral');

test('negation, contrast, wishes, words never seen: the shipped classifier reads them, and towards whom', async (t) => {
  const classifier = await openSentiment({ engine: 'auto', precision: 'int8', model: 'shipped' });
  t.teardown(() => classifier.encoder.dispose());
  t.true(challenges.length >= 120);
  const counts = new Map<string, { right: number; all: number }>();
  for (const { text, label, phenomenon, target } of challenges) {
    const sentences = segmentText(text);
    const [judged] = await sentimentsOf([{ sentences, mentions: target === undefined ? [] : [mentionOf(text, target)] }], classifier);
    const found = labelOf(target === undefined ? judged!.score : judged!.mentions[0]!);
    for (const group of [phenomenon, ...(target === undefined ? ['all'] : [])]) {
      const count = counts.get(group) ?? { right: 0, all: 0 };
      counts.set(group, { right: count.right + Number(found === label), all: count.all + 1 });
    }
    if (found !== label && process.env['ENGRAM_SHOW_ERRORS']) t.log(`${phenomenon}: ${text}${target === undefined ? '' : ` (${target})`} expected ${label}, got ${found}`);
  }
  for (const [group, { right, all }] of counts) t.log(`${group}: ${right} of ${all}`);
  for (const [group, floor] of Object.entries(FLOORS)) {
    const { right, all } = counts.get(group)!;
    t.true((100 * right) / all >= floor, `${group}: ${right} of ${all}`);
  }
});
