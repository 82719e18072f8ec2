import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { LiveGraph } from '../../../graph/live-graph.ts';
import type { WeighedPair } from '../../../graph/resolve/doubts.ts';
import { findDoubts } from '../../../pipeline/service/review-answers.ts';
import { mostTelling } from '../../../pipeline/told-pairs.ts';
import { generateExtractions } from '../../support/generate-extractions.ts';

const SEED = 17;
const DOCUMENTS = 150;
/** Longer than a turn. */
const LONG_MS = 8;

const graphOf = (documents: number): LiveGraph => {
  const live = new LiveGraph();
  live.apply({ added: [...generateExtractions(documents, SEED)] });
  return live;
};

test('pairs in doubt that are found in turns are those found at once', async (t) => {
  const live = graphOf(DOCUMENTS);
  const expected = mostTelling(live.resolver.doubtfulPairs());
  t.true(expected.length > 10);
  t.deepEqual(await findDoubts(live, () => 1), expected);
});

/** A search that takes long for each of its parts. */
function slowSearch(parts: readonly (readonly WeighedPair[])[]) {
  const told: number[] = [];
  function* lookForDoubts(): Generator<readonly WeighedPair[]> {
    for (const [at, part] of parts.entries()) {
      const until = performance.now() + LONG_MS;
      while (performance.now() < until);
      told.push(at);
      yield part;
    }
  }
  return { live: { resolver: { lookForDoubts } } as unknown as LiveGraph, told };
}

const pairOf = (key: string): WeighedPair => ({ a: { type: 'PER', key, documentId: 'a' }, b: { type: 'PER', key, documentId: 'b' }, level: 'equal', comparisons: [], logOdds: 0 }) as unknown as WeighedPair;

test('others are served while pairs in doubt are looked for', async (t) => {
  const { live, told } = slowSearch([[pairOf('x')], [], [pairOf('y')], []]);
  const served: number[] = [];
  const finding = findDoubts(live, () => 1);
  while (told.length < 4) {
    served.push(told.length);
    await setImmediate();
  }
  t.deepEqual(served, [1, 2, 3]);
  t.deepEqual(await finding, [pairOf('x'), pairOf('y')]);
});

test('a search that the graph changes under begins again', async (t) => {
  const { live, told } = slowSearch([[pairOf('x')], [pairOf('y')], []]);
  let state = 1;
  const finding = findDoubts(live, () => state);
  t.deepEqual(told, [0]);
  state = 2;
  t.deepEqual(await finding, [pairOf('x'), pairOf('y')]);
  t.deepEqual(told, [0, 0, 1, 2]);
});
