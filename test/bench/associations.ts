// `npm run bench:associations -- --data DATA [--epochs 5]`: free associations of people (USF norms) as a graph; a tenth of the links is held out and
// looked for from its cue. Activation as it is and learnt, beside personalised PageRank and plain neighbours, and how well each agrees with how alike
// people find words (Spearman). DATA is the folder that holds `usf-norms/` and `word-sim/`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createSnapshot, type Snapshot, type SnapshotSource } from '../../graph/activation/snapshot.ts';
import { spread, type SpreadOptions } from '../../graph/activation/spread.ts';
import { trainWeights } from '../../graph/activation/train-weights.ts';
import { heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import type { EntityId } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const SEED = 17;
/** Of the links: what is looked for, what teaches. */
const HELD_OUT = 0.1;
const TEACHING = 0.1;
const SIMILARITIES = ['EN-WS-353-REL', 'EN-WS-353-SIM', 'EN-SIMLEX-999', 'EN-RG-65', 'EN-MC-30'];

type Link = readonly [cue: number, target: number, strength: number];
type Levels = ReadonlyMap<number, number>;
type Ranker = (cue: number) => Levels;

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, epochs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:associations -- --data DATA');
const norms = readNorms(join(flags.data, 'usf-norms'));
const words = [...new Set(norms.flatMap(([cue, target]) => [cue, target]))].sort();
const place = new Map(words.map((word, at) => [word, at]));
const random = createRandom(SEED);
const [train, teaching, held]: [Link[], Link[], Link[]] = [[], [], []];
for (const [cue, target, strength] of norms) {
  const drawn = random.next();
  (drawn < HELD_OUT ? held : drawn < HELD_OUT + TEACHING ? teaching : train).push([place.get(cue)!, place.get(target)!, strength]);
}

const known = targetsOf(train);
const weights = await trainWeights(
  sourceOf(train),
  [...targetsOf(teaching)].map(([cue, relevant]) => ({ seeds: new Map([[cue, 1]]), relevant, known: known.get(cue) ?? [] })),
  { epochs: Number(flags.epochs), batch: 64, onEpoch: (epoch, loss) => note(`epoch ${epoch}: loss ${loss.toFixed(4)}`) },
);

const source = sourceOf([...train, ...teaching]);
const [bothWays, forward, learnt] = [createSnapshot(source), createSnapshot(source, { predicates: { associate: { toObject: 1, toSubject: 0 } } }), createSnapshot(source, weights)];
const pageRank = (damping: number): SpreadOptions => ({ decay: damping, hubInhibition: 0, leastFan: 0, tolerance: 1e-5 });
const rankers: Readonly<Record<string, Ranker>> = {
  'activation, learnt': activationOn(learnt, { ...weights, tolerance: 1e-5 }),
  'activation, as it is': activationOn(bothWays, { tolerance: 1e-5 }),
  'personalised PageRank 0.85, links both ways': activationOn(bothWays, pageRank(0.85)),
  'personalised PageRank 0.5, links both ways': activationOn(bothWays, pageRank(0.5)),
  'personalised PageRank 0.85, links as asked': activationOn(forward, pageRank(0.85)),
  'neighbours, then those of neighbours': neighboursOn(bothWays),
};
const sets = Object.fromEntries(SIMILARITIES.map((name) => [name, readPairs(join(flags.data!, 'word-sim', `${name}.txt`))]));
const rows = Object.entries(rankers).map(([name, ranker]) => ({ name, ...hits(ranker), spearman: Object.fromEntries(Object.entries(sets).map(([set, pairs]) => [set, agreement(ranker, pairs)])) }));
if (flags.json) printJson({ seed: SEED, weights, pairs: held.length, words: Object.fromEntries(Object.entries(sets).map(([set, pairs]) => [set, pairs.length])), rows });
else {
  const right = { align: 'right' } as const;
  print(heading(`${held.length} held-out associations of ${words.length} words (seed ${SEED}); learnt: ${JSON.stringify(weights)}`));
  print(table([['', 'hits@10', 'MRR', ...SIMILARITIES.map((set) => `${set} (${sets[set]!.length})`)], ...rows.map(({ name, hitsAt10, mrr, spearman }) => [name, hitsAt10.toFixed(1), mrr.toFixed(1), ...SIMILARITIES.map((set) => (100 * spearman[set]!).toFixed(1))])], [{}, ...Array(7).fill(right)]));
}

/** Cue, target and the share of people who answer so; the files are Latin-1. */
function readNorms(folder: string): [string, string, number][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt.gz'))
    .sort()
    .flatMap((name) => gunzipSync(readFileSync(join(folder, name))).toString('latin1').split(/\r?\n/))
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length > 10 && cells[0] !== 'CUE')
    .map((cells) => [cells[0]!.toLowerCase(), cells[1]!.toLowerCase(), Number(cells[5])]);
}

function readPairs(path: string): { readonly a: number; readonly b: number; readonly score: number }[] {
  return readFileSync(path, 'utf8').split('\n').flatMap((line) => {
    const [a, b, score] = line.trim().split(/\s+/);
    const [x, y] = [place.get(a ?? ''), place.get(b ?? '')];
    return x === undefined || y === undefined ? [] : [{ a: x, b: y, score: Number(score) }];
  });
}

function sourceOf(links: readonly Link[]): SnapshotSource {
  return {
    numberEntities: () => words as EntityId[],
    forEachFact: (visit) => {
      for (const [cue, target, strength] of links) visit(cue, 'associate', target, strength);
    },
    forEachMention: () => {},
  };
}

function targetsOf(links: readonly Link[]): Map<number, number[]> {
  const targets = new Map<number, number[]>();
  for (const [cue, target] of links) targets.set(cue, [...(targets.get(cue) ?? []), target]);
  return targets;
}

function activationOn(snapshot: Snapshot, options: SpreadOptions): Ranker {
  return (cue) => {
    const { nodes, levels } = spread(snapshot, new Map([[cue, 1]]), options);
    return new Map([...nodes].map((node, at) => [node, levels[at]!]));
  };
}

/** By the weight of the link, then by how many neighbours lead there. */
function neighboursOn({ offsets, targets, weights: strengths }: Snapshot): Ranker {
  const linked = (node: number): [number, number][] => [...targets.subarray(offsets[node], offsets[node + 1])].map((target, at) => [target, strengths[offsets[node]! + at]!]);
  return (cue) => {
    const levels = new Map<number, number>();
    for (const [middle] of linked(cue)) for (const [node] of linked(middle)) levels.set(node, (levels.get(node) ?? 0) + 1e-4);
    for (const [node, strength] of linked(cue)) levels.set(node, 1 + strength);
    return levels;
  };
}

/** In percent; other held-out links of the cue stand in nobody's way. */
function hits(ranker: Ranker): { readonly hitsAt10: number; readonly mrr: number } {
  const before = targetsOf([...train, ...teaching]);
  let [within, reciprocal] = [0, 0];
  for (const [cue, relevant] of targetsOf(held)) {
    const levels = ranker(cue);
    const aside = new Set([cue, ...(before.get(cue) ?? []), ...relevant]);
    const others = [...levels].filter(([node]) => !aside.has(node));
    for (const node of relevant) {
      const level = levels.get(node);
      if (level === undefined || node === cue) continue;
      const rank = 1 + others.filter(([other, its]) => its > level || (its === level && other < node)).length;
      reciprocal += 1 / rank;
      if (rank <= 10) within++;
    }
  }
  return { hitsAt10: (100 * within) / held.length, mrr: (100 * reciprocal) / held.length };
}

/** Spearman's rank correlation of the activation that goes either way with what people say. */
function agreement(ranker: Ranker, pairs: readonly { readonly a: number; readonly b: number; readonly score: number }[]): number {
  const levels = new Map([...new Set(pairs.flatMap(({ a, b }) => [a, b]))].map((word) => [word, ranker(word)]));
  const said = ranksOf(pairs.map(({ score }) => score));
  const found = ranksOf(pairs.map(({ a, b }) => (levels.get(a)!.get(b) ?? 0) + (levels.get(b)!.get(a) ?? 0)));
  const mean = (pairs.length + 1) / 2;
  const product = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, at) => sum + (value - mean) * (y[at]! - mean), 0);
  return product(said, found) / Math.sqrt(product(said, said) * product(found, found));
}

/** Equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]!.value === sorted[start]!.value) end++;
    for (let at = start; at < end; at++) ranks[sorted[at]!.at] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}
