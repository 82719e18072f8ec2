// Groups of nodes with more links among themselves than to others: modularity raised by moving nodes, then whole groups (Louvain: Blondel et al. 2008), with a queue
// of the nodes whose neighbours moved (Traag, Waltman & van Eck 2019). On typed arrays: a million nodes with ten million arcs fit.
import { createRandom } from '../../pipeline/core/random.ts';
import type { Arcs } from '../activation/arcs.ts';

const SEED = 17;
/** Gains below this are rounding. */
const LEAST_GAIN = 1e-12;

/** Undirected: each link is there from both ends. */
interface Links {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  readonly weights: Float64Array;
  /** Weight of the links within a node, both ends counted; 0 but for nodes that stand for groups. */
  readonly within: Float64Array;
}

/** @returns uint32 [nodes]: 0 for the community with most nodes, and so on; of two of a size the one with the first node comes first */
export function communitiesOf(arcs: Arcs): Uint32Array {
  const nodes = arcs.fan.length;
  const random = createRandom(SEED);
  let communities = Uint32Array.from({ length: nodes }, (_, node) => node);
  for (let links = undirected(arcs); ; ) {
    const { group, count } = moveNodes(links, random.shuffle(Array.from({ length: links.within.length }, (_, node) => node)));
    if (count === links.within.length) return bySize(communities);
    communities = communities.map((node) => group[node]!);
    links = joined(links, group, count);
  }
}

/** The mean of both directions: a link may weigh more one way. */
function undirected({ offsets, targets, weights, fan }: Arcs): Links {
  const sums = new Float64Array(targets.length);
  for (let node = 0; node < fan.length; node++) {
    for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) sums[arc] = (weights[arc]! + weightBack(offsets, targets, weights, targets[arc]!, node)) / 2;
  }
  return { offsets, targets, weights: sums, within: new Float64Array(fan.length) };
}

function weightBack(offsets: Uint32Array, targets: Uint32Array, weights: Float32Array, from: number, to: number): number {
  let [low, high] = [offsets[from]!, offsets[from + 1]!];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (targets[middle]! < to) low = middle + 1;
    else high = middle;
  }
  return low < offsets[from + 1]! && targets[low] === to ? weights[low]! : 0;
}

/** Moves each node into the neighbouring group that raises modularity most, until none does. @returns groups numbered from 0 without gaps */
function moveNodes({ offsets, targets, weights, within }: Links, order: readonly number[]): { readonly group: Uint32Array; readonly count: number } {
  const nodes = within.length;
  const degree = Float64Array.from(within);
  for (let node = 0; node < nodes; node++) for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) degree[node]! += weights[arc]!;
  const all = degree.reduce((sum, each) => sum + each, 0);
  const group = Uint32Array.from({ length: nodes }, (_, node) => node);
  const total = Float64Array.from(degree);
  const toGroup = new Float64Array(nodes);
  const isWaiting = new Uint8Array(nodes).fill(1);
  // A ring: no node waits twice.
  const queue = Uint32Array.from(order);
  for (let [first, waiting] = [0, all > 0 ? nodes : 0]; waiting > 0; waiting--, first = (first + 1) % nodes) {
    const node = queue[first]!;
    isWaiting[node] = 0;
    const own = group[node]!;
    const near = [own];
    for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) {
      const other = group[targets[arc]!]!;
      if (toGroup[other] === 0 && other !== own) near.push(other);
      toGroup[other]! += weights[arc]!;
    }
    total[own]! -= degree[node]!;
    let [best, most] = [own, toGroup[own]! - (degree[node]! * total[own]!) / all];
    for (const other of near) {
      const gain = toGroup[other]! - (degree[node]! * total[other]!) / all;
      if (gain > most + LEAST_GAIN) [best, most] = [other, gain];
      toGroup[other] = 0;
    }
    total[best]! += degree[node]!;
    if (best === own) continue;
    group[node] = best;
    for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) {
      const other = targets[arc]!;
      if (isWaiting[other] === 1 || group[other] === best) continue;
      isWaiting[other] = 1;
      queue[(first + waiting) % nodes] = other;
      waiting++;
    }
  }
  // In order of their first nodes; 0 is none yet.
  const numbers = new Uint32Array(nodes);
  let count = 0;
  for (const each of group) if (numbers[each] === 0) numbers[each] = ++count;
  return { group: group.map((each) => numbers[each]! - 1), count };
}

/** A node for each group, with the links of its members. */
function joined({ offsets, targets, weights, within }: Links, group: Uint32Array, count: number): Links {
  const starts = new Uint32Array(count + 1);
  for (const each of group) starts[each + 1]!++;
  for (let each = 0; each < count; each++) starts[each + 1]! += starts[each]!;
  const next = starts.slice(0, count);
  const members = new Uint32Array(group.length);
  group.forEach((each, node) => (members[next[each]!++] = node));
  const newOffsets = new Uint32Array(count + 1);
  const [newTargets, newWeights] = [new Uint32Array(targets.length), new Float64Array(targets.length)];
  let arcs = 0;
  const newWithin = new Float64Array(count);
  const toGroup = new Float64Array(count);
  for (let each = 0; each < count; each++) {
    const near: number[] = [];
    for (let at = starts[each]!; at < starts[each + 1]!; at++) {
      const node = members[at]!;
      newWithin[each]! += within[node]!;
      for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) {
        const other = group[targets[arc]!]!;
        if (other === each) newWithin[each]! += weights[arc]!;
        else {
          if (toGroup[other] === 0) near.push(other);
          toGroup[other]! += weights[arc]!;
        }
      }
    }
    for (const other of near.sort((a, b) => a - b)) {
      newTargets[arcs] = other;
      newWeights[arcs++] = toGroup[other]!;
      toGroup[other] = 0;
    }
    newOffsets[each + 1] = arcs;
  }
  return { offsets: newOffsets, targets: newTargets.slice(0, arcs), weights: newWeights.slice(0, arcs), within: newWithin };
}

/** @param communities numbered from 0 without gaps, in order of their first nodes */
function bySize(communities: Uint32Array): Uint32Array {
  const count = communities.reduce((most, each) => Math.max(most, each + 1), 0);
  const sizes = new Uint32Array(count);
  for (const each of communities) sizes[each]!++;
  const order = Uint32Array.from({ length: count }, (_, each) => each).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const numbers = new Uint32Array(count);
  order.forEach((each, number) => (numbers[each] = number));
  return communities.map((each) => numbers[each]!);
}
