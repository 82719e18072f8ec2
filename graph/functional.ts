// One value for what has one: of several dates of birth of an entity the likeliest stays, and the others are told of. A date that
// says less ("1906" beside "1906-12-09") agrees with the fuller one, which takes its evidence over.
import type { Attribute, Entity } from '../pipeline/core/model.ts';
import type { RelationSchema } from '../pipeline/core/relation-schema.ts';
import type { RejectedRelation } from './admit-relations.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';

export function keepOneValue(graph: KnowledgeGraph, schema: RelationSchema, onRejected: (rejected: RejectedRelation) => void): void {
  const functional = [...schema.predicates.values()].filter((predicate) => predicate.functional).map(({ name }) => name);
  for (const entity of graph.entities()) {
    for (const name of functional) {
      keepOneAttribute(graph, entity, entity.attributes.filter((attribute) => attribute.name === name), onRejected);
      const [kept, ...others] = graph
        .factsOf(entity.id)
        .filter((fact) => fact.subject === entity.id && fact.predicate === name)
        .sort((a, b) => b.probability - a.probability);
      if (kept === undefined) continue;
      for (const fact of others) {
        graph.dropFact(fact.id);
        const object = graph.entity(fact.object)!;
        onRejected({ ...rejectionOf(graph, entity, name, fact), object: object.name, objectType: object.type });
      }
    }
  }
}

/** @param values strongest first */
function keepOneAttribute(graph: KnowledgeGraph, entity: Entity, values: readonly Attribute[], onRejected: (rejected: RejectedRelation) => void): void {
  if (values.length < 2) return;
  const dates = values.filter(({ kind }) => kind === 'date');
  const strongest = dates[0] ?? values[0]!;
  const fuller = dates.filter(({ value }) => value.startsWith(strongest.value)).sort((a, b) => b.value.length - a.value.length);
  const kept = fuller[0] ?? strongest;
  for (const other of values) {
    if (other === kept) continue;
    graph.dropAttribute(entity.id, other);
    if (other.kind === 'date' && kept.value.startsWith(other.value)) {
      graph.addAttribute(entity.id, { ...kept, provenance: other.provenance });
      continue;
    }
    onRejected({ ...rejectionOf(graph, entity, other.name, other), object: other.surface, objectType: other.kind === 'number' ? 'NUM' : 'TIME' });
  }
}

function rejectionOf(graph: KnowledgeGraph, entity: Entity, predicate: string, { probability, provenance }: Pick<Attribute, 'probability' | 'provenance'>): Omit<RejectedRelation, 'object' | 'objectType'> {
  const [said] = [...provenance].sort((a, b) => b.score - a.score);
  return {
    reason: 'functional',
    predicate,
    subject: entity.name,
    subjectType: entity.type,
    probability,
    uri: said === undefined ? '' : (graph.document(said.documentId)?.uri ?? ''),
    start: said?.start ?? 0,
    end: said?.end ?? 0,
  };
}
