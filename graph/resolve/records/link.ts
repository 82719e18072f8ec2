// Which records are one: candidates compared column by column, weighed, and joined from the surest pair down.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createThread } from '../../../pipeline/core/start-thread.ts';
import { clusterPairs, type ScoredPairs } from '../cluster.ts';
import { blockRecords, CANDIDATES } from './candidates.ts';
import { Patterns } from './compare.ts';
import { createWeigher, learnLinkage, logOddsOf, type LinkageModel, type Pattern } from './fellegi-sunter.ts';
import { LEVELS, type FieldKind } from './fields.ts';
import { createSteps, stretchesOf, stretchOf, type Found, type Pairs, type Steps } from './link-steps.ts';
import { internRecords, sharedInt32, sharedUint32, type RecordColumns } from './record-columns.ts';

export interface LinkOptions {
  /** One for each column. */
  readonly kinds: readonly FieldKind[];
  /** Of each record where it comes from: pairs of one source are never one. Left out, any two may be. */
  readonly source?: ArrayLike<number>;
  /** Left out: two, where there are as many processors and enough records to be worth a second one. The result is the same. */
  readonly threads?: 1 | 2;
}

export interface Linkage {
  /** All pairs that were compared, the smaller index first. */
  readonly pairs: ScoredPairs;
  /** Of each record its cluster: the smallest index in it. */
  readonly clusters: Uint32Array;
  readonly model: LinkageModel;
}

const WORTH_A_THREAD = 20_000;
/** Logarithms of frequencies are summed as whole numbers of such parts, so that the order of a sum plays no part. */
const PARTS = 1 << 20;

/** @param rows cells, one for each column */
export async function linkRecords(rows: readonly (readonly string[])[], { kinds, source, threads }: LinkOptions): Promise<Linkage> {
  const { records, order } = internRecords(rows, kinds, source);
  const team = createTeam(records, threads ?? (rows.length < WORTH_A_THREAD || availableParallelism() < 2 ? 1 : 2));
  try {
    const { pairs, patterns } = await comparePairs(records, team);
    const model = learnLinkage(patterns, kinds.map((kind) => LEVELS[kind]));
    const logOdds = weighPairs(records, pairs, patterns, model);
    const clusters = clusterPairs(rows.length, { ...pairs, logOdds }, { source: records.source });
    return { pairs: { ...placePairs(pairs, order), logOdds }, clusters: placeClusters(clusters, order), model };
  } finally {
    await team.close();
  }
}

interface Team {
  /** Has each thread do its share of a step. */
  share<Step extends keyof Steps>(step: Step, parametersOf: (thread: number) => SkipFirst<Parameters<Steps[Step]>>): Promise<ReturnType<Steps[Step]>[]>;
  close(): Promise<void>;
}

type SkipFirst<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

function createTeam(records: RecordColumns, threads: number): Team {
  const steps = createSteps(records);
  const helper = threads === 1 ? undefined : createThread(new URL('./link-thread.ts', import.meta.url), records);
  return {
    async share<Step extends keyof Steps>(step: Step, parametersOf: (thread: number) => SkipFirst<Parameters<Steps[Step]>>) {
      const next = sharedInt32(1);
      helper?.postMessage({ step, parameters: [next, ...parametersOf(1)] });
      const answer = helper === undefined ? undefined : once(helper, 'message');
      const run = steps[step] as (...parameters: unknown[]) => ReturnType<Steps[Step]>;
      const own = run(next, ...parametersOf(0));
      return answer === undefined ? [own] : [own, ((await answer) as [ReturnType<Steps[Step]>])[0]];
    },
    async close() {
      await helper?.terminate();
    },
  };
}

/** @returns patterns in the order of their levels, each pair with the index of its own */
async function comparePairs(records: RecordColumns, team: Team): Promise<{ pairs: Pairs; patterns: Pattern[] }> {
  const { count, columns } = records;
  const blocks = blockRecords(records);
  const found: Found = { others: sharedUint32(count * CANDIDATES), counts: sharedUint32(count) };
  await team.share('search', () => [blocks, found]);
  const own = sharedUint32(count);
  await team.share('count', () => [found, own]);
  const starts = sharedUint32(count + 1);
  for (let record = 0; record < count; record++) starts[record + 1] = starts[record] + own[record];
  const pairs: Pairs = { a: sharedUint32(starts[count]), b: sharedUint32(starts[count]), patterns: sharedUint32(starts[count]) };
  const threadOf = new Uint8Array(new SharedArrayBuffer(stretchesOf(count)));
  const compared = await team.share('compare', (thread) => [found, starts, pairs, threadOf, thread]);

  const all = new Patterns(columns.length);
  const places = compared.map(({ levels, counts }) => Uint32Array.from(counts, (own, pattern) => all.add(levels.subarray(pattern * columns.length, (pattern + 1) * columns.length), own)));
  const sorted = Array.from({ length: all.length }, (_, pattern) => pattern).sort((x, y) => Buffer.compare(bytesOf(all.of(x)), bytesOf(all.of(y))));
  const rank = new Uint32Array(all.length);
  sorted.forEach((pattern, at) => (rank[pattern] = at));
  for (let record = 0; record < count; record++) {
    const place = places[threadOf[stretchOf(record)]];
    for (let pair = starts[record]; pair < starts[record + 1]; pair++) pairs.patterns[pair] = rank[place[pairs.patterns[pair]]];
  }
  return { pairs, patterns: sorted.map((pattern) => ({ levels: all.of(pattern), count: all.counts[pattern] })) };
}

const bytesOf = (levels: Int8Array): Uint8Array => new Uint8Array(levels.buffer, levels.byteOffset, levels.length);

/** Log odds of each pair: those of its pattern, and what equal values say by how common they are, beside the usual of the column. */
function weighPairs({ count, columns }: RecordColumns, { a, b, patterns }: Pairs, learnt: readonly Pattern[], model: LinkageModel): Float32Array {
  const rarity = columns.map(({ counts, kind }) => (kind === 'text' ? new Int32Array(counts.length) : Int32Array.from(counts, (records) => Math.round(PARTS * Math.log(count / records)))));
  const rare = new Float64Array(a.length);
  columns.forEach(({ of, kind }, column) => {
    if (kind === 'text') return;
    let [sum, equal] = [0, 0];
    for (let pair = 0; pair < a.length; pair++) {
      const value = of[a[pair]];
      if (value < 0 || value !== of[b[pair]]) continue;
      sum += rarity[column][value];
      equal++;
    }
    const usual = equal === 0 ? 0 : Math.round(sum / equal);
    for (let pair = 0; pair < a.length; pair++) {
      const value = of[a[pair]];
      if (value >= 0 && value === of[b[pair]]) rare[pair] += rarity[column][value] - usual;
    }
  });
  const weigh = createWeigher(model);
  const weights = learnt.map(({ levels }) => logOddsOf(weigh(levels).weight, model.prior));
  return Float32Array.from(rare, (parts, pair) => weights[patterns[pair]] + parts / PARTS);
}

function placePairs({ a, b }: Pairs, order: Uint32Array): { a: Uint32Array; b: Uint32Array } {
  const [first, second] = [new Uint32Array(a.length), new Uint32Array(a.length)];
  for (let pair = 0; pair < a.length; pair++) {
    const [x, y] = [order[a[pair]], order[b[pair]]];
    first[pair] = Math.min(x, y);
    second[pair] = Math.max(x, y);
  }
  return { a: first, b: second };
}

function placeClusters(clusters: Uint32Array, order: Uint32Array): Uint32Array {
  const smallest = new Uint32Array(clusters.length).fill(clusters.length);
  clusters.forEach((cluster, place) => (smallest[cluster] = Math.min(smallest[cluster], order[place])));
  const placed = new Uint32Array(clusters.length);
  clusters.forEach((cluster, place) => (placed[order[place]] = smallest[cluster]));
  return placed;
}
