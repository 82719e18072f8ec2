// Which entities have to do with the same things as one, and which things those are.
import { createSnapshot, nodeOf, type Snapshot } from '../activation/snapshot.ts';
import { likestNodes, nodeVectors } from '../features/node-vectors.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef } from './related.ts';
import { entityNamed, type EntitySearch } from './search.ts';

export interface SimilarEntity extends EntityRef {
  /** Cosine of the two vectors, in (0, 1]. */
  readonly similarity: number;
  /** What both are linked with, those with fewest links first. */
  readonly shared: readonly EntityRef[];
}

export interface SimilarOptions {
  readonly limit?: number;
  /** Also those of another type. */
  readonly anyType?: boolean;
  readonly search?: EntitySearch;
  readonly snapshot?: Snapshot;
  /** Of the snapshot's nodes, as `nodeVectors` gives them. */
  readonly vectors?: Float32Array;
}

const MOST_SHARED = 3;

/**
 * @param text name or id
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` where it fits no entity
 */
export function similarEntities(graph: KnowledgeGraph, text: string, { limit = 10, anyType = false, search, snapshot = createSnapshot(graph), vectors = nodeVectors(snapshot) }: SimilarOptions = {}): { readonly entity: EntityRef; readonly similar: readonly SimilarEntity[] } {
  const entity = refOf(graph, entityNamed(graph, text, search));
  const { ids, offsets, targets, fan } = snapshot;
  const node = nodeOf(snapshot, entity.id);
  const linked = (of: number): Uint32Array => targets.subarray(offsets[of], offsets[of + 1]);
  const own = new Set(linked(node));
  const isWanted = (other: number): boolean => anyType || graph.entity(ids.at(other)!)!.type === entity.type;
  const similar = likestNodes(vectors, node, limit, isWanted).map(({ node: other, cosine }) => {
    const shared = [...linked(other)].filter((each) => own.has(each)).sort((a, b) => fan[a]! - fan[b]! || a - b);
    const { id, type, name } = refOf(graph, ids.at(other)!);
    return { id, type, name, similarity: cosine, shared: shared.slice(0, MOST_SHARED).map((each) => refOf(graph, ids.at(each)!)) };
  });
  return { entity, similar };
}
