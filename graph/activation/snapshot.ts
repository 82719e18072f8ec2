// The graph as typed arrays (compressed sparse rows), for walks: undirected, one edge a pair of entities, weighted by how
// sure its facts are, plus a weak edge where two entities share a sentence.
import type { EntityId } from '../../pipeline/core/model.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';

export interface Snapshot {
  /** Sorted; the position is the number of the node. */
  readonly ids: readonly EntityId[];
  readonly indexOf: ReadonlyMap<EntityId, number>;
  /** [nodes + 1]; the edges of node n are at offsets[n] … offsets[n + 1] − 1. */
  readonly offsets: Uint32Array;
  /** [edges] the other end; ascending within a node. */
  readonly targets: Uint32Array;
  /** [edges] in (0, 1]; the same in both directions. */
  readonly weights: Float64Array;
  /** [nodes] sum of the weights of the node's edges: its fan. */
  readonly fan: Float64Array;
}

export interface SnapshotOptions {
  /** Weight of two entities that are only ever mentioned together, in [0, 1]; 0 leaves such edges out. */
  readonly coMentionWeight?: number;
  /** In a sentence with more entities (a list, a table) each is linked with this many that follow it. */
  readonly maxCoMentions?: number;
}

export function createSnapshot(graph: KnowledgeGraph, options: SnapshotOptions = {}): Snapshot {
  const { coMentionWeight = 0.1, maxCoMentions = 12 } = options;
  const entities = graph.entities();
  const ids = entities.map(({ id }) => id);
  const indexOf = new Map(ids.map((id, i) => [id, i]));

  // Probability that no fact between the pair holds; pairs are keyed by smaller node × count + larger node.
  const count = ids.length;
  const doubt = new Map<number, number>();
  const weaken = (a: number, b: number, weight: number): void => {
    const pair = a < b ? a * count + b : b * count + a;
    doubt.set(pair, (doubt.get(pair) ?? 1) * (1 - weight));
  };
  for (const { subject, object, probability } of graph.facts()) {
    const [a, b] = [indexOf.get(subject) as number, indexOf.get(object) as number];
    if (a !== b && probability > 0) weaken(a, b, probability);
  }
  if (coMentionWeight > 0) {
    const sentences = new Map<string, number[]>();
    const occurrences = new Float64Array(count);
    entities.forEach(({ mentions }, node) => {
      const own = new Set(mentions.map(({ documentId, sentence }) => `${documentId} ${sentence}`));
      occurrences[node] = own.size;
      for (const key of own) {
        const together = sentences.get(key);
        if (together === undefined) sentences.set(key, [node]);
        else together.push(node);
      }
    });
    const shared = new Map<number, number>();
    for (const nodes of sentences.values()) {
      for (let i = 0; i < nodes.length; i++) {
        const last = Math.min(nodes.length - 1, i + maxCoMentions);
        for (let j = i + 1; j <= last; j++) shared.set(nodes[i] * count + nodes[j], (shared.get(nodes[i] * count + nodes[j]) ?? 0) + 1);
      }
    }
    for (const [pair, times] of shared) {
      const [a, b] = [Math.floor(pair / count), pair % count];
      weaken(a, b, (coMentionWeight * times) / Math.sqrt(occurrences[a] * occurrences[b]));
    }
  }
  return { ids, indexOf, ...rowsOf(doubt, count) };
}

function rowsOf(doubt: ReadonlyMap<number, number>, count: number): Omit<Snapshot, 'ids' | 'indexOf'> {
  // A probability too small to be told from none makes no edge.
  const pairs = [...doubt.keys()].filter((pair) => (doubt.get(pair) as number) < 1).sort((a, b) => a - b);
  const offsets = new Uint32Array(count + 1);
  for (const pair of pairs) {
    offsets[Math.floor(pair / count) + 1]++;
    offsets[(pair % count) + 1]++;
  }
  for (let i = 0; i < count; i++) offsets[i + 1] += offsets[i];
  const targets = new Uint32Array(offsets[count]);
  const weights = new Float64Array(offsets[count]);
  const fan = new Float64Array(count);
  const next = offsets.slice(0, count);
  const put = (from: number, to: number, weight: number): void => {
    targets[next[from]] = to;
    weights[next[from]++] = weight;
    fan[from] += weight;
  };
  // Edges to smaller nodes are put first, so that each row ascends.
  for (const pair of pairs) put(pair % count, Math.floor(pair / count), 1 - (doubt.get(pair) as number));
  for (const pair of pairs) put(Math.floor(pair / count), pair % count, 1 - (doubt.get(pair) as number));
  return { offsets, targets, weights, fan };
}

/** What a node sends along its edge, as a share of its activation: never more than all of it over all edges together. */
export function shareOf(snapshot: Snapshot, from: number, edge: number): number {
  return snapshot.weights[edge] / Math.max(1, snapshot.fan[from]);
}
