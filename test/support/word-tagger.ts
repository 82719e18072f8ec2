// A tagger whose emission scores are looked up by word, so that what it finds, and how surely, is known beforehand.
import { tagCountOf, tagOf } from '../../extractors/ner/bioes.ts';
import { createTransitions, Crf } from '../../extractors/ner/crf.ts';
import type { Tagger } from '../../extractors/ner/tagger-model.ts';
import type { WordInput } from '../../extractors/network/word-input.ts';

const PARTS = 'BIES';

/** @param scores by word, then by tag such as `S-PER`; a score that is not given is 0 */
export function createWordTagger(labels: readonly string[], scores: Readonly<Record<string, Readonly<Record<string, number>>>>, temperature = 1): Tagger {
  const size = tagCountOf(labels.length);
  const words = {
    size,
    writeCached(word: string, target: Float32Array, offset: number): void {
      target.fill(0, offset, offset + size);
      for (const [tag, score] of Object.entries(scores[word] ?? { O: 9 })) {
        const index = tag === 'O' ? 0 : tagOf(labels.indexOf(tag.slice(2)), PARTS.indexOf(tag[0]!));
        target[offset + index] = score;
      }
    },
  } as Pick<WordInput, 'size' | 'writeCached'> as WordInput;
  return {
    words,
    labels,
    crf: new Crf(createTransitions(labels.length), temperature),
    encoder: { run: async ({ inputs }) => inputs, dispose: async () => undefined },
  };
}
