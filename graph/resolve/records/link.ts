// Which records are one: candidates compared column by column, weighed, and joined from the surest pair down.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createThread } from '../../../pipeline/core/start-thread.ts';
import { clusterPairs, type ScoredPairs } from '../cluster.ts';
import { blockRecords, CANDIDATES } from './candidates.ts';
import { createComparison, Patterns } from './compare.ts';
import { createWeigher, learnLinkage, logOddsOf, type LinkageModel, type Pattern } from './fellegi-sunter.ts';
import { isWordy, LEVELS, type ComparedKind, type FieldKind } from './fields.ts';
import { createSteps, stretchesOf, stretchOf, type Found, type Pairs, type Steps } from './link-steps.ts';
import { viewKinds, viewRows } from './record-views.ts';
import { createRivalry } from './rivals.ts';
import { internRecords, sharedInt32, sharedUint32, type RecordColumns } from './record-columns.ts';

export interface LinkOptions {
  /** One for each column. */
  readonly kinds: readonly FieldKind[];
  /** Of each record where it comes from: pairs of one source are never one. Left out, any two may be. */
  readonly source?: ArrayLike<number>;
  /** What was learnt from other records of the same columns. Left out, it is learnt from these. */
  readonly known?: Pick<Linkage, 'kinds' | 'model'>;
  /** Left out: two, where there are as many processors and enough records to be worth a second one. The result is the same. */
  readonly threads?: 1 | 2;
}

export interface Linkage {
  /** All pairs that were compared, the smaller index first. */
  readonly pairs: ScoredPairs;
  /** Of each record its cluster: the smallest index in it. */
  readonly clusters: Uint32Array;
  readonly model: LinkageModel;
  /** What is compared: the columns, and what is added to them. */
  readonly kinds: readonly ComparedKind[];
  /** Levels that pairs reach, and of each pair the index of its own. */
  readonly patterns: readonly Pattern[];
  readonly patternOf: Uint32Array;
}

const WORTH_A_THREAD = 20_000;
/** Logarithms of frequencies are summed as whole numbers of such parts, so that the order of a sum plays no part. */
const PARTS = 1 << 20;

/** @param rows cells, one for each column */
export async function linkRecords(rows: readonly (readonly string[])[], options: LinkOptions): Promise<Linkage> {
  const prepared = prepare(rows, options);
  const team = createTeam(prepared.records, options.threads ?? (rows.length < WORTH_A_THREAD || availableParallelism() < 2 ? 1 : 2));
  try {
    const plan = planLinkage(prepared);
    let next = plan.next([]);
    while (!next.done) next = plan.next(await team.share(next.value));
    return next.value;
  } finally {
    await team.close();
  }
}

/** The same at once, on this thread alone. */
export function linkRecordsHere(rows: readonly (readonly string[])[], options: Omit<LinkOptions, 'threads'>): Linkage {
  const prepared = prepare(rows, options);
  const steps = createSteps(prepared.records);
  const plan = planLinkage(prepared);
  let next = plan.next([]);
  while (!next.done) next = plan.next([runStep(steps, next.value, sharedInt32(1), 0)]);
  return next.value;
}

interface Prepared extends ReturnType<typeof internRecords> {
  readonly kinds: readonly ComparedKind[];
  readonly known?: Pick<Linkage, 'kinds' | 'model'>;
}

function prepare(rows: readonly (readonly string[])[], { kinds, source, known }: LinkOptions): Prepared {
  const viewed = known?.kinds ?? viewKinds(rows, kinds);
  return { ...internRecords(viewRows(rows, viewed), viewed, source), kinds: viewed, known };
}

/** A step that several threads may do, each its share, and what each is given. */
interface SharedStep {
  readonly step: keyof Steps;
  readonly parametersOf: (thread: number) => readonly unknown[];
}

type Plan<Result> = Generator<SharedStep, Result, unknown[]>;

function* planLinkage({ records, order, kinds, known }: Prepared): Plan<Linkage> {
  const { pairs, patterns } = yield* comparePairs(records);
  const model = known?.model ?? learnLinkage(patterns, kinds.map((kind) => LEVELS[kind]), records.source === undefined ? undefined : createRivalry(pairs, records.source));
  const { logOdds, weigh } = weighPairs(records, pairs, patterns, model);
  const compare = createComparison(records);
  const clusters = clusterPairs(records.count, { ...pairs, logOdds }, { source: records.source, compare: (a, b) => weigh(compare(a, b), a, b) });
  return { pairs: { ...placePairs(pairs, order), logOdds }, clusters: placeClusters(clusters, order), model, kinds, patterns, patternOf: pairs.patterns };
}

const runStep = (steps: Steps, { step, parametersOf }: SharedStep, next: Int32Array, thread: number): unknown => (steps[step] as (...parameters: unknown[]) => unknown)(next, ...parametersOf(thread));

interface Team {
  /** Has each thread do its share of a step. */
  share(step: SharedStep): Promise<unknown[]>;
  close(): Promise<void>;
}

function createTeam(records: RecordColumns, threads: number): Team {
  const steps = createSteps(records);
  const helper = threads === 1 ? undefined : createThread(new URL('./link-thread.ts', import.meta.url), records);
  return {
    async share(step) {
      const next = sharedInt32(1);
      helper?.postMessage({ step: step.step, parameters: [next, ...step.parametersOf(1)] });
      const answer = helper === undefined ? undefined : once(helper, 'message');
      const own = runStep(steps, step, next, 0);
      return answer === undefined ? [own] : [own, ((await answer) as [unknown])[0]];
    },
    async close() {
      await helper?.terminate();
    },
  };
}

/** @returns patterns in the order of their levels, each pair with the index of its own */
function* comparePairs(records: RecordColumns): Plan<{ pairs: Pairs; patterns: Pattern[] }> {
  const { count, columns } = records;
  const blocks = blockRecords(records);
  const found: Found = { others: sharedUint32(count * CANDIDATES), counts: sharedUint32(count) };
  yield { step: 'search', parametersOf: () => [blocks, found] };
  const own = sharedUint32(count);
  yield { step: 'count', parametersOf: () => [found, own] };
  const starts = sharedUint32(count + 1);
  for (let record = 0; record < count; record++) starts[record + 1] = starts[record] + own[record];
  const pairs: Pairs = { a: sharedUint32(starts[count]), b: sharedUint32(starts[count]), patterns: sharedUint32(starts[count]) };
  const threadOf = new Uint8Array(new SharedArrayBuffer(stretchesOf(count)));
  const compared = (yield { step: 'compare', parametersOf: (thread) => [found, starts, pairs, threadOf, thread] }) as ReturnType<Steps['compare']>[];

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
function weighPairs({ count, columns }: RecordColumns, { a, b, patterns }: Pairs, learnt: readonly Pattern[], model: LinkageModel): { logOdds: Float32Array; weigh: (levels: Int8Array, x: number, y: number) => number } {
  const rarity = columns.map(({ counts, kind }) => (isWordy(kind) ? undefined : Int32Array.from(counts, (records) => Math.round(PARTS * Math.log(count / records)))));
  const usual = columns.map(({ of }, column) => {
    if (rarity[column] === undefined) return 0;
    let [sum, equal] = [0, 0];
    for (let pair = 0; pair < a.length; pair++) {
      const value = of[a[pair]];
      if (value < 0 || value !== of[b[pair]]) continue;
      sum += rarity[column][value];
      equal++;
    }
    return equal === 0 ? 0 : Math.round(sum / equal);
  });
  const rareOf = (x: number, y: number): number => {
    let parts = 0;
    for (let column = 0; column < columns.length; column++) {
      const own = rarity[column];
      if (own === undefined) continue;
      const value = columns[column].of[x];
      if (value >= 0 && value === columns[column].of[y]) parts += own[value] - usual[column];
    }
    return parts / PARTS;
  };
  const weighLevels = createWeigher(model);
  const weights = learnt.map(({ levels }) => logOddsOf(weighLevels(levels), model.prior));
  return {
    logOdds: Float32Array.from(a, (x, pair) => weights[patterns[pair]] + rareOf(x, b[pair])),
    weigh: (levels, x, y) => logOddsOf(weighLevels(levels), model.prior) + rareOf(x, y),
  };
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
