// A graph as a picture for reports, on white: entities as discs in the colour of their type, larger the more facts they have here, facts as arrows with their
// predicates, a title, and what the colours mean.
import { compareText } from '../../graph/evidence.ts';
import { escapeXml } from '../../graph/export/graphml.ts';
import type { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import type { EntityId } from '../core/model.ts';
import { colourOf, LABELS } from './colours.ts';
import { placeLabels, type Curve } from './edge-labels.ts';
import { layOut, type LaidOut, type Point, type Reach } from './layout.ts';
import { flat, shortened, twoLines, widthOf } from './text.ts';

export interface PictureOptions {
  readonly title: string;
  /** What stands beneath it. */
  readonly note?: string;
  /** In the order of their importance; those of the graph. */
  readonly ids: readonly EntityId[];
  /** Those that the picture is about. */
  readonly around?: ReadonlySet<EntityId>;
}

interface Node {
  readonly id: EntityId;
  readonly name: string;
  readonly type: string;
  readonly facts: number;
  readonly isAsked: boolean;
  readonly radius: number;
  readonly lines: readonly string[];
}

/** Facts of one direction, or of both, between two entities, which one arrow shows. */
interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly isBothWays: boolean;
  readonly predicates: readonly string[];
  readonly probability: number;
  /** How far it is bent aside, so that others between the same two are seen. */
  readonly bend: number;
}

export const FONT = 'Inter';
const [NAME_SIZE, PREDICATE_SIZE, TITLE_SIZE, NOTE_SIZE] = [12, 9.5, 24, 12];
const NAME_LINE = 14;
const NAME_WIDTH = 150;
const PREDICATE_WIDTH = 150;
const [SMALLEST, LARGEST] = [7, 24];
const MARGIN = 36;
const LEAST_WIDTH = 560;
const HEAD = 9;
const BEND = 26;
const [INK, QUIET, LINE] = ['#1c1d1f', '#55585e', '#9b9fa6'];

/** The same graph gives the same text. */
export function svgOf(graph: KnowledgeGraph, { title, note, ids, around = new Set() }: PictureOptions): string {
  const arrows = arrowsOf(graph, ids);
  const nodes = ids.map((id): Node => nodeOf(graph, id, around.has(id)));
  const words = arrows.map(({ predicates }) => shortened(predicates.join(', '), PREDICATE_SIZE, PREDICATE_WIDTH));
  const laidOut = layOut(nodes.map(reachOf), arrows.map(({ from, to }, at) => ({ a: from, b: to, length: widthOf(words[at]!, PREDICATE_SIZE) + 2 * HEAD + 8 })));
  const heading = [shortened(flat(title), TITLE_SIZE, 760, true), ...(note === undefined ? [] : [note])];
  const types = [...new Set(nodes.map(({ type }) => type))].sort(compareText);
  const box = boundsOf(laidOut);
  const width = Math.max(LEAST_WIDTH, box.right - box.left + 2 * MARGIN, 2 * MARGIN + widthOf(heading[0]!, TITLE_SIZE, true));
  const legend = legendOf(types, width - 2 * MARGIN);
  const top = MARGIN + TITLE_SIZE + (note === undefined ? 0 : NOTE_SIZE + 8) + 28;
  const height = top + box.bottom - box.top + 28 + legend.height + MARGIN;
  const shift = { x: (width - (box.right - box.left)) / 2 - box.left, y: top - box.top };
  const places = laidOut.map((place) => ({ ...place, x: place.x + shift.x, y: place.y + shift.y }));
  const curves = arrows.map((arrow) => curveOf(arrow, nodes, places));
  const labels = placeLabels(curves, words.map((text) => ({ width: widthOf(text, PREDICATE_SIZE), height: PREDICATE_SIZE + 2 })), places);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${tenths(width)}" height="${tenths(height)}" viewBox="0 0 ${tenths(width)} ${tenths(height)}" role="img" font-family="${FONT}, system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" fill="${INK}">`,
    `<title>${escapeXml(flat(title))}</title>`,
    `<desc>${escapeXml(descriptionOf(graph, nodes))}</desc>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="${MARGIN + TITLE_SIZE * 0.8}" font-size="${TITLE_SIZE}" font-weight="600">${escapeXml(heading[0]!)}</text>`,
    ...(note === undefined ? [] : [`<text x="${MARGIN}" y="${tenths(MARGIN + TITLE_SIZE + NOTE_SIZE)}" font-size="${NOTE_SIZE}" fill="${QUIET}">${escapeXml(note)}</text>`]),
    '<g class="facts">',
    ...arrows.map((arrow, at) => arrowMarkup(arrow, curves[at]!, nodes)),
    '</g>',
    `<g class="predicates" font-size="${PREDICATE_SIZE}" fill="${QUIET}" text-anchor="middle">`,
    ...labels.map(({ x, y, angle }, at) => `<g transform="translate(${tenths(x)} ${tenths(y)}) rotate(${tenths(angle)})">${groundMarkup(0, PREDICATE_SIZE * 0.35, widthOf(words[at]!, PREDICATE_SIZE), PREDICATE_SIZE)}<text y="${tenths(PREDICATE_SIZE * 0.35)}">${escapeXml(words[at]!)}</text></g>`),
    '</g>',
    `<g class="entities" font-size="${NAME_SIZE}" text-anchor="middle">`,
    ...nodes.map((node, at) => nodeMarkup(node, places[at]!)),
    '</g>',
    `<g class="legend" font-size="${NOTE_SIZE}" fill="${QUIET}" transform="translate(${MARGIN} ${tenths(height - MARGIN - legend.height)})">`,
    ...legend.markup,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Numbers as they are written: to a tenth, which no eye tells from the exact. */
const tenths = (value: number): string => String(Math.round(value * 10) / 10);

function nodeOf(graph: KnowledgeGraph, id: EntityId, isAsked: boolean): Node {
  const { name, type } = graph.entity(id)!;
  const facts = graph.factCount(id);
  return { id, name: flat(name), type, facts, isAsked, radius: Math.min(LARGEST, SMALLEST + 2.6 * Math.sqrt(facts)), lines: twoLines(name, NAME_SIZE, NAME_WIDTH, isAsked) };
}

/** The disc, with the ring of those asked for, and the name beneath. */
function reachOf({ radius, lines, isAsked }: Node): Reach {
  const edge = radius + (isAsked ? 5 : 1);
  return { side: Math.max(edge, ...lines.map((line) => widthOf(line, NAME_SIZE, isAsked) / 2)), up: edge, down: edge + 3 + NAME_LINE * lines.length };
}

function boundsOf(places: readonly LaidOut[]): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
  const least = (of: (place: LaidOut) => number): number => Math.min(...(places.length === 0 ? [0] : places.map(of)));
  return { left: least(({ x, side }) => x - side), right: -least(({ x, side }) => -x - side), top: least(({ y, up }) => y - up), bottom: -least(({ y, down }) => -y - down) };
}

/** A fact of an entity with itself has no arrow; the description has it. */
function arrowsOf(graph: KnowledgeGraph, ids: readonly EntityId[]): Arrow[] {
  const placeOf = new Map(ids.map((id, at) => [id, at]));
  const arrows: Arrow[] = [];
  for (const [from, id] of ids.entries()) {
    for (const other of graph.neighbours(id)) {
      const to = placeOf.get(other);
      if (to === undefined || to <= from) continue;
      const facts = graph.factsBetween(id, other);
      const probabilityOf = (subject: EntityId): Map<string, number> => new Map(facts.filter((fact) => fact.subject === subject).map(({ predicate, probability }) => [predicate, probability]));
      const [there, back] = [probabilityOf(id), probabilityOf(other)];
      const both = [...there.keys()].filter((predicate) => back.has(predicate));
      const alone = (one: ReadonlyMap<string, number>): string[] => [...one.keys()].filter((predicate) => !both.includes(predicate));
      const groups = [
        { from, to, isBothWays: true, predicates: both, of: there },
        { from, to, isBothWays: false, predicates: alone(there), of: there },
        { from: to, to: from, isBothWays: false, predicates: alone(back), of: back },
      ].filter(({ predicates }) => predicates.length > 0);
      groups.forEach(({ of, predicates, ...group }, at) => {
        const side = group.from === from ? 1 : -1;
        arrows.push({ ...group, predicates: predicates.sort(compareText), probability: Math.max(...predicates.map((predicate) => of.get(predicate)!)), bend: side * BEND * (at - (groups.length - 1) / 2) });
      });
    }
  }
  return arrows;
}

/** From the edge of one disc to that of the other. */
function curveOf({ from, to, bend, isBothWays }: Arrow, nodes: readonly Node[], places: readonly Point[]): Curve {
  const [a, b] = [places[from]!, places[to]!];
  const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  // The control point of a quadratic curve is twice as far aside as its middle.
  const control = { x: (a.x + b.x) / 2 - ((b.y - a.y) / long) * 2 * bend, y: (a.y + b.y) / 2 + ((b.x - a.x) / long) * 2 * bend };
  return { start: towards(a, control, edgeOf(nodes[from]!) + (isBothWays ? HEAD - 1 : 0)), control, end: towards(b, control, edgeOf(nodes[to]!) + HEAD - 1) };
}

const edgeOf = ({ radius, isAsked }: Node): number => radius + (isAsked ? 6 : 2);

function towards(from: Point, to: Point, distance: number): Point {
  const long = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / long) * distance, y: from.y + ((to.y - from.y) / long) * distance };
}

function arrowMarkup({ from, to, isBothWays, predicates, probability, bend }: Arrow, { start, control, end }: Curve, nodes: readonly Node[]): string {
  const path = bend === 0 ? `M${tenths(start.x)} ${tenths(start.y)}L${tenths(end.x)} ${tenths(end.y)}` : `M${tenths(start.x)} ${tenths(start.y)}Q${tenths(control.x)} ${tenths(control.y)} ${tenths(end.x)} ${tenths(end.y)}`;
  const told = `${nodes[from]!.name} ${isBothWays ? '↔' : '→'} ${predicates.join(', ')} ${isBothWays ? '↔' : '→'} ${nodes[to]!.name}, ${Math.round(100 * probability)} %`;
  return `<g><title>${escapeXml(told)}</title><path d="${path}" fill="none" stroke="${LINE}" stroke-width="${tenths(0.7 + 1.3 * probability)}"/>${headMarkup(end, control)}${isBothWays ? headMarkup(start, control) : ''}</g>`;
}

/** @param at where the line ends, which is where the head begins */
function headMarkup(at: Point, from: Point): string {
  const long = Math.hypot(at.x - from.x, at.y - from.y) || 1;
  const [x, y] = [(at.x - from.x) / long, (at.y - from.y) / long];
  const corner = (side: number): string => `${tenths(at.x - x - side * y * HEAD * 0.4)} ${tenths(at.y - y + side * x * HEAD * 0.4)}`;
  return `<path d="M${tenths(at.x + x * (HEAD - 1))} ${tenths(at.y + y * (HEAD - 1))}L${corner(1)}L${corner(-1)}Z" fill="${LINE}"/>`;
}

/** What words stand on where lines run, for a middle and a base line. */
const groundMarkup = (x: number, y: number, width: number, size: number): string => `<rect x="${tenths(x - width / 2 - 2)}" y="${tenths(y - size * 0.85)}" width="${tenths(width + 4)}" height="${tenths(size * 1.15)}" rx="2" fill="#ffffff" fill-opacity="0.85"/>`;

function nodeMarkup({ name, type, facts, isAsked, radius, lines }: Node, { x, y, isTurnedOver }: LaidOut): string {
  const colour = colourOf(type);
  const told = `${name} (${LABELS[type] ?? type}), ${facts} ${facts === 1 ? 'fact' : 'facts'}`;
  const ring = isAsked ? `<circle cx="${tenths(x)}" cy="${tenths(y)}" r="${tenths(radius + 4)}" fill="none" stroke="${colour}" stroke-width="1.5"/>` : '';
  const edge = radius + (isAsked ? 5 : 1);
  const first = isTurnedOver ? y - edge - 5 - NAME_LINE * (lines.length - 1) : y + edge + NAME_SIZE + 1;
  const words = lines.map((line, at) => `${groundMarkup(x, first + at * NAME_LINE, widthOf(line, NAME_SIZE, isAsked), NAME_SIZE)}<text x="${tenths(x)}" y="${tenths(first + at * NAME_LINE)}">${escapeXml(line)}</text>`);
  return `<g${isAsked ? ' font-weight="600"' : ''}><title>${escapeXml(told)}</title>${words.join('')}<circle cx="${tenths(x)}" cy="${tenths(y)}" r="${tenths(radius)}" fill="${colour}" stroke="#ffffff" stroke-width="1.5"/>${ring}</g>`;
}

/** Types in rows as wide as there is room, and what size and width mean. */
function legendOf(types: readonly string[], room: number): { readonly markup: readonly string[]; readonly height: number } {
  const markup: string[] = [];
  let [x, y] = [0, 0];
  const add = (text: string, colour: string | undefined): void => {
    const width = (colour === undefined ? 0 : 18) + widthOf(text, NOTE_SIZE) + 22;
    if (x > 0 && x + width - 22 > room) [x, y] = [0, y + 20];
    const swatch = colour === undefined ? '' : `<circle cx="${tenths(x + 6)}" cy="${tenths(y - 4)}" r="6" fill="${colour}"/>`;
    markup.push(`${swatch}<text x="${tenths(x + (colour === undefined ? 0 : 18))}" y="${tenths(y)}">${escapeXml(text)}</text>`);
    x += width;
  };
  for (const type of types) add(LABELS[type] ?? type, colourOf(type));
  add('Larger: more facts. Thicker: likelier.', undefined);
  return { markup, height: y };
}

function descriptionOf(graph: KnowledgeGraph, nodes: readonly Node[]): string {
  const shown = new Map(nodes.map(({ id, name }) => [id, name]));
  const facts = nodes.flatMap(({ id, name }) => graph.factsFrom(id).flatMap(({ predicate, object }) => (shown.has(object) ? [`${name} ${predicate} ${shown.get(object)!}`] : [])));
  return `${nodes.length} ${nodes.length === 1 ? 'entity' : 'entities'}, ${facts.length} ${facts.length === 1 ? 'fact' : 'facts'}${facts.length === 0 ? '.' : `: ${facts.join('; ')}.`}`;
}
