// Activation as the config has it: its numbers, or what `engram train activation` learnt from what people found relevant; and the links beside the facts: what
// conversations left, and, where that is asked for, what is inferred.
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { createSnapshot, type SnapshotOptions } from '../graph/activation/snapshot.ts';
import { spread, strongest, type SpreadOptions } from '../graph/activation/spread.ts';
import type { ActivationWeights, RelevanceExample } from '../graph/activation/train-weights.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { inferredLinks } from '../graph/inference/suggest.ts';
import { createSearch, findEntity } from '../graph/query/search.ts';
import { readAssociations } from './associations.ts';
import type { Config } from './core/config.ts';
import { EngramError, messageOf } from './core/errors.ts';

const share = z.number().min(0).max(1);
const weightsFile = z.strictObject({
  version: z.literal(1),
  predicates: z.record(z.string(), z.strictObject({ toObject: share, toSubject: share })),
  decay: z.number().gt(0).lt(1),
  firingThreshold: z.number().min(0),
  hubInhibition: z.number().min(-1).max(1),
  leastFan: share,
});

export interface ActivationOptions {
  readonly spread: SpreadOptions;
  readonly links: SnapshotOptions;
}

/**
 * @param graph where it is held: of one that is not, nothing is inferred
 * @param dir of the build, whose associations count too
 * @throws EngramError `ENGRAM_MODEL_INVALID` for a file of weights that is none; `ENGRAM_USAGE` where something is to be inferred from a graph that is not held
 */
export async function readActivation({ weights: path, inferred, ...spreadOptions }: Config['activation'], graph: KnowledgeGraph | undefined, dir: string): Promise<ActivationOptions> {
  if (inferred && graph === undefined) throw new EngramError('ENGRAM_USAGE', { problem: 'Links are inferred from a graph that is held in memory, and this one is read from its store: leave inference out, or raise `graph.memory`.' });
  const { spread, links } = path === 'none' ? { spread: spreadOptions, links: {} } : learnt(spreadOptions, await readWeights(path));
  return { spread, links: { ...links, further: [...(await readAssociations(dir, graph)), ...(inferred ? inferredLinks(graph!) : [])] } };
}

async function readWeights(path: string): Promise<ActivationWeights> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  const parsed = weightsFile.safeParse(json);
  if (!parsed.success) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `${parsed.error.issues[0]!.path.join('.') || 'the file'}: ${parsed.error.issues[0]!.message}` });
  return parsed.data;
}

export function learnt(base: SpreadOptions, { predicates, decay, firingThreshold, hubInhibition, leastFan }: ActivationWeights): ActivationOptions {
  return { spread: { ...base, decay, firingThreshold, hubInhibition, leastFan }, links: { predicates } };
}

/**
 * @param path a CSV with the columns `query`, one or several entities between bars, and `relevant`, an entity; other columns are left alone
 * @returns one example for each query, and the names that fit no entity
 * @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_SOURCE_UNREADABLE`
 */
export async function readRelevance(path: string, graph: KnowledgeGraph): Promise<{ readonly examples: readonly RelevanceExample[]; readonly unknown: readonly string[] }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  if (rows.length > 0 && !['query', 'relevant'].every((column) => column in rows[0]!)) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `its columns are ${Object.keys(rows[0]!).join(', ')}; 'query' and 'relevant' are needed` });
  const [search, ids] = [createSearch(graph), graph.numberEntities()];
  const places = new Map(ids.map((id, place) => [id, place]));
  const unknown = new Set<string>();
  const placeOf = (name: string): number | undefined => {
    const id = findEntity(graph, search, name);
    if (id === undefined) unknown.add(name);
    return id === undefined ? undefined : places.get(id);
  };
  const byQuery = new Map<string, { seeds: Map<number, number>; relevant: Set<number> }>();
  for (const { query, relevant } of rows as { query: string; relevant: string }[]) {
    const seeds = query.split('|').flatMap((name) => placeOf(name.trim()) ?? []).sort((a, b) => a - b);
    const found = placeOf(relevant);
    if (seeds.length === 0 || found === undefined || seeds.includes(found)) continue;
    const key = seeds.join(' ');
    const known = byQuery.get(key) ?? { seeds: new Map(seeds.map((seed) => [seed, 1])), relevant: new Set<number>() };
    byQuery.set(key, known);
    known.relevant.add(found);
  }
  return { examples: [...byQuery.values()].map(({ seeds, relevant }) => ({ seeds, relevant: [...relevant] })), unknown: [...unknown] };
}

export interface RankingScores {
  /** Relevant entities that were asked for. */
  readonly pairs: number;
  /** Share of them among the best ten, other relevant ones aside, in percent. */
  readonly hitsAt10: number;
  /** Mean of 1 / rank, 0 where activation does not reach, in percent. */
  readonly mrr: number;
}

/** How high what is relevant ranks by activation. */
export function scoreRanking(graph: Parameters<typeof createSnapshot>[0], examples: readonly RelevanceExample[], { spread: options, links }: ActivationOptions): RankingScores {
  const snapshot = createSnapshot(graph, links);
  let [pairs, hits, reciprocal] = [0, 0, 0];
  for (const { seeds, relevant, known = [] } of examples) {
    const left = new Set(known);
    const ranked = strongest(spread(snapshot, seeds, options), Infinity, (node) => !seeds.has(node) && !left.has(node)).map(({ node }) => node);
    for (const node of relevant) {
      const others = new Set(relevant.filter((other) => other !== node));
      const rank = ranked.filter((other) => !others.has(other)).indexOf(node) + 1;
      pairs++;
      if (rank === 0) continue;
      reciprocal += 1 / rank;
      if (rank <= 10) hits++;
    }
  }
  return { pairs, hitsAt10: (100 * hits) / (pairs || 1), mrr: (100 * reciprocal) / (pairs || 1) };
}

