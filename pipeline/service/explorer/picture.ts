// What is shown, without what draws it: entities as discs, larger the more facts they have here, facts as lines between them.
import { MultiDirectedGraph } from 'graphology';
import type { OutputOf } from '../client.ts';
import { colourOf } from '../../picture/colours.ts';
import { Layout, placeAround, startingPlaces } from '../../picture/forces.ts';

export type Fact = OutputOf<'facts'>['items'][number];
export type Ref = Fact['subject'];
/** A fact, or a link that no document states. */
export type Link = Omit<Fact, 'id'> & { readonly isInferred?: boolean };

/** Facts, and the entity that they are about. */
export interface Part {
  readonly near: Ref;
  readonly facts: readonly Link[];
}

export interface NodeShown {
  label: string;
  entityType: string;
  color: string;
  /** Radius in pixels. */
  size: number;
  x: number;
  y: number;
  /** Whether a layout has come to rest with it: it moves little from then on. */
  isPlaced: boolean;
}

export interface EdgeShown {
  label: string;
  predicate: string;
  probability: number;
  size: number;
  subjectType: string;
  isInferred: boolean;
}

export type Picture = MultiDirectedGraph<NodeShown, EdgeShown>;

const SMALLEST = 4;
/** Up to so many discs are drawn in full size. */
const FULL_SIZE_UP_TO = 120;
const LEAST_SCALE = 0.32;
const PLACED_MOBILITY = 0.04;
/** Rounds of a layout: from the beginning, with so many that the eye cannot tell more rounds, and to find room for what is added. */
const ROUNDS = 250;
const MANY = 3000;
const ROUNDS_OF_MANY = 120;
const ROUNDS_TO_ADD = 90;

export const emptyPicture = (): Picture => new MultiDirectedGraph<NodeShown, EdgeShown>();

/** The entities of an overview, each where it may begin and as large as it will be with its facts. */
export function pictureOf({ entities, facts }: OutputOf<'overview'>): Picture {
  const picture = emptyPicture();
  const links = Uint32Array.from(facts.flatMap(([subject, , object]) => [subject, object]));
  const places = startingPlaces(entities.length, links);
  const counts = new Uint32Array(entities.length);
  for (const entity of links) counts[entity]!++;
  const scale = scaleFor(entities.length);
  entities.forEach((entity, at) => putEntity(picture, entity, places[2 * at]!, places[2 * at + 1]!, scale * radiusOf(counts[at]!)));
  return picture;
}

/** Its facts, which are added one at a time as the caller goes on. */
export function* addedFacts(picture: Picture, { entities, predicates, facts }: OutputOf<'overview'>): Generator<void> {
  for (const [subject, predicate, object, probability] of facts) {
    putFact(picture, { subject: entities[subject]!, predicate: predicates[predicate]!, object: entities[object]!, probability });
    yield;
  }
}

/** @returns whether anything is new */
export function addFacts(picture: Picture, part: Part): boolean {
  const before = picture.order + picture.size;
  putPart(picture, part);
  if (picture.order + picture.size === before) return false;
  resize(picture);
  return true;
}

/** These and nothing else; what was there keeps its place. */
export function replaceFacts(picture: Picture, parts: readonly Part[]): void {
  const kept = new Map(parts.flatMap(({ near, facts }) => [near, ...facts.flatMap(({ subject, object }) => [subject, object])]).map((entity) => [entity.id, entity]));
  for (const id of picture.nodes()) {
    const entity = kept.get(id);
    if (entity === undefined) picture.dropNode(id);
    else picture.mergeNodeAttributes(id, { label: entity.name, entityType: entity.type, color: colourOf(entity.type) });
  }
  picture.clearEdges();
  for (const part of parts) putPart(picture, part);
  resize(picture);
}

/** New entities stand around the one that the facts are about, away from what is there. */
function putPart(picture: Picture, { near, facts }: Part): void {
  const { x, y } = picture.hasNode(near.id) ? picture.getNodeAttributes(near.id) : { x: 0, y: 0 };
  let added = 0;
  const put = (entity: Ref): void => {
    if (!picture.hasNode(entity.id)) putEntity(picture, entity, ...(entity.id === near.id ? ([x, y] as const) : placeAround(x, y, added++)));
  };
  put(near);
  for (const fact of facts) {
    put(fact.subject);
    put(fact.object);
    putFact(picture, fact);
  }
}

/**
 * A layout of the picture as it is, and what takes over where it has come to.
 * @param aspect width of what it is drawn on by its height
 */
export function layoutOf(picture: Picture, aspect: number): { readonly layout: Layout; readonly take: () => void } {
  const ids = picture.nodes();
  const nodes = ids.map((id) => picture.getNodeAttributes(id));
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const links = new Uint32Array(2 * picture.size);
  let at = 0;
  picture.forEachEdge((_edge, _attributes, source, target) => {
    links[at++] = numbers.get(source)!;
    links[at++] = numbers.get(target)!;
  });
  const places = Float64Array.from(nodes.flatMap(({ x, y }) => [x, y]));
  const radii = Float64Array.from(ids, (id) => radiusOf(picture.degree(id)));
  const mobility = Float64Array.from(nodes, ({ isPlaced }) => (isPlaced ? PLACED_MOBILITY : 1));
  const layout = new Layout({ places, radii, links, mobility, aspect }, roundsFor(nodes));
  const take = (): void =>
    nodes.forEach((node, number) => {
      node.x = places[2 * number]!;
      node.y = places[2 * number + 1]!;
      node.isPlaced = layout.isSettled;
    });
  return { layout, take };
}

const roundsFor = (nodes: readonly NodeShown[]): number => (nodes.some(({ isPlaced }) => isPlaced) ? ROUNDS_TO_ADD : nodes.length > MANY ? ROUNDS_OF_MANY : ROUNDS);

/** Of several facts between two entities one line names all that are shown. */
export function nameLines(picture: Picture, isShown: (edge: EdgeShown) => boolean): void {
  const between = new Map<string, { readonly first: EdgeShown; readonly predicates: Set<string> }>();
  picture.forEachEdge((_, edge, source, target) => {
    edge.label = '';
    if (!isShown(edge)) return;
    const pair = source < target ? `${source} ${target}` : `${target} ${source}`;
    const known = between.get(pair);
    if (known === undefined) between.set(pair, { first: edge, predicates: new Set([edge.predicate]) });
    else known.predicates.add(edge.predicate);
  });
  for (const { first, predicates } of between.values()) first.label = [...predicates].join(', ');
}

function putEntity(picture: Picture, { id, type, name }: Ref, x: number, y: number, size = SMALLEST): void {
  picture.addNode(id, { label: name, entityType: type, color: colourOf(type), size, x, y, isPlaced: false });
}

function putFact(picture: Picture, { subject, predicate, object, probability, isInferred = false }: Link): void {
  const triple = `${subject.id} ${predicate} ${object.id}`;
  if (!picture.hasEdge(triple)) picture.addDirectedEdgeWithKey(triple, subject.id, object.id, { label: '', predicate, probability, size: 1 + probability, subjectType: subject.type, isInferred });
}

const radiusOf = (facts: number): number => SMALLEST + 2 * Math.sqrt(facts);

/** The more there are, the smaller. */
const scaleFor = (entities: number): number => Math.max(LEAST_SCALE, Math.min(1, Math.sqrt(FULL_SIZE_UP_TO / entities)));

function resize(picture: Picture): void {
  const scale = scaleFor(picture.order);
  picture.forEachNode((id, node) => (node.size = scale * radiusOf(picture.degree(id))));
}
