// How much of what people take from documents a graph says, and how much of what it says is theirs: entities and facts, each
// document for itself, by the conventions of fixtures/gold/README.md.
import { EngramError } from '../pipeline/core/errors.ts';
import type { DocumentId, Entity, EntityType, Provenance } from '../pipeline/core/model.ts';
import type { RelationSchema } from '../pipeline/core/relation-schema.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';
import { parseDate } from './resolve/parse-date.ts';

export interface GoldEntity {
  readonly name: string;
  readonly type: EntityType;
  readonly aliases: readonly string[];
}

export interface GoldDocument {
  /** The path of the document, as its uri ends. */
  readonly document: string;
  readonly entities: readonly GoldEntity[];
  /** Those that people looked for: facts of others are not scored. All when left out. */
  readonly predicates?: readonly string[];
  readonly facts: readonly { readonly subject: string; readonly predicate: string; readonly object: string }[];
}

export interface Score {
  readonly right: number;
  readonly predicted: number;
  readonly gold: number;
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface GraphScores {
  readonly entities: Score;
  readonly facts: Score;
}

/**
 * Counts over all documents together (micro). What is symmetric counts once, whichever way it is said.
 * @throws EngramError `ENGRAM_DATA_INVALID` for a document that the graph does not know
 */
export function scoreGraph(graph: KnowledgeGraph, gold: readonly GoldDocument[], schema: RelationSchema): GraphScores {
  const keyOf = (subject: string, predicate: string, object: string): string => factKey(subject, predicate, object, schema.predicates.get(predicate)?.symmetric === true);
  const entities = { right: 0, predicted: 0, gold: 0 };
  const facts = { right: 0, predicted: 0, gold: 0 };
  for (const document of gold) {
    const record = graph.documents().find(({ uri }) => uri.endsWith(document.document));
    if (record === undefined) {
      throw new EngramError('ENGRAM_DATA_INVALID', { path: document.document, problem: 'the graph knows no document whose uri ends so; build it from the documents of the gold' });
    }
    const present = graph.entities().filter((entity) => countIn(record.id, entity) > 0);
    const found = matchEntities(document.entities, present, record.id);
    entities.right += found.size;
    entities.predicted += present.length;
    entities.gold += document.entities.length;

    const said = claimsIn(graph, record.id, keyOf, document.predicates);
    const meant = new Set(document.facts.map((fact) => goldKey(fact, found, keyOf)));
    facts.right += [...meant].filter((key) => said.has(key)).length;
    facts.predicted += said.size;
    facts.gold += meant.size;
  }
  return { entities: scoreOf(entities), facts: scoreOf(facts) };
}

/**
 * The entity of each gold entity, by its name: of the same type, with one of its aliases as a name, mentioned in the
 * document. One entity stands for one gold entity, so a wrong merge costs recall and a wrong split costs precision;
 * pairs with the most mentions in common come first.
 */
function matchEntities(gold: readonly GoldEntity[], present: readonly Entity[], document: DocumentId): ReadonlyMap<string, Entity> {
  const pairs = gold.flatMap((wanted) => {
    const aliases = new Set(wanted.aliases);
    return present
      .filter((entity) => entity.type === wanted.type && [entity.name, ...entity.aliases].some((name) => aliases.has(name)))
      .map((entity) => ({ wanted, entity, shared: countIn(document, entity, aliases) }));
  });
  pairs.sort((a, b) => b.shared - a.shared);
  const found = new Map<string, Entity>();
  const taken = new Set<Entity>();
  for (const { wanted, entity } of pairs) {
    if (found.has(wanted.name) || taken.has(entity)) continue;
    found.set(wanted.name, entity);
    taken.add(entity);
  }
  return found;
}

function countIn(document: DocumentId, entity: Entity, surfaces?: ReadonlySet<string>): number {
  return entity.mentions.filter((m) => m.documentId === document && (surfaces === undefined || surfaces.has(m.surface))).length;
}

/** Keys of the facts and attributes that have evidence in the document. */
function claimsIn(graph: KnowledgeGraph, document: DocumentId, keyOf: KeyOf, predicates?: readonly string[]): ReadonlySet<string> {
  const isAsked = (predicate: string): boolean => predicates === undefined || predicates.includes(predicate);
  const inDocument = ({ provenance }: { readonly provenance: readonly Provenance[] }): boolean => provenance.some((p) => p.documentId === document);
  const facts = graph.facts().filter((fact) => isAsked(fact.predicate) && inDocument(fact)).map(({ subject, predicate, object }) => keyOf(subject, predicate, object));
  const attributes = graph.entities().flatMap((entity) =>
    entity.attributes.filter((attribute) => isAsked(attribute.name) && inDocument(attribute)).map(({ name, value }) => keyOf(entity.id, name, value)),
  );
  return new Set([...facts, ...attributes]);
}

/** A name that is no entity of the graph keeps its own key, which nothing the graph says has. */
function goldKey(fact: GoldDocument['facts'][number], found: ReadonlyMap<string, Entity>, keyOf: KeyOf): string {
  const end = (name: string): string => found.get(name)?.id ?? parseDate(name) ?? name;
  return keyOf(end(fact.subject), fact.predicate, end(fact.object));
}

type KeyOf = (subject: string, predicate: string, object: string) => string;

function factKey(subject: string, predicate: string, object: string, symmetric: boolean): string {
  const ends = symmetric ? [subject, object].sort() : [subject, object];
  return [predicate, ...ends].join('\u0000');
}

function scoreOf(counts: { readonly right: number; readonly predicted: number; readonly gold: number }): Score {
  const { right, predicted, gold } = counts;
  const share = (of: number): number => (of === 0 ? 0 : (100 * right) / of);
  return { ...counts, precision: share(predicted), recall: share(gold), f1: predicted + gold === 0 ? 0 : (200 * right) / (predicted + gold) };
}
