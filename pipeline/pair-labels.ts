// Records linked with labelled pairs: the model file that `engram train resolution` writes, and how well so many labels do.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { clusterPairs } from '../graph/resolve/cluster.ts';
import { findBestCut } from '../graph/resolve/records/best-cut.ts';
import { askInRounds, learnFromAnswers, weighPairs } from '../graph/resolve/records/learn-from-answers.ts';
import type { LatentClass } from '../graph/resolve/records/fellegi-sunter.ts';
import type { Linkage } from '../graph/resolve/records/link.ts';
import { createPairFeatures } from '../graph/resolve/records/pair-features.ts';
import type { PairModel } from '../graph/resolve/records/pair-model.ts';
import { EngramError, messageOf } from './core/errors.ts';
import type { Column } from './read-records.ts';

type Rows = readonly (readonly string[])[];

/** What was learnt: from the records without labels, and from the labels. */
export interface ResolutionModel {
  readonly columns: readonly Column[];
  readonly linkage: Pick<Linkage, 'kinds' | 'model'>;
  readonly pairs: PairModel;
}

const VERSION = 2;
const numbers = z.array(z.number());
const tree: z.ZodType<PairModel['trees'][number]> = z.lazy(() => z.union([z.strictObject({ value: z.number() }), z.strictObject({ feature: z.int(), threshold: z.number(), left: tree, right: tree })]));
const classes = z.array(z.strictObject({ share: z.number(), levels: z.array(numbers) })).min(1);
const modelFile = z.strictObject({
  version: z.literal(VERSION),
  columns: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
  kinds: z.array(z.string()),
  matches: classes,
  others: classes,
  prior: z.number(),
  features: z.array(z.string()),
  means: numbers,
  scales: numbers,
  weights: numbers,
  trees: z.array(tree),
});

/** Answered pairs count as this sure. */
const SUREST = 15;

/** Clusters by what a model says of the pairs that were compared, with the pairs that are known. */
export function clusterWith(rows: Rows, linkage: Linkage, pairs: PairModel, source: readonly number[] | undefined, answers: ReadonlyMap<number, boolean> = new Map()): Uint32Array {
  const logOdds = weighPairs(createPairFeatures(rows, linkage), linkage.pairs.a.length, pairs);
  for (const [pair, same] of answers) logOdds[pair] = same ? SUREST : -SUREST;
  const cut = source === undefined ? 0 : findBestCut({ ...linkage.pairs, logOdds });
  return clusterPairs(rows.length, { ...linkage.pairs, logOdds: logOdds.map((odds) => odds - cut) }, { source });
}

/** Asks for so many labels, half of them those that teach most. @param isSame what people say of two records */
export function learnWithLabels(rows: Rows, linkage: Linkage, count: number, seed: number, isSame: (a: number, b: number) => boolean): { readonly model: PairModel; readonly answers: ReadonlyMap<number, boolean> } {
  const features = createPairFeatures(rows, linkage);
  const answers = askInRounds(features, linkage, { count, seed, answer: (pair) => isSame(linkage.pairs.a[pair], linkage.pairs.b[pair]) });
  return { model: learnFromAnswers(features, answers, seed).model, answers };
}

/** @param labels by the places of two records. @returns the model, and how many labels are of pairs that are alike enough to be compared */
export function trainWithLabels(rows: Rows, linkage: Linkage, labels: readonly { readonly a: number; readonly b: number; readonly same: boolean }[], seed: number): { readonly model: PairModel; readonly used: number } {
  const placeOf = new Map<string, number>();
  linkage.pairs.a.forEach((a, pair) => placeOf.set(`${a} ${linkage.pairs.b[pair]}`, pair));
  const answers = new Map<number, boolean>();
  for (const { a, b, same } of labels) {
    const pair = placeOf.get(`${Math.min(a, b)} ${Math.max(a, b)}`);
    if (pair !== undefined) answers.set(pair, same);
  }
  return { model: learnFromAnswers(createPairFeatures(rows, linkage), answers, seed).model, used: answers.size };
}

export async function writeResolutionModel(path: string, { columns, linkage, pairs }: ResolutionModel): Promise<void> {
  const { matches, others, prior } = linkage.model;
  const lists = (of: readonly LatentClass[]): unknown[] => of.map(({ share, levels }) => ({ share, levels: levels.map((column) => [...column]) }));
  await writeFile(path, `${JSON.stringify({ version: VERSION, columns, kinds: linkage.kinds, matches: lists(matches), others: lists(others), prior, ...pairs })}\n`);
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export async function readResolutionModel(path: string): Promise<ResolutionModel> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  const parsed = modelFile.safeParse(json);
  if (!parsed.success) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `${parsed.error.issues[0]!.path.join('.') || 'the file'}: ${parsed.error.issues[0]!.message}` });
  const { columns, kinds, matches, others, prior, features, means, scales, weights, trees } = parsed.data;
  const arrays = (lists: typeof matches): LatentClass[] => lists.map(({ share, levels }) => ({ share, levels: levels.map((list) => Float64Array.from(list)) }));
  return {
    columns: columns as Column[],
    linkage: { kinds: kinds as Linkage['kinds'], model: { matches: arrays(matches), others: arrays(others), prior } },
    pairs: { features, means, scales, weights, trees },
  };
}
