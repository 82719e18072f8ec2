// A graph of any size as a stream, the same for the same seed: so many facts said of each entity, their objects by the law of Zipf and Mandelbrot (some are in
// hundreds of thousands of facts, most in few), one to four mentions an entity in documents of eight entities and twenty sentences.
import { documentIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import { ENTITY_TYPES, type DocumentId, type DocumentRecord, type Entity, type EntityId, type Fact, type Provenance } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { readRelationSchema } from '../../pipeline/read-schema.ts';

const predicates = [...(await readRelationSchema()).predicates.keys()];
const ENTITIES_OF_A_DOCUMENT = 8;
const SENTENCES = 20;
const SENTENCE_LENGTH = 120;
const MOST_MENTIONS = 4;
/** Ranks below are about as frequent. */
const SHIFT = 20;
/** Spreads the frequent ones over all ids: a prime above any size that is asked for. */
const PRIME = 2_147_483_647;
const EXTRACTOR = 'relation@generated';

export interface LargeSize {
  readonly entities: number;
  readonly facts: number;
}

/** In the order of the numbers, and spread as those of hashes are. */
const idOf = (entity: number, entities: number): EntityId => `e-${Math.floor((entity / entities) * 2 ** 48).toString(16).padStart(12, '0')}00000000` as EntityId;
const uriOf = (document: number): string => `generated/${document}.txt`;

/** Documents and entities in order of id; facts by subject. Each list can be asked for again and is the same. */
export function generateLarge({ entities, facts }: LargeSize, seed: number) {
  const documents = Math.ceil(entities / ENTITIES_OF_A_DOCUMENT);
  const documentIds = Array.from({ length: documents }, (_, at) => documentIdOf(uriOf(at)));
  const factsOf = (entity: number): number => Math.floor(((entity + 1) * facts) / entities) - Math.floor((entity * facts) / entities);
  const evidenceIn = (documentId: DocumentId, sentence: number, score: number): Provenance => {
    const start = sentence * SENTENCE_LENGTH;
    return { documentId, sentence, start, end: start + SENTENCE_LENGTH, head: [start, start + 12], tail: [start + 60, start + 75], extractor: EXTRACTOR, score };
  };
  return {
    *documents(): Generator<DocumentRecord> {
      const order = Array.from(documentIds.keys()).sort((a, b) => (documentIds[a]! < documentIds[b]! ? -1 : 1));
      for (const at of order) yield { id: documentIds[at]!, uri: uriOf(at), date: new Date(Date.UTC(2000 + (at % 24), at % 12, 1 + (at % 28))).toISOString().slice(0, 10) };
    },
    *entities(): Generator<Entity> {
      const random = createRandom(seed);
      for (let entity = 0; entity < entities; entity++) {
        const name = `Name ${entity.toString(36)}`;
        const mentions = Array.from({ length: 1 + random.integer(MOST_MENTIONS) }, () => {
          const sentence = random.integer(SENTENCES);
          const start = sentence * SENTENCE_LENGTH + random.integer(SENTENCE_LENGTH - name.length);
          return { documentId: documentIds[random.integer(documents)]!, sentence, start, end: start + name.length, surface: name, score: 0.5 + random.next() / 2 };
        }).sort((a, b) => (a.documentId < b.documentId ? -1 : a.documentId > b.documentId ? 1 : a.start - b.start));
        yield { id: idOf(entity, entities), type: ENTITY_TYPES[random.integer(ENTITY_TYPES.length)]!, name, aliases: random.next() < 0.3 ? [`N. ${entity.toString(36)}`] : [], mentions, attributes: [] };
      }
    },
    *facts(): Generator<Fact> {
      const random = createRandom(seed + 1);
      for (let entity = 0; entity < entities; entity++) {
        const first = random.integer(predicates.length);
        for (let fact = 0; fact < factsOf(entity); fact++) {
          const rank = Math.min(entities - 1, Math.floor(SHIFT * ((entities / SHIFT + 1) ** random.next() - 1)));
          const drawn = Number((BigInt(rank) * BigInt(PRIME)) % BigInt(entities));
          const object = drawn === entity ? (drawn + 1) % entities : drawn;
          const triple = { subject: idOf(entity, entities), predicate: predicates[(first + fact) % predicates.length]!, object: idOf(object, entities) };
          const probability = 0.5 + random.next() / 2;
          yield { id: factIdOf(triple), ...triple, probability, provenance: [evidenceIn(documentIds[random.integer(documents)]!, random.integer(SENTENCES), probability)] };
        }
      }
    },
  };
}
