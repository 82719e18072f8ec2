// Which rows share a batch on a CPU and on a device.
import fc from 'fast-check';
import test from 'ava';
import { batchesFor } from '../../../extractors/network/batches.ts';

const lengthsArbitrary = fc.array(fc.nat(60), { maxLength: 200 });

test('on a device batches are as full as its budget, over all that is there, and hold every row once', (t) => {
  fc.assert(
    fc.property(lengthsArbitrary, fc.integer({ min: 60, max: 2000 }), (lengths, batchTokens) => {
      const batches = batchesFor({ batchTokens }, lengths);
      const rows = batches.flat();
      t.deepEqual([...rows].sort((a, b) => a - b), lengths.flatMap((length, row) => (length > 0 ? [row] : [])));
      const padded = (batch: readonly number[]): number => lengths[batch[0]!]! * batch.length;
      batches.forEach((batch, at) => {
        t.true(padded(batch) <= batchTokens);
        if (at + 1 < batches.length) t.true(lengths[batch[0]!]! * (batch.length + 1) > batchTokens);
      });
    }),
  );
});

test('a row longer than the budget is a batch of its own', (t) => {
  t.deepEqual(batchesFor({ batchTokens: 10 }, [3, 40, 2]), [[1], [0, 2]]);
});

test('on a CPU batches stay small and of like lengths', (t) => {
  const batches = batchesFor({}, Array.from({ length: 300 }, (_, i) => 1 + (i % 50)));
  t.true(batches.length > 5);
  t.true(batches.every((batch) => batch.length <= 64));
});
