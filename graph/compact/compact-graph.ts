// A graph that is too large to be held as entities and facts, as what activation, topics and features need of it: numbers in typed arrays, ids and names in tables, and
// what is only gone through from front to back in buckets that spill to a file. Read once, as a stream.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { EntityId, GraphRows } from '../../pipeline/core/model.ts';
import type { NodeIds, SnapshotSource } from '../activation/snapshot.ts';
import type { TopicSource } from '../topic-groups.ts';
import { Buckets, type MemoryBudget } from './buckets.ts';
import { TextSet, TextTable } from './text-table.ts';

export interface CompactGraph extends SnapshotSource, TopicSource {
  /** Of entities. */
  readonly ids: NodeIds;
  readonly documents: number;
  /** The number of an entity, or −1; quicker than by `ids`. */
  find(id: string): number;
  /** Of dated documents, by number. */
  readonly dates: readonly (string | undefined)[];
  /** uint32 [entities]: facts with it as subject, as object, and the claims for all of them. */
  readonly factsOut: Uint32Array;
  readonly factsIn: Uint32Array;
  readonly claims: Uint32Array;
  /** Facts and mentions are needed no longer. */
  close(): void;
}

/** Records of a bucket, where they stand in the order they came. */
const RECORDS = 2 ** 16;

/**
 * @param budget for facts and mentions, 20 and 12 bytes each; about 100 bytes an entity and 60 a document are memory beside it
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` for a fact whose ends are not among the entities; `ENGRAM_GRAPH_SPILL`
 */
export async function compactGraph(rows: GraphRows, budget: MemoryBudget): Promise<CompactGraph> {
  const documents = new TextSet();
  const dates: (string | undefined)[] = [];
  const labels: (string | undefined)[] = [];
  const once = interning();
  for await (const { id, date, topics } of rows.documents()) {
    documents.add(id);
    dates.push(date === undefined ? undefined : once(date));
    labels.push(topics?.[0] === undefined ? undefined : once(topics[0].label));
  }
  const known = documents.table.length;

  const entities = new TextSet();
  const names = new TextTable();
  const mentions = new Buckets(budget);
  let mentionCount = 0;
  for await (const { id, name, mentions: own } of rows.entities()) {
    const entity = entities.add(id);
    if (entity !== names.length || (entity > 0 && entities.table.at(entity - 1) > id)) throw new EngramError('ENGRAM_STORE_CORRUPT', { store: 'graph', problem: `its entities are not in order of id: '${id}' stands behind '${entities.table.at(-1)}'` });
    names.push(name);
    for (const { documentId, sentence } of own) mentions.add(Math.floor(mentionCount++ / RECORDS), entity, documents.add(documentId), sentence);
  }

  const count = entities.table.length;
  const [factsOut, factsIn, claims] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const predicates = new TextSet();
  const [facts, probabilities] = [new Buckets(budget), new Buckets(budget)];
  const [probability, words] = doubleAsWords();
  let factCount = 0;
  const numberOf = (id: EntityId): number => {
    const entity = entities.find(id);
    if (entity < 0) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: id });
    return entity;
  };
  for await (const fact of rows.facts()) {
    const [subject, object] = [numberOf(fact.subject), numberOf(fact.object)];
    const bucket = Math.floor(factCount++ / RECORDS);
    facts.add(bucket, subject, predicates.add(fact.predicate), object);
    probability[0] = fact.probability;
    probabilities.add(bucket, words[0]!, words[1]!);
    factsOut[subject]!++;
    factsIn[object]!++;
    claims[subject]! += fact.provenance.length;
    if (object !== subject) claims[object]! += fact.provenance.length;
  }

  const forEachMention: CompactGraph['forEachMention'] = (visit) => {
    for (let bucket = 0; bucket < mentions.length; bucket++) {
      const records = mentions.read(bucket);
      for (let at = 0; at < records.length; at += 3) visit(records[at]!, records[at + 1]!, records[at + 2]!);
    }
  };
  const ids = entities.table as unknown as NodeIds;
  return {
    ...{ ids, documents: known, dates, factsOut, factsIn, claims },
    documentIds: documents.table as unknown as TopicSource['documentIds'],
    numberEntities: () => ids,
    find: (id) => entities.find(id),
    nameOf: (entity) => names.at(entity),
    numberOf: (document) => documents.find(document),
    labelOf: (document) => labels[document],
    forEachFact(visit) {
      for (let bucket = 0; bucket < facts.length; bucket++) {
        const records = facts.read(bucket);
        const found = probabilities.read(bucket);
        const doubles = new Float64Array(found.buffer, found.byteOffset, found.length / 2);
        for (let at = 0; at < doubles.length; at++) visit(records[3 * at]!, predicates.table.at(records[3 * at + 1]!), records[3 * at + 2]!, doubles[at]!);
      }
    },
    forEachMention,
    forEachNaming(visit) {
      let [entity, named] = [-1, new Set<number>()];
      forEachMention((other, document) => {
        if (other !== entity) {
          if (entity >= 0) visit(entity, [...named]);
          [entity, named] = [other, new Set()];
        }
        named.add(document);
      });
      if (entity >= 0) visit(entity, [...named]);
    },
    close() {
      for (const buckets of [mentions, facts, probabilities]) buckets.close();
    },
  };
}

/** One string of each, for texts of which there are few. */
function interning(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found === undefined) known.set(text, text);
    return found ?? text;
  };
}

function doubleAsWords(): readonly [Float64Array, Uint32Array] {
  const double = new Float64Array(1);
  return [double, new Uint32Array(double.buffer)];
}
