// What is related to some entities in a graph that is not held: as `related`, from a compact copy; names and evidence are read when it is known what the answer needs.
import type { EntityId, GraphRows } from '../../pipeline/core/model.ts';
import { createSnapshot, type SnapshotOptions } from '../activation/snapshot.ts';
import { MemoryBudget } from '../compact/buckets.ts';
import { compactGraph } from '../compact/compact-graph.ts';
import { answerOf, rankRelated, type RelatedAnswer, type RelatedOptions } from './related.ts';
import { entitiesNamed, partOfRows } from './rows-of.ts';

export interface RelatedRowsOptions extends Omit<RelatedOptions, 'search' | 'snapshot'> {
  readonly links?: SnapshotOptions;
  /** For what is not needed at once; all of the memory there is when left out. */
  readonly budget?: MemoryBudget;
}

/**
 * @param texts ids, or names as they stand
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` when one fits no entity
 */
export async function relatedRows(rows: GraphRows, texts: readonly string[], { links = {}, budget = new MemoryBudget(), limit = 10, types, ...options }: RelatedRowsOptions = {}): Promise<RelatedAnswer> {
  const named = await entitiesNamed(rows, texts);
  const graph = await compactGraph(rows, budget);
  const snapshot = createSnapshot(graph, { ...links, budget });
  graph.close();
  const isOfType = types === undefined ? undefined : new Uint8Array(snapshot.ids.length);
  if (isOfType !== undefined) {
    let node = 0;
    for await (const { type } of rows.entities()) isOfType[node++] = types!.includes(type) ? 1 : 0;
  }
  const found = rankRelated(snapshot, new Map(named.map((id) => [graph.find(id), 1])), limit, (node) => isOfType === undefined || isOfType[node] === 1, options);
  const shown = new Set<EntityId>([...found.seeds, ...found.ranked.flatMap(({ node, path }) => [node, ...path])].map((node) => snapshot.ids.at(node)!));
  return answerOf(await partOfRows(rows, shown), snapshot, found, options);
}
