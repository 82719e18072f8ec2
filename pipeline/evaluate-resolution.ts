// How well names of different documents are told apart and taken together: pairs that people judged, or chains of marked documents poured
// into one graph.
import { admitExtractions, functionalOf } from '../graph/admit-extractions.ts';
import { createContextReader } from '../graph/resolve/context.ts';
import { EntityResolver } from '../graph/resolve/entity-resolver.ts';
import { scoreClusters, type ClusterScores } from '../graph/resolve/records/score-clusters.ts';
import { loadWordVectors } from '../extractors/network/word-vectors.ts';
import { mentionFrom, readGoldChains } from '../extractors/coreference/gold-chains.ts';
import { chainNames } from '../extractors/coreference/name-chains.ts';
import { createStages } from './stages.ts';
import type { Config } from './core/config.ts';
import type { Extraction } from './core/model.ts';
import { normalizeName } from './core/names/normalize-name.ts';
import { readRelationSchema } from './read-schema.ts';
import { extractMarked, placesOf, readResolutionSet, type MarkedPair, type MarkedText } from './resolution-set.ts';

export interface PairScore {
  readonly pairs: number;
  readonly right: number;
  readonly joined: number;
  readonly same: number;
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface PairEvaluation {
  readonly documents: number;
  /** `all`, by kind (`homograph`, `variant`), by part of the set. */
  readonly scores: Readonly<Record<string, PairScore>>;
  /** What joining equal names of one type gives. */
  readonly baseline: Readonly<Record<string, PairScore>>;
  /** Ends of pairs whose name was not found as a mention: such a pair counts as not joined. */
  readonly notFound: number;
}

/**
 * @param marked whether names and chains are people's (what is scored is resolution alone) or found
 * @throws EngramError `ENGRAM_DATA_INVALID`
 */
export async function evaluatePairs(folder: string, config: Config, marked: boolean): Promise<PairEvaluation> {
  const { documents, pairs } = await readResolutionSet(folder);
  const stages = await createStages(config);
  const extractions = await extractMarked(documents, stages, marked);
  for (const stage of [stages.segment, stages.ner, stages.coreference, stages.relation]) await stage.close?.();
  const schema = await readRelationSchema(config.graph.schema);
  const resolver = new EntityResolver({ functional: functionalOf(schema), reader: createContextReader(loadWordVectors()) });
  const admitted = admitExtractions(extractions, { ...config.graph, schema });
  for (const extraction of admitted) resolver.add(extraction);
  const extractionOf = new Map(admitted.map((extraction) => [extraction.id as string, extraction]));
  const clusterAt = new Map<string, number>();
  resolver.clusters().forEach(({ appearances }, cluster) => {
    for (const { documentId, entity } of appearances) for (const mention of entity.mentions) clusterAt.set(placeKey(extractionOf.get(documentId)!, mention), cluster);
  });
  const byId = new Map(documents.map((document) => [document.id as string, document]));
  const entityOf = (end: MarkedPair['a']): number | undefined => mostFrequent(clustersOf(byId.get(end.documentId)!, extractionOf.get(end.documentId)!, end.entity, clusterAt));
  const nameOf = (end: MarkedPair['a']): string => {
    const { type, names } = byId.get(end.documentId)!.entities.find(({ entity }) => entity === end.entity)!;
    return `${type} ${normalizeName(names[0]!, type)}`;
  };
  const kinds = [...new Set(pairs.flatMap(({ kind, part }) => [kind, part, `${part} ${kind}`]))].sort();
  const scored = (joins: (pair: MarkedPair) => boolean): Record<string, PairScore> =>
    Object.fromEntries([['all', pairs] as const, ...kinds.map((name) => [name, pairs.filter(({ kind, part }) => [kind, part, `${part} ${kind}`].includes(name))] as const)].map(([name, own]) => [name, scoreOf(own, joins)]));
  const ends = new Map(pairs.flatMap(({ a, b }) => [a, b]).map((end) => [`${end.documentId} ${end.entity}`, end]));
  return {
    documents: documents.length,
    scores: scored(({ a, b }) => entityOf(a) !== undefined && entityOf(a) === entityOf(b)),
    baseline: scored(({ a, b }) => nameOf(a) === nameOf(b)),
    notFound: [...ends.values()].filter((end) => entityOf(end) === undefined).length,
  };
}

/** The clusters of the mentions that touch a place where the thing is named. */
function clustersOf(document: MarkedText, extraction: Extraction, thing: string, clusterAt: ReadonlyMap<string, number>): number[] {
  const places = placesOf(document.text, document.entities).filter(({ entity }) => entity.entity === thing);
  return extraction.mentions.flatMap(({ start, end, reference }, index) => {
    if (reference !== undefined || !places.some((place) => start < place.end && place.start < end)) return [];
    return clusterAt.get(placeKey(extraction, index)) ?? [];
  });
}

const placeKey = ({ id, mentions }: Extraction, mention: number): string => `${id} ${mentions[mention]!.start} ${mentions[mention]!.end}`;

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
}

function scoreOf(pairs: readonly MarkedPair[], joins: (pair: MarkedPair) => boolean): PairScore {
  const joined = pairs.filter(joins);
  const [right, same] = [joined.filter((pair) => pair.same).length, pairs.filter((pair) => pair.same).length];
  const [precision, recall] = [joined.length === 0 ? 0 : right / joined.length, same === 0 ? 0 : right / same];
  return { pairs: pairs.length, right, joined: joined.length, same, precision: 100 * precision, recall: 100 * recall, f1: precision + recall === 0 ? 0 : (200 * precision * recall) / (precision + recall) };
}

export interface PouredEvaluation {
  readonly documents: number;
  /** Mentions within each document: which are one, against the chains that people made. */
  readonly resolved: ClusterScores;
  /** The same where equal names of one type are one. */
  readonly equalNames: ClusterScores;
  /**
   * Across documents nobody said what is one. Of names of one type that several documents use: which documents' things are one, against all
   * of one name being one. Its recall says how much of what nearly always is one is kept together.
   */
  readonly acrossDocuments: ClusterScores;
}

/**
 * Documents whose chains people made, with their names and without their chains, resolved together.
 * @param path a DocRED or Re-DocRED file
 */
export async function evaluatePoured(path: string): Promise<PouredEvaluation> {
  const documents = await readGoldChains(path, 'docred');
  const resolver = new EntityResolver({ functional: functionalOf(undefined), reader: createContextReader(loadWordVectors()) });
  const extractions = documents.map((gold): Extraction => {
    const { document } = gold;
    const mentions = gold.mentions.map((mention) => mentionFrom(gold, mention));
    return { id: document.id, uri: document.uri, text: document.text, sentences: document.sentences.map(({ start, end }) => [start, end] as const), mentions, chains: chainNames(mentions, document.text), relations: [], extractor: 'gold' };
  });
  for (const extraction of extractions) resolver.add(extraction);
  const entityOf = new Map<string, number>();
  const ofName = new Map<string, number[]>();
  resolver.clusters().forEach(({ type, appearances }, cluster) => {
    for (const { entity } of appearances) {
      const name = `${type} ${entity.key}`;
      const own = ofName.get(name);
      if (own === undefined) ofName.set(name, [cluster]);
      else own.push(cluster);
    }
    for (const { documentId, entity } of appearances) for (const mention of entity.mentions) entityOf.set(`${documentId} ${mention}`, cluster);
  });
  const [resolved, equal, gold]: number[][] = [[], [], []];
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => numbers.get(key) ?? (numbers.set(key, numbers.size), numbers.size - 1);
  extractions.forEach((extraction, at) => {
    documents[at]!.mentions.forEach((mention, index) => {
      const { label, surface } = extraction.mentions[index]!;
      const cluster = entityOf.get(`${extraction.id} ${index}`);
      // Values are no entities; scores are of the names.
      if (cluster === undefined) return;
      resolved!.push(numberOf(`${extraction.id} r ${cluster}`));
      equal!.push(numberOf(`${extraction.id} e ${label} ${normalizeName(surface, label)}`));
      gold!.push(numberOf(`${extraction.id} g ${mention.chain}`));
    });
  });
  const common = [...ofName.values()].filter((clusters) => clusters.length > 1);
  const names = common.flatMap((clusters, name) => clusters.map(() => name));
  // Two names of one thing are no mistake here.
  const things = common.flatMap((clusters, name) => clusters.map((cluster) => numberOf(`${name} ${cluster}`)));
  return { documents: documents.length, resolved: scoreClusters(resolved!, gold!), equalNames: scoreClusters(equal!, gold!), acrossDocuments: scoreClusters(things, names) };
}
