// Engines that name a device: what it computes, in which order it answers, what it is called, and that nothing stands in for one that is not there.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { createEngine } from '../../../extractors/engine/index.ts';
import type { EncoderBatch, EncoderSpec, Engine } from '../../../extractors/engine/engine.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { isThere, offerSwiftShader } from '../../support/devices.ts';
import { randomBatch, randomSpec, referenceScores } from '../../support/reference-bilstm.ts';

offerSwiftShader();

const KINDS = ['onnx-cuda', 'webgpu', 'tensorflow', 'tensorflow-cpu'] as const;

/** Undefined, said aloud, where it is not there: then the reason has to be told, with the code that stops a run. */
async function engineOf(t: ExecutionContext, kind: Engine['kind'], batchTokens?: number): Promise<Engine | undefined> {
  try {
    const engine = await createEngine(kind, { batchTokens });
    t.is(engine.kind, kind);
    return engine;
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    t.is(error.code, 'ENGRAM_MODEL_ENGINE_MISSING');
    t.regex(error.message, new RegExp(`^Engine '${kind}' is not available: .{10}`));
    isThere(t, false, error.message);
    return undefined;
  }
}

function worstOf(spec: EncoderSpec, { batch, lengths }: EncoderBatch, scores: Float32Array, expected: readonly number[]): number {
  let worst = 0;
  expected.forEach((value, at) => {
    const row = Math.floor(at / spec.outputs);
    if (spec.head.kind === 'pooled' || Math.floor(row / batch) < lengths[row % batch]!) worst = Math.max(worst, Math.abs(scores[at]! - value));
  });
  return worst;
}

for (const kind of KINDS) {
  test.serial(`${kind}: one and two layers, tokens and pools, equal the reference, in whole batches and in parts`, async (t) => {
    const named = await engineOf(t, kind);
    if (named === undefined) return;
    t.log(named.device);
    for (const batchTokens of [10_000, 30]) {
      const engine = await createEngine(kind, { batchTokens });
      for (const shape of [{ hidden: [48] }, { hidden: [24, 40] }, { hidden: [40], pools: 3 }]) {
        const random = createRandom(20);
        const spec = randomSpec({ input: 60, outputs: 9, ...shape }, random);
        const batch = randomBatch(spec, [13, 7, 13, 1], random);
        const encoder = await engine.createEncoder(spec, 'float32');
        t.is(encoder.batchTokens, batchTokens);
        const scores = await encoder.run(batch);
        const expected = referenceScores(spec, batch);
        t.is(scores.length, expected.length);
        const worst = worstOf(spec, batch, scores, expected);
        t.true(worst < 1e-5, `${JSON.stringify(shape)}: ${worst}`);
        await encoder.dispose();
      }
    }
    t.true(named.busySeconds!() > 0);
  });

  test.serial(`${kind}: batches given at once to two encoders each get their own scores, and one that cannot be computed fails alone`, async (t) => {
    const engine = await engineOf(t, kind);
    if (engine === undefined) return;
    const random = createRandom(21);
    const specs = [5, 3].map((outputs) => randomSpec({ input: 16, hidden: [16], outputs }, random));
    const encoders = await Promise.all(specs.map((spec) => engine.createEncoder(spec, 'float32')));
    const jobs = Array.from({ length: 6 }, (_, n) => ({ which: n % 2, batch: randomBatch(specs[n % 2]!, [n + 1, 2], random) }));
    const bad = { ...jobs[0]!.batch, inputs: jobs[0]!.batch.inputs.subarray(1) };
    const [refused, ...results] = await Promise.allSettled([encoders[0]!.run(bad), ...jobs.map(({ which, batch }) => encoders[which]!.run(batch))]);
    t.is(refused!.status, 'rejected');
    results.forEach((result, n) => {
      const { which, batch } = jobs[n]!;
      if (result.status === 'fulfilled') t.true(worstOf(specs[which]!, batch, result.value, referenceScores(specs[which]!, batch)) < 1e-5);
      else t.fail(String(result.reason));
    });
    await Promise.all(encoders.map((encoder) => encoder.dispose()));
  });
}

test.serial('TensorFlow on the CPU does not pass for a GPU, nor the other way round', async (t) => {
  const [gpu, cpu] = await Promise.allSettled([createEngine('tensorflow'), createEngine('tensorflow-cpu')]);
  t.false(gpu.status === 'fulfilled' && cpu.status === 'fulfilled');
  if (cpu.status === 'fulfilled') t.regex(String((gpu as PromiseRejectedResult).reason), /it finds no GPU: it would be TensorFlow/);
  else isThere(t, gpu.status === 'fulfilled', 'no TensorFlow');
});

test('a build with a device that is not there ends with exit 3, the reason and what to do, and reads nothing', async (t) => {
  const command = ['--import=tsx', 'pipeline/cli/main.ts', 'build', 'fixtures/documents', '--engine', 'tensorflow', '--out', '/nowhere'];
  const failure = await promisify(execFile)(process.execPath, command, { env: { ...process.env, ENGRAM_TENSORFLOW: './no/such/build' } }).catch((error: unknown) => error as { code: number; stderr: string });
  t.is((failure as { code: number }).code, 3);
  t.regex(failure.stderr, /Engine 'tensorflow' is not available: Cannot find module .*ENGRAM_TENSORFLOW=\.\/no\/such\/build/);
  t.regex(failure.stderr, /engram doctor/);
});

test('a process ends by itself with a device still open', async (t) => {
  const script = `
    import { offerSwiftShader } from './test/support/devices.ts';
    import { createEngine } from './extractors/engine/index.ts';
    offerSwiftShader();
    console.log(await createEngine('webgpu').then(({ kind }) => kind, ({ code }) => code));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '-e', script], { timeout: 120_000 });
  t.regex(stdout, /^(webgpu|ENGRAM_MODEL_ENGINE_MISSING)\n$/);
});
