// A graph of any size for measuring stores, the same for the same seed: entities with aliases, mentions and a date, facts
// between random pairs.
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import { ENTITY_TYPES, type DocumentId, type DocumentRecord, type Entity, type Fact, type GraphDelta, type Provenance } from '../../pipeline/core/model.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { readRelationSchema } from '../../pipeline/read-schema.ts';

const ENTITIES_PER_DOCUMENT = 20;
const predicates = [...(await readRelationSchema()).predicates.keys()];
const SYLLABLES = ['ba', 'do', 'ge', 'hi', 'ka', 'lu', 'mo', 'ne', 'pi', 'ro', 'sa', 'ti', 'vu', 'ze'];

export interface GraphSize {
  readonly entities: number;
  readonly facts: number;
  /** Where given, entities are in groups of so many: the first of a group are in most of its facts, and one fact in ten leads to another group. */
  readonly groups?: number;
}

const ELSEWHERE = 0.1;

export function generateGraph({ entities, facts, groups }: GraphSize, seed: number): GraphDelta {
  const random = createRandom(seed);
  const documents = Array.from({ length: Math.ceil(entities / ENTITIES_PER_DOCUMENT) }, (_, i): DocumentRecord => {
    const uri = `generated/${i}.txt`;
    return { id: documentIdOf(uri), uri, title: nameOf(random) };
  });
  const made = Array.from({ length: entities }, (_, i) => entityOf(i, documents[Math.floor(i / ENTITIES_PER_DOCUMENT)]!.id, random));
  const byId = new Map<string, Fact>();
  while (byId.size < facts) {
    const [subject, object] = groups === undefined ? [made[random.integer(entities)]!, made[random.integer(entities)]!] : pairOf(made, groups, random);
    const triple = { subject: subject.id, predicate: predicates[random.integer(predicates.length)]!, object: object.id };
    const evidence = evidenceIn(subject.mentions[0]!.documentId, random);
    byId.set(factIdOf(triple), { id: factIdOf(triple), ...triple, probability: evidence.score, provenance: [evidence] });
  }
  return { documents, entities: made, facts: [...byId.values()] };
}

function pairOf(made: readonly Entity[], groups: number, random: Random): readonly [Entity, Entity] {
  const subject = random.integer(made.length);
  const group = random.next() < ELSEWHERE ? random.integer(Math.ceil(made.length / groups)) : Math.floor(subject / groups);
  const [first, last] = [group * groups, Math.min(made.length, (group + 1) * groups)];
  return [made[subject]!, made[first + Math.floor((last - first) * random.next() ** 3)]!];
}

function entityOf(index: number, documentId: DocumentId, random: Random): Entity {
  const name = `${nameOf(random)} ${index}`;
  const type = ENTITY_TYPES[random.integer(ENTITY_TYPES.length)]!;
  const start = random.integer(10_000);
  const evidence = evidenceIn(documentId, random);
  const year = String(1800 + random.integer(200));
  return {
    id: entityIdOf(type, name),
    type,
    name,
    aliases: [name.split(' ')[0]!],
    mentions: [{ documentId, sentence: random.integer(100), start, end: start + name.length, surface: name, score: random.next() }],
    attributes: [{ name: 'dateFounded', value: year, surface: year, kind: 'date', probability: evidence.score, provenance: [evidence] }],
  };
}

function evidenceIn(documentId: DocumentId, random: Random): Provenance {
  const start = random.integer(10_000);
  return {
    documentId,
    sentence: random.integer(100),
    start,
    end: start + 120,
    head: [start, start + 12],
    tail: [start + 60, start + 75],
    extractor: 'relation@generated',
    score: random.next(),
  };
}

function nameOf(random: Random): string {
  const word = (): string => {
    const letters = Array.from({ length: 2 + random.integer(3) }, () => SYLLABLES[random.integer(SYLLABLES.length)]!).join('');
    return letters[0]!.toUpperCase() + letters.slice(1);
  };
  return `${word()} ${word()}`;
}
