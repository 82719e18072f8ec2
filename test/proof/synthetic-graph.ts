// Graphs for proofs of the sync: entities that documents name, facts between them, a few of them hubs.
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import type { DocumentRecord, Entity, Fact, FactId, GraphDelta } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const PREDICATES = ['employer', 'placeOfBirth', 'memberOf', 'educatedAt'];
const ENTITIES_OF_A_DOCUMENT = 4;

export interface GraphSize {
  readonly entities: number;
  readonly facts: number;
  /** Facts that the first entity is in. */
  readonly hub?: number;
}

/** @param version changes every tenth entity and document, and some facts */
export function syntheticGraph({ entities: count, facts: factCount, hub = 0 }: GraphSize, seed: number, version = 0): GraphDelta {
  const random = createRandom(seed);
  const documents: DocumentRecord[] = Array.from({ length: Math.ceil(count / ENTITIES_OF_A_DOCUMENT) }, (_, at) => ({ id: documentIdOf(`${seed} ${at}`), uri: `${at}.txt`, ...(version > 0 && at % 10 === 0 ? { title: `version ${version}` } : {}) }));
  const entities: Entity[] = Array.from({ length: count }, (_, at) => {
    const document = documents[Math.floor(at / ENTITIES_OF_A_DOCUMENT)]!.id;
    const name = `Person ${seed} ${at}`;
    return {
      id: entityIdOf('PER', name),
      type: 'PER',
      name,
      aliases: version > 0 && at % 10 === 3 ? [`P. ${at}`] : [],
      mentions: [{ documentId: document, sentence: 0, start: at, end: at + 6, surface: name, score: 0.9 }],
      attributes: at % 3 === 0 ? [{ name: 'dateOfBirth', value: String(1800 + (at % 200)), surface: String(1800 + (at % 200)), kind: 'date', probability: 0.9, provenance: [] }] : [],
    };
  });
  const facts = new Map<FactId, Fact>();
  while (facts.size < factCount) {
    const isOfHub = facts.size < hub;
    const [subject, object] = [isOfHub ? entities[0]! : entities[random.integer(count)]!, entities[random.integer(count)]!];
    if (subject === object) continue;
    const triple = { subject: subject.id, predicate: PREDICATES[random.integer(PREDICATES.length)]!, object: object.id };
    const probability = 0.5 + random.next() / 2;
    const id = factIdOf(triple);
    facts.set(id, { id, ...triple, probability, provenance: [{ documentId: documents[0]!.id, sentence: 0, start: 0, end: 10, head: [0, 2], tail: [5, 8], extractor: 'proof', score: probability }] });
  }
  const kept = [...facts.values()].filter((_, at) => version === 0 || at % 20 !== 7);
  return { documents, entities, facts: kept };
}

/** Sorted, as a store gives it back. */
export function sortedGraph({ documents, entities, facts }: GraphDelta): GraphDelta {
  const sorted = <T extends { readonly id: string }>(records: readonly T[]): T[] => [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { documents: sorted(documents), entities: sorted(entities), facts: sorted(facts) };
}
