// The weights between a network and what further training made of it: as good on what the further training was about, and
// better on everything else (Wortsman et al. 2022, arXiv:2109.01903).
import { weightsOf } from '../engine/tape-encoder.ts';
import type { LoadedNetwork } from './model-file.ts';

/**
 * @param before a network
 * @param after the same after further training, with words perhaps added; its weights are changed
 * @param share of the further training, in [0, 1]
 */
export function interpolateNetworks(before: LoadedNetwork, after: LoadedNetwork, share: number): LoadedNetwork {
  const mix = (a: Float32Array, b: Float32Array): void => a.forEach((value, at) => void (b[at] = (1 - share) * value + share * b[at]!));
  const arraysOf = ({ encoder, input, tables }: LoadedNetwork): readonly Float32Array[] => {
    const { own, characterTable, characterBias, caseTable } = input.weights();
    return [...weightsOf(encoder).map(({ values }) => values), own, characterTable, characterBias, caseTable, ...Object.keys(tables).sort().map((name) => tables[name]!)];
  };
  const into = arraysOf(after);
  arraysOf(before).forEach((values, at) => mix(values, into[at]!));
  return after;
}
