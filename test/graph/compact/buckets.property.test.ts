import { readdirSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { rowsOf } from '../../../graph/activation/arcs.ts';
import { coMentions } from '../../../graph/activation/co-mentions.ts';
import { Buckets, floatsOf, MemoryBudget, wordOf, wordsOf } from '../../../graph/compact/buckets.ts';
import { openSpill } from '../../../graph/compact/spill.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const word = fc.nat(0xffffffff);
const bytes = fc.constantFrom(0, 1, 200, 4096, Infinity);

test('what is put into buckets comes back in order, whatever memory there is and whoever shares it', async (t) => {
  const folder = await temporaryFolder(t);
  const records = fc.array(fc.tuple(fc.nat(5), word, word, fc.option(word, { nil: undefined })), { maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(records, fc.array(word, { maxLength: 80 }), bytes, (list, more, bytes) => {
      const spill = openSpill(folder);
      const budget = new MemoryBudget(bytes, spill);
      const [one, other] = [new Buckets(budget), new Buckets(budget)];
      const expected: number[][] = [];
      for (const [bucket, ...words] of list) {
        one.add(bucket, ...words);
        other.add(0, 1, bucket);
        (expected[bucket] ??= []).push(...words.filter((each): each is number => each !== undefined));
      }
      one.addAll(3, Uint32Array.from(more));
      if (list.length > 0 || more.length > 0) (expected[3] ??= []).push(...more);
      const found = Array.from({ length: 6 }, (_, bucket) => [...one.read(bucket)]);
      t.deepEqual(found, Array.from({ length: 6 }, (_, bucket) => expected[bucket] ?? []));
      t.deepEqual([...other.read(0)], list.flatMap(([bucket]) => [1, bucket]));
      t.deepEqual([...one.take(2)], expected[2] ?? []);
      t.is(one.read(2).length, 0);
      t.true(bytes > 0 || list.length === 0 || spill.size > 0);
      one.close();
      other.close();
      spill.close();
    }),
    { seed: 11, numRuns: 200 },
  );
  t.deepEqual(readdirSync(folder), []);
});

test('floats come back bit for bit', (t) => {
  fc.assert(
    fc.property(fc.float(), (value) => {
      t.deepEqual(floatsOf(Uint32Array.of(wordOf(value))), Float32Array.of(value));
      t.deepEqual(floatsOf(wordsOf(Float32Array.of(value, 1))), Float32Array.of(value, 1));
    }),
    { seed: 12, numRuns: 200 },
  );
});

test('rows and pairs are the same with any memory', async (t) => {
  const folder = await temporaryFolder(t);
  const NODES = 9000;
  const arcs = fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 100, size: 'max' });
  const mentions = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(0, 1, 5000, 9000), fc.nat(2)), { maxLength: 120, size: 'max' });
  fc.assert(
    fc.property(arcs, mentions, fc.integer({ min: 1, max: 4 }), bytes, (list, named, most, bytes) => {
      const spill = openSpill(folder);
      const budget = new MemoryBudget(bytes, spill);
      const source = { forEachMention: (visit: (...mention: [number, number, number]) => void) => named.forEach((mention) => visit(...mention)) };
      const pairsIn = (given: MemoryBudget | undefined): number[][] => {
        const found: number[][] = [];
        coMentions(source, NODES, most, given).forEach((...pair) => found.push(pair));
        return found;
      };
      t.deepEqual(pairsIn(budget), pairsIn(undefined));
      t.deepEqual(rowsOf(NODES, (visit) => list.forEach((arc) => visit(...arc)), budget), rowsOf(NODES, (visit) => list.forEach((arc) => visit(...arc))));
      spill.close();
    }),
    { seed: 13, numRuns: 60 },
  );
});

test('a folder that cannot be written is told with what to do', async (t) => {
  const folder = await temporaryFolder(t);
  const spill = openSpill(`${folder}/\u0000`);
  const error = t.throws(() => spill.write(Uint8Array.of(1)), { instanceOf: EngramError });
  t.is(error?.code, 'ENGRAM_GRAPH_SPILL');
  t.true(error?.hint.includes('graph.memory'));
});
