// Which documents are about one thing, and what tells them from the others, by numbers, so that it works on a graph of any size: by the likeliest label that a classifier
// gave each or, where none did, by the community it is in: documents that name the same entities (Louvain on the graph of documents and the entities that they
// share).
import type { DocumentId } from '../pipeline/core/model.ts';
import { rowsOf } from './activation/arcs.ts';
import type { MemoryBudget } from './compact/buckets.ts';
import { compareText } from './evidence.ts';
import { communitiesOf } from './features/communities.ts';

/** What topics are made of: documents and the entities that they name, numbered from 0 on in order of id. */
export interface TopicSource {
  /** How many the graph has; those of higher numbers are only named. */
  readonly documents: number;
  readonly documentIds: { at(document: number): DocumentId | undefined };
  numberOf(document: DocumentId): number;
  /** The likeliest of a classifier. */
  labelOf(document: number): string | undefined;
  nameOf(entity: number): string;
  /** Entities in order, and the documents that name each, each once. An entity that none names may be left out. */
  forEachNaming(visit: (entity: number, documents: readonly number[]) => void): void;
}

export interface TopicGroup {
  readonly label: string;
  /** Ascending. */
  readonly documents: readonly number[];
  /** Entities that its documents name more often than others do, the most telling first, and how many of its documents name each. */
  readonly entities: readonly { readonly entity: number; readonly documents: number }[];
}

export interface TopicGroups {
  /** Who says so. */
  readonly origin: 'classifier' | 'communities';
  /** Those with most documents first. */
  readonly groups: readonly TopicGroup[];
  labelOf(document: number): string | undefined;
}

/** Names in the name of a community. */
const NAMES = 3;
const MOST_TELLING = 10;
/** Kept of each group for its name; more only where other groups have the names of all these. */
const MOST_LOOKED_AT = 64;
/** Fewer documents have nothing in common with others. */
const LEAST_DOCUMENTS = 2;

type Group = { readonly label?: string; readonly documents: readonly number[] };

export function topicGroups(source: TopicSource, budget?: MemoryBudget): TopicGroups {
  const given = byLabel(source);
  const origin = given.length > 0 ? 'classifier' : 'communities';
  const groups: readonly Group[] = origin === 'classifier' ? given : communities(source, budget).map((documents) => ({ documents }));
  const groupOf = new Int32Array(source.documents).fill(-1);
  groups.forEach(({ documents }, at) => documents.forEach((document) => (groupOf[document] = at)));
  let named: readonly TopicGroup[] | undefined;
  for (let most = MOST_LOOKED_AT; named === undefined; most *= 4) named = withNames(source, groups, tellingEntities(source, groups, groupOf, most), most);
  const found = named;
  return { origin, groups: found, labelOf: (document) => (document < 0 || document >= source.documents || groupOf[document]! < 0 ? undefined : found[groupOf[document]!]!.label) };
}

function byLabel({ documents, labelOf }: TopicSource): Group[] {
  const groups = new Map<string, number[]>();
  for (let document = 0; document < documents; document++) {
    const label = labelOf(document);
    if (label === undefined) continue;
    const own = groups.get(label);
    if (own === undefined) groups.set(label, [document]);
    else own.push(document);
  }
  return [...groups].sort(([a, m], [b, n]) => n.length - m.length || compareText(a, b)).map(([label, own]) => ({ label, documents: own }));
}

/** Those with most documents first. An entity counts by how few documents name it (inverse document frequency: Spärck Jones 1972). */
function communities(source: TopicSource, budget: MemoryBudget | undefined): (readonly number[])[] {
  const count = source.documents;
  const isShared = ({ length }: readonly number[]): boolean => length >= 2 && length < count;
  let shared = 0;
  source.forEachNaming((_, documents) => void (shared += isShared(documents) ? 1 : 0));
  const list = (visit: (from: number, to: number, weight: number) => void): void => {
    let entity = count;
    source.forEachNaming((_, documents) => {
      if (!isShared(documents)) return;
      const weight = Math.log(count / documents.length) / Math.log(count);
      for (const document of documents) {
        if (document >= count) continue;
        visit(document, entity, weight);
        visit(entity, document, weight);
      }
      entity++;
    });
  };
  const found: number[][] = [];
  communitiesOf(rowsOf(count + shared, list, budget)).subarray(0, count).forEach((community, document) => (found[community] ??= []).push(document));
  return found.filter((documents) => documents !== undefined && documents.length >= LEAST_DOCUMENTS).sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

interface Telling {
  readonly entity: number;
  readonly documents: number;
  readonly weight: number;
}

/** By documents of the group that name it, times the log of how much more often those do than all: what it adds to how the group differs. @param most of each group */
function tellingEntities(source: TopicSource, groups: readonly Group[], groupOf: Int32Array, most: number): readonly Telling[][] {
  const found = groups.map((): Telling[] => []);
  source.forEachNaming((entity, documents) => {
    const counts = new Map<number, number>();
    for (const document of documents) {
      const group = document < source.documents ? groupOf[document]! : -1;
      if (group >= 0) counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    for (const [group, count] of counts) {
      const weight = count * Math.log((count * source.documents) / (groups[group]!.documents.length * documents.length));
      if (weight > 0) keepBest(found[group]!, { entity, documents: count, weight }, most);
    }
  });
  return found;
}

/** In order of weight; of equal ones, which come in order of number, the first. */
function keepBest(best: Telling[], each: Telling, most: number): void {
  if (best.length === most && each.weight <= best.at(-1)!.weight) return;
  let at = best.length;
  while (at > 0 && best[at - 1]!.weight < each.weight) at--;
  best.splice(at, 0, each);
  if (best.length > most) best.pop();
}

/** @returns undefined where a group needs more names than it has here, and may have more of them */
function withNames(source: TopicSource, groups: readonly Group[], telling: readonly (readonly Telling[])[], most: number): TopicGroup[] | undefined {
  const taken = new Set<string>();
  const named: TopicGroup[] = [];
  for (const [at, { label, documents }] of groups.entries()) {
    const entities = telling[at]!;
    const name = label ?? nameOf([...new Set(entities.map(({ entity }) => source.nameOf(entity)))], entities.length === most, taken);
    if (name === undefined) return undefined;
    named.push({ label: name, documents, entities: entities.slice(0, MOST_TELLING).map(({ entity, documents: count }) => ({ entity, documents: count })) });
  }
  return named;
}

/** The names of its most telling entities; one more where another group has these already. */
function nameOf(names: readonly string[], mayHaveMore: boolean, taken: Set<string>): string | undefined {
  for (let count = NAMES; ; count++) {
    const name = names.slice(0, count).join(', ');
    if (count < names.length && taken.has(name)) continue;
    if (mayHaveMore && (taken.has(name) || names.length < NAMES)) return undefined;
    const free = taken.has(name) || name === '' ? `${name} ${taken.size + 1}`.trim() : name;
    taken.add(free);
    return free;
  }
}
