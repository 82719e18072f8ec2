// Probabilities of many texts at once.
import { probabilitiesOf, scoreTokens, type Classifier } from './classifier-model.ts';

/** Texts at once: enough to keep every thread of the engine busy. */
const TEXTS_AT_ONCE = 4;

/** @returns float32 [labels] of each text, in order; of one without words all labels are as likely */
export async function classifyAll(texts: readonly { readonly sentences: readonly (readonly string[])[] }[], classifier: Classifier): Promise<Float32Array[]> {
  const found: Float32Array[] = new Array<Float32Array>(texts.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      const at = next++;
      const scores = await scoreTokens(texts[at]!.sentences, classifier);
      found[at] = probabilitiesOf(scores.pooled(), classifier);
    }
  };
  await Promise.all(Array.from({ length: TEXTS_AT_ONCE }, work));
  return found;
}
