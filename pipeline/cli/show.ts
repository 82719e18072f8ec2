// What `engram build --show` prints: the entities with most facts, the facts of the first ones, what is related to one of
// them, and what to try next.
import { createSearch } from '../../graph/query/search.ts';
import { related } from '../../graph/query/related.ts';
import type { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { createSnapshot } from '../../graph/activation/snapshot.ts';
import type { ActivationOptions } from '../activation-weights.ts';
import type { DocumentId, Entity, Extraction, Fact } from '../core/model.ts';
import { defaultDir, invocation } from './options.ts';
import { formatCount, formatShare, heading, paint, plural, shorten, table, withUnit } from './output.ts';
import { relatedText } from './related.ts';

const MOST_ENTITIES = 12;
const MOST_FACTS = 24;
const FACTS_OF_ONE = 4;
/** Weaker claims stay in the graph; this is a first sight of it. */
const LEAST_PROBABILITY = 0.6;
const MOST_RELATED = 4;
const ALIAS_COLUMNS = 44;
const ATTRIBUTE_COLUMNS = 50;

export function showGraph(graph: KnowledgeGraph, documents: ReadonlyMap<DocumentId, Extraction>, { spread, links }: ActivationOptions, out: string): string {
  const ranked = rankEntities(graph);
  if (ranked.length === 0) return 'The graph is empty: no names were found in the documents.';
  const blocks = [entityBlock(ranked.slice(0, MOST_ENTITIES)), factBlock(graph, ranked)];
  const saysSomething = ({ entity, facts }: RankedEntity): boolean => facts.some((fact) => fact.subject === entity.id);
  const example = (ranked.find((one) => one.entity.type === 'PER' && saysSomething(one)) ?? ranked.find(saysSomething) ?? ranked[0]!).entity;
  const answer = related(graph, [example.id], { ...spread, snapshot: createSnapshot(graph, links), limit: MOST_RELATED, textOf: (id) => documents.get(id)?.text });
  blocks.push(relatedText(answer, 'last'), nextBlock(graph, example, out));
  return blocks.join('\n\n');
}

interface RankedEntity {
  readonly entity: Entity;
  readonly facts: readonly Fact[];
}

function rankEntities(graph: KnowledgeGraph): RankedEntity[] {
  return graph
    .entities()
    .map((entity) => ({ entity, facts: graph.factsOf(entity.id) }))
    .sort((a, b) => b.facts.length - a.facts.length || b.entity.mentions.length - a.entity.mentions.length || (a.entity.id < b.entity.id ? -1 : 1));
}

function entityBlock(ranked: readonly RankedEntity[]): string {
  const rows = ranked.map(({ entity, facts }) => [
    entity.name,
    entity.type,
    formatCount(facts.length),
    shorten(entity.aliases.join(', '), ALIAS_COLUMNS),
    shorten(attributesOf(entity), ATTRIBUTE_COLUMNS),
  ]);
  const columns = [{ colours: ['bold'] }, { colours: ['cyan'] }, { align: 'right' }, { colours: ['dim'] }, {}] as const;
  return `${heading('Entities with most facts')}\n${table([['name', 'type', 'facts', 'also called', 'attributes'], ...rows], columns)}`;
}

/** The strongest value of each attribute. */
function attributesOf(entity: Entity): string {
  const strongest = new Map<string, string>();
  for (const attribute of entity.attributes) {
    const { name, probability } = attribute;
    if (probability >= LEAST_PROBABILITY && !strongest.has(name)) strongest.set(name, withUnit(attribute));
  }
  return [...strongest].map(([name, value]) => `${name} ${value}`).join(', ');
}

/** A few facts each of the first entities, so that one busy entity does not fill the page. */
function factBlock(graph: KnowledgeGraph, ranked: readonly RankedEntity[]): string {
  const shown = new Map<string, Fact>();
  for (const { entity, facts } of ranked) {
    const own = facts.filter((fact) => fact.subject === entity.id && fact.probability >= LEAST_PROBABILITY);
    for (const fact of strongestFirst(own).slice(0, FACTS_OF_ONE)) if (shown.size < MOST_FACTS) shown.set(fact.id, fact);
  }
  const nameOf = (id: Fact['subject']): string => graph.entity(id)!.name;
  const subjects = [...shown.values()].map((fact) => nameOf(fact.subject));
  const rows = [...shown.values()].map((fact, i) => {
    const documents = new Set(fact.provenance.map((provenance) => provenance.documentId)).size;
    const link = `─${fact.predicate}→`;
    return [subjects[i]!, link, nameOf(fact.object), formatShare(fact.probability), `(${plural(documents, 'document')})`];
  });
  const columns = [{ colours: ['bold'] }, { colours: ['magenta'] }, {}, { colours: ['green'] }, { colours: ['dim'] }] as const;
  return `${heading('Facts')}\n${table(rows, columns)}`;
}

function strongestFirst(facts: readonly Fact[]): Fact[] {
  return [...facts].sort((a, b) => b.probability - a.probability || (a.id < b.id ? -1 : 1));
}

function nextBlock(graph: KnowledgeGraph, example: Entity, out: string): string {
  const run = invocation();
  const dir = out === defaultDir() ? '' : ` --dir ${out}`;
  const fact = strongestFirst(graph.factsOf(example.id)).find((candidate) => candidate.subject === example.id);
  const surname = example.name.split(' ').at(-1)!.toLowerCase();
  const finds = createSearch(graph).search(surname, { limit: 1 }).length > 0;
  const commands = [
    `${run} search ${finds && /^\w+$/.test(surname) ? surname : JSON.stringify(example.name)}${dir}`,
    `${run} related ${JSON.stringify(example.name)}${dir}`,
    ...(fact ? [`${run} explain ${JSON.stringify(`${example.name} ${fact.predicate} ${graph.entity(fact.object)!.name}`)}${dir}`] : []),
  ];
  return `${heading('Try next')}\n${commands.map((command) => `  ${paint(command, 'blue')}`).join('\n')}`;
}
