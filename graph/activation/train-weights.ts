// What predicates pass on, the decay, the threshold, the least fan and the inhibition of hubs, learnt from what people found relevant: pulses are the hidden layers
// of a network (seeds in, activations out, max(0, x − threshold) at every node), trained by gradient descent so that of all activation
// as much as possible is where the relevant entities are. The walk over the arcs is one operation with a gradient of its own.
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../pipeline/core/random.ts';
import { defaultLinkWeight, linksOf, MENTIONED_WITH, type LinkWeight, type SnapshotSource } from './snapshot.ts';
import { SPREAD_DEFAULTS } from './spread.ts';

/** What is asked for and what was found relevant, as numbers of entities in sorted order. */
export interface RelevanceExample {
  readonly seeds: ReadonlyMap<number, number>;
  readonly relevant: readonly number[];
  /** Left out of the ranking beside the seeds. */
  readonly known?: readonly number[];
}

/** As it is written to a file. */
export interface ActivationWeights {
  readonly version: 1;
  readonly predicates: Readonly<Record<string, LinkWeight>>;
  readonly decay: number;
  readonly firingThreshold: number;
  readonly hubInhibition: number;
  readonly leastFan: number;
}

export interface TrainWeightsOptions {
  readonly epochs?: number;
  readonly seed?: number;
  readonly rate?: number;
  /** Hidden layers. */
  readonly pulses?: number;
  readonly batch?: number;
  /** Mean negative log of the share of activation that a relevant entity has. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
}

/** Kept from 0 and 1, where a logistic function has no gradient. */
const NEAREST = 0.02;
/** Beyond, the layers there are would hold too little of what spreads in the end. */
const MOST_DECAY = 0.9;
/** Share of activation of what is not reached. */
const LEAST_SHARE = 1e-7;

/**
 * Runs on the CPU backend of tfjs. The threshold is of the order of what one seed of 1 brings.
 * @returns the weights of the epoch with the least loss
 */
export async function trainWeights(source: SnapshotSource, examples: readonly RelevanceExample[], { epochs = 40, seed = 17, rate = 0.1, pulses = 8, batch = 16, onEpoch }: TrainWeightsOptions = {}): Promise<ActivationWeights> {
  // Without its advice to install another backend.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const nodes = source.numberEntities().length;
  const { from, to, kinds, strengths, names } = listArcs(source, nodes);
  const logit = (x: number): number => Math.log(Math.max(NEAREST, Math.min(1 - NEAREST, x)) / (1 - Math.max(NEAREST, Math.min(1 - NEAREST, x))));
  const initial = names.flatMap((name) => {
    const { toObject, toSubject } = defaultLinkWeight(name);
    return [logit(toObject), logit(toSubject)];
  });
  const variables = {
    passed: tf.variable(tf.tensor1d(initial)),
    decay: tf.variable(tf.scalar(logit(SPREAD_DEFAULTS.decay / MOST_DECAY))),
    inhibition: tf.variable(tf.scalar(Math.atanh(SPREAD_DEFAULTS.hubInhibition))),
    threshold: tf.variable(tf.scalar(-8)),
    leastFan: tf.variable(tf.scalar(logit(SPREAD_DEFAULTS.leastFan))),
  };
  const gatherOf = (index: Int32Array) => operation((values, out: number[]) => index.forEach((at, place) => (out[place] = values[at]!)), (dy, out: number[]) => index.forEach((at, place) => (out[at]! += dy[place]!)), index.length);
  const sumBySource = (values: tf.Tensor1D) => operation((x, out: number[]) => from.forEach((node, arc) => (out[node]! += x[arc]!)), (dy, out: number[]) => from.forEach((node, arc) => (out[arc] = dy[node]!)), nodes)(values);
  const [kindOf, sourceOf] = [gatherOf(kinds), gatherOf(from)];
  const strength = tf.tensor1d(strengths);

  const lossOf = (some: readonly RelevanceExample[]): tf.Scalar =>
    tf.tidy(() => {
      const passed = tf.mul(kindOf(tf.sigmoid(variables.passed) as tf.Tensor1D), strength) as tf.Tensor1D;
      const fan = sumBySource(passed);
      const leastFan = tf.sigmoid(variables.leastFan);
      const share = tf.div(passed, sourceOf(tf.add(leastFan, tf.relu(tf.sub(fan, leastFan))) as tf.Tensor1D)) as tf.Tensor1D;
      const decay = tf.mul(MOST_DECAY, tf.sigmoid(variables.decay));
      const inhibition = tf.pow(tf.maximum(fan, 1), tf.tanh(variables.inhibition)).reshape([nodes, 1]);
      const threshold = tf.mul(tf.softplus(variables.threshold), inhibition);
      const seeds = tf.buffer([nodes, some.length]);
      const ranked = tf.buffer([nodes, some.length]);
      const relevant = tf.buffer([nodes, some.length]);
      ranked.values.fill(1);
      some.forEach((example, column) => {
        for (const [node, level] of example.seeds) seeds.set(level, node, column);
        for (const node of [...example.seeds.keys(), ...(example.known ?? [])]) ranked.set(0, node, column);
        for (const node of example.relevant) relevant.set(1 / example.relevant.length, node, column);
      });
      const input = seeds.toTensor() as tf.Tensor2D;
      let x = input;
      for (let pulse = 0; pulse < pulses; pulse++) x = tf.add(input, tf.mul(decay, passAlong(tf.relu(tf.sub(x, threshold)) as tf.Tensor2D, share, from, to))) as tf.Tensor2D;
      const activation = tf.mul(tf.div(x, inhibition), ranked.toTensor());
      const shares = tf.div(activation, tf.add(tf.sum(activation, 0, true), LEAST_SHARE));
      return tf.neg(tf.mean(tf.sum(tf.mul(relevant.toTensor(), tf.log(tf.add(shares, LEAST_SHARE))), 0))) as tf.Scalar;
    });

  const weights = (): ActivationWeights => {
    const passed = tf.tidy(() => tf.sigmoid(variables.passed).dataSync());
    const [decay, hubInhibition, firingThreshold, leastFan] = tf.tidy(() => [tf.mul(MOST_DECAY, tf.sigmoid(variables.decay)), tf.tanh(variables.inhibition), tf.softplus(variables.threshold), tf.sigmoid(variables.leastFan)].map((value) => value.dataSync()[0]!));
    const predicates = names.map((name, kind) => [name, name === MENTIONED_WITH ? { toObject: round(passed[2 * kind]!), toSubject: round(passed[2 * kind]!) } : { toObject: round(passed[2 * kind]!), toSubject: round(passed[2 * kind + 1]!) }] as const);
    return { version: 1, predicates: Object.fromEntries(predicates), decay: round(decay!), firingThreshold: round(firingThreshold!), hubInhibition: round(hubInhibition!), leastFan: round(leastFan!) };
  };

  const random = createRandom(seed);
  const optimizer = tf.train.adam(rate);
  let [best, least] = [weights(), Infinity];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.shuffle(examples);
    let total = 0;
    const before = weights();
    for (let at = 0; at < order.length; at += batch) {
      const some = order.slice(at, at + batch);
      const loss = optimizer.minimize(() => lossOf(some), true)!;
      total += loss.dataSync()[0]! * some.length;
      loss.dispose();
    }
    onEpoch?.(epoch + 1, total / examples.length);
    // The loss was met on the way, with weights between those before and after.
    if (total / examples.length < least) [best, least] = [epoch === 0 ? before : weights(), total / examples.length];
  }
  optimizer.dispose();
  strength.dispose();
  for (const variable of Object.values(variables)) variable.dispose();
  return best;
}

function listArcs(source: SnapshotSource, nodes: number): { readonly from: Int32Array; readonly to: Int32Array; readonly kinds: Int32Array; readonly strengths: Float32Array; readonly names: readonly string[] } {
  const [from, to, kinds, strengths]: number[][] = [[], [], [], []];
  const names = new Map<string, number>();
  linksOf(source, nodes).forEach((subject, predicate, object, strength) => {
    if (!names.has(predicate)) names.set(predicate, names.size);
    const kind = 2 * names.get(predicate)!;
    from!.push(subject, object);
    to!.push(object, subject);
    kinds!.push(kind, predicate === MENTIONED_WITH ? kind : kind + 1);
    strengths!.push(strength, strength);
  });
  return { from: Int32Array.from(from!), to: Int32Array.from(to!), kinds: Int32Array.from(kinds!), strengths: Float32Array.from(strengths!), names: [...names.keys()] };
}

type Fill = (values: Float32Array, out: number[]) => void;

/** A linear operation on vectors and its transpose. */
function operation(forward: Fill, backward: Fill, size: number): (values: tf.Tensor1D) => tf.Tensor1D {
  const run = (fill: Fill, values: tf.Tensor, length: number): tf.Tensor1D => {
    const out = new Float32Array(length);
    fill(values.dataSync() as Float32Array, out as unknown as number[]);
    return tf.tensor1d(out);
  };
  return tf.customGrad((x) => ({ value: run(forward, x as tf.Tensor, size), gradFunc: (dy: tf.Tensor) => run(backward, dy, (x as tf.Tensor).size) })) as unknown as (values: tf.Tensor1D) => tf.Tensor1D;
}

/** y[to] += share · x[from] over all arcs. @param x [nodes, queries] @param share [arcs] */
function passAlong(x: tf.Tensor2D, share: tf.Tensor1D, from: Int32Array, to: Int32Array): tf.Tensor2D {
  const [nodes, queries] = x.shape;
  const walk = (values: Float32Array, weights: Float32Array, start: Int32Array, end: Int32Array): tf.Tensor2D => {
    const out = new Float32Array(nodes * queries);
    for (let arc = 0; arc < start.length; arc++) {
      const [a, b, weight] = [start[arc]! * queries, end[arc]! * queries, weights[arc]!];
      for (let q = 0; q < queries; q++) out[b + q]! += weight * values[a + q]!;
    }
    return tf.tensor2d(out, [nodes, queries]);
  };
  const pass = tf.customGrad((given, along) => {
    const [values, weights] = [(given as tf.Tensor).dataSync() as Float32Array, (along as tf.Tensor).dataSync() as Float32Array];
    return {
      value: walk(values, weights, from, to),
      gradFunc: (dy: tf.Tensor) => {
        const slope = dy.dataSync() as Float32Array;
        const ofShare = new Float32Array(from.length);
        for (let arc = 0; arc < from.length; arc++) {
          const [a, b] = [from[arc]! * queries, to[arc]! * queries];
          let sum = 0;
          for (let q = 0; q < queries; q++) sum += slope[b + q]! * values[a + q]!;
          ofShare[arc] = sum;
        }
        return [walk(slope, weights, to, from), tf.tensor1d(ofShare)];
      },
    };
  });
  return pass(x, share) as tf.Tensor2D;
}

const round = (x: number): number => Math.round(1e4 * x) / 1e4;
