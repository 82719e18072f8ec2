// `npm run bench:recommendation -- --data DATA`: users and what they chose as entities and facts of a graph, and how well activation and features tell what
// they choose next. Last.FM with its knowledge graph, by the click-through protocol of RippleNet (Wang et al. 2018) and KGCN (Wang et al. 2019): as many items
// that a user never chose as chosen ones, all pairs divided 6:2:2 by chance. MovieLens: the last fifth of what each user rated is looked for among all that
// he had not rated. DATA is the folder that holds `lastfm-kg/` and `movielens-latest-small/`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'csv-parse/sync';
import { pageRank } from '../../graph/activation/page-rank.ts';
import { createSnapshot, type SnapshotSource } from '../../graph/activation/snapshot.ts';
import { spread, type SpreadOptions } from '../../graph/activation/spread.ts';
import { communitiesOf } from '../../graph/features/communities.ts';
import { nodeVectors, VECTOR_DIMENSIONS } from '../../graph/features/node-vectors.ts';
import { heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import type { EntityId } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const SEEDS = [17, 18, 19];
/** What `rated` means beyond having seen it. */
const LIKED = 4;
const TOP = 20;
const HELD_OUT = 0.2;
/** Fewer earlier ratings say nothing of a user. */
const FEWEST = 5;
/** Rows that are never chosen, for each that is, where a model learns to rank. */
const NEGATIVES = 4;
const KNN = [20, 50, 100, 200, 1000].flatMap((neighbours) => [0, 10].map((shrinkage) => ({ neighbours, shrinkage })));
/** Units of the network. */
const HIDDEN = 16;
const DECAYS = [0.3, 0.5, 0.7, 0.9];

type Fact = readonly [subject: number, predicate: string, object: number];
interface Pair {
  readonly user: number;
  readonly item: number;
}
interface Labelled extends Pair {
  readonly label: number;
}

/** Items first, then what else the facts name, then users. */
interface World {
  readonly items: number;
  readonly things: number;
  readonly users: number;
  readonly facts: readonly Fact[];
}

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean', default: false } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:recommendation -- --data DATA');
tf.enableProdMode();
await tf.setBackend('cpu');
const clicks = await clickThrough(join(flags.data, 'lastfm-kg'));
const ranking = await timeSplit(join(flags.data, 'movielens-latest-small'));
if (flags.json) printJson({ seeds: SEEDS, clicks, ranking });
else {
  const right = { align: 'right' } as const;
  print(heading(`Last.FM, ${clicks.users} users, ${clicks.items} artists, ${clicks.facts} facts: AUC on test pairs, seeds ${SEEDS.join(', ')}`));
  print(table([['', 'mean', ...SEEDS.map(String)], ...clicks.rows.map(({ name, auc }) => [name, meanOf(auc).toFixed(3), ...auc.map((x) => x.toFixed(3))])], [{}, right, ...SEEDS.map(() => right)]));
  print(heading(`MovieLens, the last fifth of each of ${ranking.users} users, liked (${LIKED} or more) among ${ranking.items} films`));
  print(table([['', `recall@${TOP}`, `nDCG@${TOP}`, ''], ...ranking.rows.map(({ name, recall, ndcg, chosen }) => [name, recall.toFixed(1), ndcg.toFixed(1), chosen])], [{}, right, right, {}]));
}

async function clickThrough(folder: string) {
  const lines = (name: string): string[][] => readFileSync(join(folder, name), 'utf8').trim().split('\n').map((line) => line.split('\t'));
  const itemOf = new Map(lines('item_index2entity_id.txt').map(([id, entity]) => [id!, Number(entity)]));
  const facts = lines('kg.txt').map(([head, relation, tail]): Fact => [Number(head), relation!, Number(tail)]);
  const things = 1 + facts.reduce((most, [head, , tail]) => Math.max(most, head, tail), itemOf.size - 1);
  const chosen = new Map<string, Set<number>>();
  for (const [user, artist] of lines('user_artists.dat')) if (itemOf.has(artist!)) chosen.set(user!, (chosen.get(user!) ?? new Set()).add(itemOf.get(artist!)!));
  const world: World = { items: itemOf.size, things, users: chosen.size, facts };
  const rows = new Map<string, number[]>();
  for (const seed of SEEDS) {
    const random = createRandom(seed);
    const pairs = random.shuffle(
      [...chosen.values()].flatMap((own, user) => {
        const others = random.shuffle(Array.from({ length: world.items }, (_, item) => item).filter((item) => !own.has(item))).slice(0, own.size);
        return [...[...own].map((item) => ({ user, item, label: 1 })), ...others.map((item) => ({ user, item, label: 0 }))];
      }),
    );
    const [train, validation, test] = [pairs.slice(0, 0.6 * pairs.length), pairs.slice(0.6 * pairs.length, 0.8 * pairs.length), pairs.slice(0.8 * pairs.length)];
    const features = pairFeatures(world, train.filter(({ label }) => label === 1));
    const [learnFrom, asked] = [features.rows(validation), features.rows(test)];
    const labels = test.map(({ label }) => label);
    const add = (name: string, scores: ArrayLike<number>): void => void rows.set(name, [...(rows.get(name) ?? []), areaUnderCurve(scores, labels)]);
    add('how many chose it', asked.map((row) => row[features.names.indexOf('chosen')]!));
    add('PageRank', asked.map((row) => row[features.names.indexOf('pagerank')]!));
    add('activation from the user, as it is', asked.map((row) => row[features.names.indexOf('activation')]!));
    const predict = await fitNetwork(learnFrom, validation.map(({ label }) => label), seed);
    add('network of all features', predict(asked));
    note(`Last.FM, seed ${seed}: ${[...rows].map(([name, values]) => `${name} ${values.at(-1)!.toFixed(3)}`).join(', ')}`);
  }
  return { users: world.users, items: world.items, facts: facts.length, rows: [...rows].map(([name, auc]) => ({ name, auc })) };
}

/**
 * What the graph says of a pair, of a graph of the facts and of what was chosen.
 * Levels of activation and counts as logarithms; how `spread` and `engram features` say them of entities.
 */
function pairFeatures(world: World, chosen: readonly Pair[]) {
  const { things, users, items } = world;
  const [all, known] = [createSnapshot(sourceOf(world, chosen)), createSnapshot(sourceOf(world, []))];
  const [rank, communities, vectors] = [pageRank(all), communitiesOf(all), nodeVectors(all)];
  const own = listsOf(chosen, users);
  const popularity = new Float64Array(items);
  for (const { item } of chosen) popularity[item]!++;
  /** Mean of some vectors. */
  const meanVector = (nodes: readonly number[]): Float32Array => {
    const mean = new Float32Array(VECTOR_DIMENSIONS);
    for (const node of nodes) for (let d = 0; d < VECTOR_DIMENSIONS; d++) mean[d]! += vectors[node * VECTOR_DIMENSIONS + d]! / nodes.length;
    return mean;
  };
  const product = (vector: Float32Array, node: number): number => vector.reduce((sum, x, d) => sum + x * vectors[node * VECTOR_DIMENSIONS + d]!, 0);
  const names = ['chosen', 'facts', 'pagerank', 'choices of the user', 'activation', 'activation without hub inhibition', 'activation by facts alone', 'vector', 'vectors of what was chosen', 'community'];
  const level = (x: number): number => Math.log(x + 1e-6);
  const ofUser = (user: number): ((item: number) => number[]) => {
    const seeds = new Map([[things + user, 1]]);
    const [plain, free, byFacts] = [levelsOf(all, seeds, items), levelsOf(all, seeds, items, { hubInhibition: 0 }), levelsOf(known, new Map(own[user]!.map((item) => [item, 1])), items)];
    const [vector, taste] = [meanVector([things + user]), meanVector(own[user]!)];
    const shares = new Map<number, number>();
    for (const item of own[user]!) shares.set(communities[item]!, (shares.get(communities[item]!) ?? 0) + 1 / own[user]!.length);
    return (item) => [
      Math.log1p(popularity[item]!),
      Math.log1p(known.offsets[item + 1]! - known.offsets[item]!),
      Math.log(rank[item]!),
      Math.log1p(own[user]!.length),
      level(plain[item]!),
      level(free[item]!),
      level(byFacts[item]!),
      product(vector, item),
      product(taste, item),
      shares.get(communities[item]!) ?? 0,
    ];
  };
  return {
    names,
    ofUser,
    rows: (pairs: readonly Pair[]): number[][] => {
      const rows = new Array<number[]>(pairs.length);
      const places = new Map<number, number[]>();
      pairs.forEach(({ user }, place) => places.set(user, [...(places.get(user) ?? []), place]));
      for (const [user, its] of places) {
        const of = ofUser(user);
        for (const place of its) rows[place] = of(pairs[place]!.item);
      }
      return rows;
    },
  };
}

function sourceOf({ things, users, facts }: World, chosen: readonly Pair[]): SnapshotSource {
  const ids = Array.from({ length: things + users }, (_, node) => `e-${String(node).padStart(9, '0')}` as EntityId);
  return {
    numberEntities: () => ids,
    forEachFact: (visit) => {
      for (const [subject, predicate, object] of facts) visit(subject, predicate, object, 1);
      for (const { user, item } of chosen) visit(things + user, 'chose', item, 1);
    },
    forEachMention: () => {},
  };
}

/** @returns float64 [items], 0 where activation does not reach */
function levelsOf(arcs: Parameters<typeof spread>[0], seeds: ReadonlyMap<number, number>, items: number, options: SpreadOptions = {}): Float64Array {
  const { nodes, levels } = spread(arcs, seeds, { tolerance: 1e-6, ...options });
  const of = new Float64Array(items);
  for (let at = 0; at < nodes.length && nodes[at]! < items; at++) of[nodes[at]!] = levels[at]!;
  return of;
}

/** One hidden layer on standardised columns. */
async function fitNetwork(rows: readonly number[][], labels: readonly number[], seed: number): Promise<(rows: readonly number[][]) => Float32Array> {
  const inputs = tf.tensor2d(rows as number[][]);
  const { mean, variance } = tf.moments(inputs, 0);
  const scale = tf.add(tf.sqrt(variance), 1e-6);
  const standardised = (x: tf.Tensor2D): tf.Tensor2D => tf.div(tf.sub(x, mean), scale);
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const hidden = tf.layers.dense({ units: HIDDEN, activation: 'relu', inputShape: [rows[0]!.length], kernelInitializer });
  const model = tf.sequential({ layers: [hidden, tf.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer })] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy' });
  await model.fit(standardised(inputs), tf.tensor2d(labels as number[], [labels.length, 1]), { epochs: 20, batchSize: 256, shuffle: false, verbose: 0 });
  return (asked) => tf.tidy(() => (model.predict(standardised(tf.tensor2d(asked as number[][]))) as tf.Tensor).dataSync() as Float32Array);
}

/** The chance that a chosen pair scores higher than another (Mann & Whitney 1947). */
function areaUnderCurve(scores: ArrayLike<number>, labels: readonly number[]): number {
  const order = labels.map((label, place) => ({ score: scores[place]!, label })).sort((a, b) => a.score - b.score);
  let [ranks, chosen] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]!.score === order[start]!.score) end++;
    const within = order.slice(start, end).filter(({ label }) => label === 1).length;
    ranks += (within * (start + end + 1)) / 2;
    chosen += within;
    start = end;
  }
  return (ranks - (chosen * (chosen + 1)) / 2) / (chosen * (order.length - chosen));
}

interface Rating extends Pair {
  readonly rating: number;
  readonly time: number;
}

type Scorer = (user: number) => Float64Array;

async function timeSplit(folder: string) {
  const rowsOf = (name: string): Record<string, string>[] => parse(readFileSync(join(folder, name)), { columns: true });
  const films = rowsOf('movies.csv');
  const place = new Map(films.map(({ movieId }, at) => [movieId!, at]));
  const genres = [...new Set(films.flatMap(({ genres }) => genres!.split('|')))];
  const facts = films.flatMap(({ genres: its }, film) => its!.split('|').map((genre): Fact => [film, 'genre', films.length + genres.indexOf(genre)]));
  const ratings = rowsOf('ratings.csv').map(({ userId, movieId, rating, timestamp }): Rating => ({ user: Number(userId) - 1, item: place.get(movieId!)!, rating: Number(rating), time: Number(timestamp) }));
  const world: World = { items: films.length, things: films.length + genres.length, users: 1 + Math.max(...ratings.map(({ user }) => user)), facts };

  const [before, test] = divide(ratings);
  const [earlier, validation] = divide(before);
  const liked = (some: readonly Rating[]): Rating[] => some.filter(({ rating }) => rating >= LIKED);
  const score = (scorer: Scorer, seen: readonly Rating[], asked: readonly Rating[]) => rankingScores(scorer, seen, liked(asked));
  /** What does best on the validation part is then asked with all that came before the test. */
  const best = <T>(options: readonly T[], scorerOf: (option: T, seen: readonly Rating[]) => Scorer): { readonly chosen: string } & ReturnType<typeof score> => {
    const scored = options.map((option) => ({ option, ndcg: score(scorerOf(option, earlier), earlier, validation).ndcg }));
    const { option } = scored.reduce((a, b) => (b.ndcg > a.ndcg ? b : a));
    return { chosen: options.length === 1 ? '' : JSON.stringify(option), ...score(scorerOf(option, before), before, test) };
  };

  const popularity = (least: number, seen: readonly Rating[]): Scorer => {
    const times = new Float64Array(world.items);
    for (const { item, rating } of seen) if (rating >= least) times[item]!++;
    return () => times;
  };
  const activation = (options: SpreadOptions, seen: readonly Rating[]): Scorer => {
    const arcs = createSnapshot(sourceOf(world, liked(seen)));
    return (user) => levelsOf(arcs, new Map([[world.things + user, 1]]), world.items, options);
  };
  // What teaches the model are choices that the graph it reads does not hold yet.
  const random = createRandom(SEEDS[0]!);
  const rated = listsOf(before, world.users).map((items) => new Set(items));
  const features = pairFeatures(world, liked(earlier));
  const pairs = liked(validation).flatMap(({ user, item }): Labelled[] => {
    const others: Labelled[] = [];
    while (others.length < NEGATIVES) {
      const other = random.integer(world.items);
      if (!rated[user]!.has(other)) others.push({ user, item: other, label: 0 });
    }
    return [{ user, item, label: 1 }, ...others];
  });
  const predict = await fitNetwork(features.rows(pairs), pairs.map(({ label }) => label), SEEDS[0]!);
  const learnt = (seen: readonly Rating[]): Scorer => {
    const { ofUser } = pairFeatures(world, liked(seen));
    return (user) => {
      const of = ofUser(user);
      return Float64Array.from(predict(Array.from({ length: world.items }, (_, item) => of(item))));
    };
  };
  const rows = [
    { name: 'how many rated it', ...best([0, LIKED], popularity) },
    { name: 'item-kNN', ...best(KNN, (option, seen) => itemNeighbours(option, liked(seen), world)) },
    { name: 'activation, as it is', ...best([{}], activation) },
    { name: 'activation', ...best(DECAYS.flatMap((decay) => [0, 0.25, 0.5].map((hubInhibition) => ({ decay, hubInhibition }))), activation) },
    { name: 'network of all features', ...best([{}], (_, seen) => learnt(seen)) },
  ];
  return { users: rows[0]!.users, items: world.items, rows };
}

/** By user the earlier ratings, and the last of them. */
function divide(ratings: readonly Rating[]): [Rating[], Rating[]] {
  const byUser = new Map<number, Rating[]>();
  for (const each of ratings) byUser.set(each.user, [...(byUser.get(each.user) ?? []), each]);
  const [before, after]: [Rating[], Rating[]] = [[], []];
  for (const own of byUser.values()) {
    own.sort((a, b) => a.time - b.time || a.item - b.item);
    const cut = Math.floor(own.length * (1 - HELD_OUT));
    before.push(...own.slice(0, cut));
    after.push(...own.slice(cut));
  }
  return [before, after];
}

/** Means over users that liked something, in percent; recall of at most TOP that can be found. */
function rankingScores(scorer: Scorer, seen: readonly Rating[], relevant: readonly Rating[]): { readonly users: number; readonly recall: number; readonly ndcg: number } {
  const [known, wanted] = [new Map<number, Set<number>>(), new Map<number, Set<number>>()];
  for (const { user, item } of seen) known.set(user, (known.get(user) ?? new Set()).add(item));
  for (const { user, item } of relevant) if ((known.get(user)?.size ?? 0) >= FEWEST) wanted.set(user, (wanted.get(user) ?? new Set()).add(item));
  let [recall, ndcg] = [0, 0];
  for (const [user, its] of wanted) {
    const scores = scorer(user);
    const top: number[] = [];
    for (let item = 0; item < scores.length; item++) {
      if (scores[item]! <= 0 || known.get(user)!.has(item) || (top.length === TOP && scores[item]! <= scores[top.at(-1)!]!)) continue;
      let at = top.length;
      while (at > 0 && scores[top[at - 1]!]! < scores[item]!) at--;
      top.splice(at, 0, item);
      if (top.length > TOP) top.pop();
    }
    const gains = top.map((item, rank) => (its.has(item) ? 1 / Math.log2(rank + 2) : 0));
    const possible = Math.min(TOP, its.size);
    recall += gains.filter((gain) => gain > 0).length / possible;
    ndcg += gains.reduce((sum, gain) => sum + gain, 0) / Array.from({ length: possible }, (_, rank) => 1 / Math.log2(rank + 2)).reduce((sum, gain) => sum + gain, 0);
  }
  return { users: wanted.size, recall: (100 * recall) / wanted.size, ndcg: (100 * ndcg) / wanted.size };
}

/** Sum of the cosines of an item with what a user chose, of each its nearest only (Deshpande & Karypis 2004). */
function itemNeighbours({ neighbours, shrinkage }: { readonly neighbours: number; readonly shrinkage: number }, chosen: readonly Pair[], { items, users }: World): Scorer {
  const [byUser, byItem] = [listsOf(chosen, users), listsOf(chosen.map(({ user, item }) => ({ user: item, item: user })), items)];
  const nearest = new Map<number, { readonly item: number; readonly cosine: number }[]>();
  const near = (item: number) => {
    let found = nearest.get(item);
    if (found !== undefined) return found;
    const together = new Map<number, number>();
    for (const user of byItem[item]!) for (const other of byUser[user]!) if (other !== item) together.set(other, (together.get(other) ?? 0) + 1);
    found = [...together].map(([other, times]) => ({ item: other, cosine: times / (Math.sqrt(byItem[item]!.length * byItem[other]!.length) + shrinkage) })).sort((a, b) => b.cosine - a.cosine || a.item - b.item).slice(0, neighbours);
    nearest.set(item, found);
    return found;
  };
  return (user) => {
    const scores = new Float64Array(items);
    for (const own of byUser[user]!) for (const { item, cosine } of near(own)) scores[item]! += cosine;
    return scores;
  };
}

function listsOf(pairs: readonly Pair[], users: number): number[][] {
  const lists: number[][] = Array.from({ length: users }, () => []);
  for (const { user, item } of pairs) lists[user]!.push(item);
  return lists;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
