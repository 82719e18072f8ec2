// One value for what has one: of several dates of birth of an entity the likeliest stays, and the others are told of. A date that
// says less ("1906" beside "1906-12-09") agrees with the fuller one, which takes its evidence over.
import type { Attribute, DocumentId, Entity, EntityId, Provenance } from '../pipeline/core/model.ts';
import type { RejectedRelation } from './admit-relations.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';

/** A value that a likelier one took the place of. */
export interface LesserValue {
  readonly predicate: string;
  readonly probability: number;
  readonly provenance: readonly Provenance[];
  readonly value: { readonly entity: EntityId } | { readonly surface: string; readonly type: 'NUM' | 'TIME' };
}

type Shown = Pick<Entity, 'name' | 'type'>;

/** As it is told of: with the surest of the documents that say it. */
export function rejectionOf({ name, type }: Shown, { predicate, probability, provenance, value }: LesserValue, entityOf: (id: EntityId) => Shown, uriOf: (id: DocumentId) => string): RejectedRelation {
  const said = provenance.reduce((best, each) => (each.score > best.score ? each : best));
  const object = 'entity' in value ? entityOf(value.entity) : { name: value.surface, type: value.type };
  return {
    ...{ reason: 'functional', predicate, subject: name, subjectType: type, probability },
    ...{ uri: uriOf(said.documentId), start: said.start, end: said.end },
    ...{ object: object.name, objectType: object.type },
  };
}

/** @param functional predicates that have one value */
export function keepOneValue(graph: KnowledgeGraph, id: EntityId, functional: readonly string[]): LesserValue[] {
  if (functional.length === 0) return [];
  const { attributes } = graph.entity(id)!;
  const facts = graph.factsFrom(id);
  return functional.flatMap((name) => {
    const lesser = keepOneAttribute(graph, id, attributes.filter((attribute) => attribute.name === name));
    const [, ...others] = facts.filter(({ predicate }) => predicate === name).sort((a, b) => b.probability - a.probability);
    for (const fact of others) graph.dropFact(fact.id);
    return [...lesser, ...others.map(({ predicate, probability, provenance, object }) => ({ predicate, probability, provenance, value: { entity: object } }))];
  });
}

/** @param values strongest first */
function keepOneAttribute(graph: KnowledgeGraph, id: EntityId, values: readonly Attribute[]): LesserValue[] {
  if (values.length < 2) return [];
  const dates = values.filter(({ kind }) => kind === 'date');
  const strongest = dates[0] ?? values[0]!;
  const fuller = dates.filter(({ value }) => value.startsWith(strongest.value)).sort((a, b) => b.value.length - a.value.length);
  const kept = fuller[0] ?? strongest;
  return values.flatMap((other): LesserValue[] => {
    if (other === kept) return [];
    graph.dropAttribute(id, other);
    if (other.kind === 'date' && kept.value.startsWith(other.value)) {
      graph.addAttribute(id, { ...kept, provenance: other.provenance });
      return [];
    }
    const { name, probability, provenance, surface, kind } = other;
    return [{ predicate: name, probability, provenance, value: { surface, type: kind === 'number' ? 'NUM' : 'TIME' } }];
  });
}
