// A device with little memory: it computes for real, and refuses batches above a size as devices do.
import type { Encoder, EncoderSpec } from '../../extractors/engine/engine.ts';
import { createOnnxEngine } from '../../extractors/engine/onnx.ts';

export interface SmallDevice {
  readonly encoder: Encoder;
  /** Padded tokens of the batches that it was given, in order. */
  readonly asked: number[];
}

/** @param tokens padded tokens there is memory for; above it the device says what `says` says */
export async function smallDevice(spec: EncoderSpec, tokens: number, says: string): Promise<SmallDevice> {
  const real = await (await createOnnxEngine({ threads: 0 })).createEncoder(spec, 'float32');
  const asked: number[] = [];
  return {
    asked,
    encoder: {
      async run(batch) {
        asked.push(batch.time * batch.batch);
        if (batch.time * batch.batch > tokens) throw new Error(says);
        return real.run(batch);
      },
      dispose: () => real.dispose(),
    },
  };
}
