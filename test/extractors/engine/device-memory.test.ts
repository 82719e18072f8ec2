// Batches and the memory of a device, with an encoder that refuses batches above a size as devices do.
import test from 'ava';
import { withinMemory } from '../../../extractors/engine/device-memory.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { randomBatch, randomSpec, referenceScores } from '../../support/reference-bilstm.ts';
import { smallDevice } from '../../support/small-device.ts';

const LENGTHS = [9, 8, 7, 5, 3, 2, 1];
const TIME = 9;

const messages = [
  'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[20,10000,200] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu',
  "Non-zero status code returned while running LSTM node. Name:'' Status Message: Failed to allocate memory for requested buffer of size 419430400",
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=a ; expr=cudaMalloc((void**)&p, size);',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0',
  'WebGPU validation failed. Buffer size (1280000000) exceeds the max buffer size limit (1073741824).',
  'std::bad_alloc',
];

for (const pools of [undefined, 3]) {
  test(`a batch that does not fit is halved until it does, and scores as if it had fitted${pools ? ', pooled' : ''}`, async (t) => {
    const random = createRandom(3);
    const spec = randomSpec({ input: 10, hidden: [8], outputs: 4, pools }, random);
    const batch = randomBatch(spec, LENGTHS, random);
    const { encoder, asked } = await smallDevice(spec, 2 * TIME, messages[0]!);
    const limited = withinMemory(encoder, spec, 1000);
    t.is(limited.batchTokens, 1000);
    const scores = await limited.run(batch);
    t.deepEqual(asked, [63, 36, 18, 18, 18, 9]);
    const expected = referenceScores(spec, batch);
    t.is(scores.length, expected.length);
    expected.forEach((value, at) => {
      const row = Math.floor(at / spec.outputs);
      if (pools || Math.floor(row / LENGTHS.length) < LENGTHS[row % LENGTHS.length]!) t.true(Math.abs(scores[at]! - value) < 1e-5, `score ${at}`);
    });
    await limited.dispose();
  });
}

test('what fitted is kept to from then on', async (t) => {
  const random = createRandom(4);
  const spec = randomSpec({ input: 10, hidden: [8], outputs: 4 }, random);
  const { encoder, asked } = await smallDevice(spec, 2 * TIME, messages[1]!);
  const limited = withinMemory(encoder, spec, 1000);
  await limited.run(randomBatch(spec, LENGTHS, random));
  t.is(limited.batchTokens, 18);
  asked.length = 0;
  await limited.run(randomBatch(spec, LENGTHS, random));
  t.true(asked.every((tokens) => tokens <= 18), asked.join(' '));
  await limited.dispose();
});

for (const says of messages) {
  test(`this says that memory ran out: ${says.slice(0, 50)} …`, async (t) => {
    const random = createRandom(5);
    const spec = randomSpec({ input: 10, hidden: [8], outputs: 4 }, random);
    const { encoder } = await smallDevice(spec, TIME, says);
    await withinMemory(encoder, spec, 1000).run(randomBatch(spec, LENGTHS, random));
    t.pass();
  });
}

test('one row that does not fit is an error that says so', async (t) => {
  const random = createRandom(6);
  const spec = randomSpec({ input: 10, hidden: [8], outputs: 4 }, random);
  const { encoder, asked } = await smallDevice(spec, TIME - 1, messages[2]!);
  const error = await t.throwsAsync(withinMemory(encoder, spec, 1000).run(randomBatch(spec, LENGTHS, random)), { name: 'EngramError', message: /9 words.*out of memory/ });
  t.is((error as { code?: string }).code, 'ENGRAM_MODEL_OUT_OF_MEMORY');
  t.deepEqual(asked, [63, 36, 18, 9]);
});

test('another error is not tried again', async (t) => {
  const random = createRandom(7);
  const spec = randomSpec({ input: 10, hidden: [8], outputs: 4 }, random);
  const { encoder, asked } = await smallDevice(spec, 1, 'Input shape is wrong.');
  await t.throwsAsync(withinMemory(encoder, spec, 1000).run(randomBatch(spec, LENGTHS, random)), { message: 'Input shape is wrong.' });
  t.is(asked.length, 1);
});
