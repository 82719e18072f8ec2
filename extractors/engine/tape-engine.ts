// The engine contract over tfjs: one encoder, whichever tfjs backend runs it. Weights stay float32.
import type { Engine } from './engine.ts';
import { runEncoder, weightTensors } from './tape-encoder.ts';
import { useBackend, type TapeBackend } from './tape.ts';

export async function createTapeEngine(backend: TapeBackend & Engine['kind']): Promise<Engine> {
  await useBackend(backend);
  return {
    kind: backend,
    createEncoder: (spec) => {
      const weights = weightTensors(spec);
      return Promise.resolve({
        run: (batch) => runEncoder(spec, weights, batch),
        dispose: () => {
          for (const weight of weights) weight.dispose();
          return Promise.resolve();
        },
      });
    },
  };
}
