import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { createOnnxEngine } from '../../../extractors/engine/onnx.ts';
import type { EncoderBatch, EncoderSpec, Precision } from '../../../extractors/engine/engine.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { randomBatch, randomSpec, referenceScores, type EncoderShape } from '../../support/reference-bilstm.ts';

const SEED = 20;
const LENGTHS = [7, 25, 1, 13];

async function runOnce(spec: EncoderSpec, precision: Precision, batch: EncoderBatch): Promise<Float32Array> {
  const encoder = await (await createOnnxEngine({ threads: 0 })).createEncoder(spec, precision);
  const scores = await encoder.run(batch);
  await encoder.dispose();
  return scores;
}

/** Positions of scores that stand for real tokens (all of them for a pooled head). */
function realScores({ head, outputs }: EncoderSpec, { time, batch, lengths }: EncoderBatch): number[] {
  const rows = Array.from({ length: (head.kind === 'tokens' ? time : 1) * batch }, (_, row) => row);
  const real = rows.filter((row) => head.kind === 'pooled' || Math.floor(row / batch) < lengths[row % batch]!);
  return real.flatMap((row) => Array.from({ length: outputs }, (_, output) => row * outputs + output));
}

function differences(spec: EncoderSpec, batch: EncoderBatch, scores: ArrayLike<number>, expected: ArrayLike<number>): { worst: number; relative: number } {
  let worst = 0;
  let squares = 0;
  let size = 0;
  for (const at of realScores(spec, batch)) {
    const difference = Math.abs(scores[at]! - expected[at]!);
    worst = Math.max(worst, difference);
    squares += difference ** 2;
    size += expected[at]! ** 2;
  }
  return { worst, relative: Math.sqrt(squares / size) };
}

const shapes: readonly [name: string, shape: EncoderShape][] = [
  ['one layer that scores tokens', { input: 60, hidden: [50], outputs: 9 }],
  ['two layers that score tokens', { input: 60, hidden: [50, 40], outputs: 9 }],
  ['two layers that pool over three masks', { input: 60, hidden: [50, 40], outputs: 7, pools: 3 }],
  ['one layer of the size of the tagger', { input: 160, hidden: [200], outputs: 25 }],
];
for (const [name, shape] of shapes) {
  test(`${name}: float32 equals the reference`, async (t) => {
    const random = createRandom(SEED);
    const spec = randomSpec(shape, random);
    const batch = randomBatch(spec, LENGTHS, random);
    const expected = referenceScores(spec, batch);
    const scores = await runOnce(spec, 'float32', batch);
    t.is(scores.length, expected.length);
    t.true(differences(spec, batch, scores, expected).worst < 1e-5);
  });

  test(`${name}: int8 is within 2% of the reference`, async (t) => {
    const random = createRandom(SEED);
    const spec = randomSpec(shape, random);
    const batch = randomBatch(spec, LENGTHS, random);
    const { relative } = differences(spec, batch, await runOnce(spec, 'int8', batch), referenceScores(spec, batch));
    t.true(relative < 0.02, `relative error ${relative}`);
  });
}

/** One row of a batch alone, without its padding. */
function rowAlone(spec: EncoderSpec, { inputs, time, batch, lengths, masks }: EncoderBatch, row: number): EncoderBatch {
  const width = spec.layers[0]!.inputSize;
  const length = lengths[row]!;
  const alone = new Float32Array(length * width);
  for (let t = 0; t < length; t++) alone.set(inputs.subarray((t * batch + row) * width, (t * batch + row + 1) * width), t * width);
  const pools = spec.head.kind === 'pooled' ? spec.head.pools : 0;
  const aloneMasks = Float32Array.from({ length: pools * length }, (_, at) => masks![(Math.floor(at / length) * time + (at % length)) * batch + row]!);
  return { inputs: alone, time: length, batch: 1, lengths: Int32Array.of(length), ...(pools && { masks: aloneMasks }) };
}

for (const [precision, tolerance] of [['float32', 1e-5], ['int8', 0.02]] as const) {
  for (const pools of [undefined, 2]) {
    test(`${precision}, ${pools ? 'pooled' : 'tokens'}: a row scores the same alone as beside others and padding`, async (t) => {
      const random = createRandom(SEED);
      const spec = randomSpec({ input: 40, hidden: [32, 24], outputs: 5, pools }, random);
      const batch = randomBatch(spec, LENGTHS, random);
      // What stands in the padding must not matter.
      const width = spec.layers[0]!.inputSize;
      LENGTHS.forEach((length, row) => {
        for (let step = length; step < batch.time; step++) batch.inputs.fill(1, (step * LENGTHS.length + row) * width, (step * LENGTHS.length + row + 1) * width);
      });
      const together = await runOnce(spec, precision, batch);
      for (const [row, length] of LENGTHS.entries()) {
        const single = rowAlone(spec, batch, row);
        const alone = await runOnce(spec, precision, single);
        const mine = Float32Array.from({ length: alone.length }, (_, at) =>
          pools ? together[row * spec.outputs + at]! : together[(Math.floor(at / spec.outputs) * batch.batch + row) * spec.outputs + (at % spec.outputs)]!,
        );
        const { worst, relative } = differences(spec, single, mine, alone);
        t.true((precision === 'float32' ? worst : relative) < tolerance, `row ${row} of ${length} tokens: ${worst}, ${relative}`);
      }
    });
  }
}

test('weights of one size and weights that are all zero are quantized without loss', async (t) => {
  const random = createRandom(SEED);
  const spec = randomSpec({ input: 8, hidden: [8], outputs: 3 }, random);
  for (const direction of [spec.layers[0]!.forward, spec.layers[0]!.backward]) {
    direction.kernel.fill(0);
    direction.recurrent.fill(0);
  }
  const batch = randomBatch(spec, [3, 2], random);
  t.true(differences(spec, batch, await runOnce(spec, 'int8', batch), referenceScores(spec, batch)).worst < 1e-5);
});

for (const threads of [0, 1, 2]) {
  test(`batches given at once to ${threads} threads each get their own scores and are left as they were`, async (t) => {
    const random = createRandom(SEED);
    const spec = randomSpec({ input: 20, hidden: [16], outputs: 4, ...(threads && { pools: threads }) }, random);
    const encoder = await (await createOnnxEngine({ threads })).createEncoder(spec, 'float32');
    const batches = Array.from({ length: 12 }, (_, n) => randomBatch(spec, [n + 1, 3], random));
    const before = structuredClone(batches);
    const all = await Promise.all(batches.map((batch) => encoder.run(batch)));
    all.forEach((scores, n) => t.true(differences(spec, batches[n]!, scores, referenceScores(spec, batches[n]!)).worst < 1e-5));
    t.deepEqual(batches, before);
    await encoder.dispose();
  });

  test(`a batch that cannot be computed fails alone on ${threads} threads`, async (t) => {
    const random = createRandom(SEED);
    const spec = randomSpec({ input: 6, hidden: [4], outputs: 2 }, random);
    const encoder = await (await createOnnxEngine({ threads })).createEncoder(spec, 'float32');
    const good = randomBatch(spec, [3], random);
    const [first, bad, last] = await Promise.allSettled([good, { ...good, inputs: good.inputs.subarray(1) }, good].map((batch) => encoder.run(batch)));
    t.is(bad!.status, 'rejected');
    for (const result of [first!, last!]) t.is(result.status, 'fulfilled');
    await encoder.dispose();
  });
}

test('an encoder disposed of finishes the batch it computes and refuses the others', async (t) => {
  const random = createRandom(SEED);
  const spec = randomSpec({ input: 6, hidden: [4], outputs: 2 }, random);
  const encoder = await (await createOnnxEngine({ threads: 1 })).createEncoder(spec, 'float32');
  const results = Promise.allSettled(Array.from({ length: 4 }, () => encoder.run(randomBatch(spec, [3], random))));
  await encoder.dispose();
  t.deepEqual((await results).map((result) => result.status), ['fulfilled', 'rejected', 'rejected', 'rejected']);
  await t.throwsAsync(encoder.run(randomBatch(spec, [3], random)));
});

for (const [name, last] of [['that ends by itself', 'await running'], ['stopped in the middle of a batch', 'setTimeout(() => process.exit(0), 20)']]) {
  test(`a process ${name} ends cleanly with an encoder still open`, async (t) => {
    const script = `
      import { createOnnxEngine } from './extractors/engine/onnx.ts';
      import { createRandom } from './pipeline/core/random.ts';
      import { randomBatch, randomSpec } from './test/support/reference-bilstm.ts';
      const random = createRandom(${SEED});
      const spec = randomSpec({ input: 100, hidden: [100, 100], outputs: 9 }, random);
      const encoder = await (await createOnnxEngine({ threads: 2 })).createEncoder(spec, 'float32');
      const batch = randomBatch(spec, new Array(32).fill(40), random);
      const running = Promise.all(Array.from({ length: 3 }, () => encoder.run(batch)));
      ${last};`;
    await t.notThrowsAsync(promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script], { timeout: 60_000 }));
  });
}

test('an empty batch gives no scores', async (t) => {
  const random = createRandom(SEED);
  const spec = randomSpec({ input: 4, hidden: [3], outputs: 2 }, random);
  t.is((await runOnce(spec, 'int8', { inputs: new Float32Array(0), time: 0, batch: 0, lengths: new Int32Array(0) })).length, 0);
});
