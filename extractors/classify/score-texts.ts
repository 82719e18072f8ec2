// Scores of many texts at once. A CPU reads each by itself: int8 scores depend on what shares a batch, and a text's must not depend on its neighbours. A
// device, in float32 where no row depends on another, gets batches of sentences of whatever texts.
import { probabilitiesOf, scoreTokens, type Classifier, type TokenScores } from './classifier-model.ts';

/** A text as its sentences, these as tokens. */
export type Words = readonly (readonly string[])[];

/** Of a CPU, at once: enough to keep every thread of the engine busy. */
const TEXTS_AT_ONCE = 4;
/** Of a device, scored and then let go: many enough that the last of them, which may be small, is no matter. */
const BATCHES_TOGETHER = 16;

/** @param use what is made of the scores of a text @returns in the order of the texts */
export async function scoreTexts<T>(texts: readonly Words[], classifier: Classifier, use: (scores: TokenScores, text: number) => T): Promise<T[]> {
  const { batchTokens } = classifier.encoder;
  return batchTokens === undefined ? scoreOneByOne(texts, classifier, use) : scoreTogether(texts, classifier, use, BATCHES_TOGETHER * batchTokens);
}

async function scoreOneByOne<T>(texts: readonly Words[], classifier: Classifier, use: (scores: TokenScores, text: number) => T): Promise<T[]> {
  const found: T[] = new Array<T>(texts.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      const at = next++;
      found[at] = use(await scoreTokens(texts[at]!, classifier), at);
    }
  };
  await Promise.all(Array.from({ length: TEXTS_AT_ONCE }, work));
  return found;
}

/** @param most tokens from which on the texts so far are scored */
async function scoreTogether<T>(texts: readonly Words[], classifier: Classifier, use: (scores: TokenScores, text: number) => T, most: number): Promise<T[]> {
  const found: T[] = [];
  const lengths = texts.map((sentences) => sentences.reduce((sum, { length }) => sum + length, 0));
  while (found.length < texts.length) {
    const first = found.length;
    let end = first;
    for (let tokens = 0; end < texts.length && tokens < most; end++) tokens += lengths[end]!;
    const scores = await scoreTokens(texts.slice(first, end).flat(), classifier);
    let from = 0;
    for (let at = first; at < end; at++) found.push(use(scores.slice(from, (from += lengths[at]!)), at));
  }
  return found;
}

/** @returns float32 [labels] of each text, in order; of one without words all labels are as likely */
export function classifyAll(texts: readonly { readonly sentences: Words }[], classifier: Classifier): Promise<Float32Array[]> {
  return scoreTexts(texts.map(({ sentences }) => sentences), classifier, (scores) => probabilitiesOf(scores.pooled(), classifier));
}
