// Light on a part of the picture: on a canvas above it everything is dimmed and some discs and lines are drawn once more. The picture itself is left alone,
// so that this costs no more with ten thousand entities than with ten.
import { drawStraightEdgeLabel } from 'sigma/rendering';
import type Sigma from 'sigma';
import { drawLabel, LabelRoom, type Disc, type LabelStyle } from './labels.ts';
import type { EdgeShown, NodeShown } from './picture.ts';

export interface Light {
  /** Each with its glow, 0 for none and 1 for the brightest. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly edges: readonly string[];
  /** Those that it is about: with a ring. */
  readonly main: readonly string[];
}

export interface SpotlightColours {
  readonly text: string;
  readonly ground: string;
  readonly raised: string;
  readonly accent: string;
}

const DIMMED = 0.78;
/** By what the brightest is larger. */
const GLOW = 0.6;
const LINE = 1.6;
const HEAD = 7;
const RING = 2.5;
const MOST_LINE_LABELS = 80;

export function drawSpotlight(context: CanvasRenderingContext2D, renderer: Sigma<NodeShown, EdgeShown>, { nodes, edges, main }: Light, colours: SpotlightColours, style: LabelStyle): void {
  const picture = renderer.getGraph();
  const { width, height } = renderer.getDimensions();
  const discOf = (id: string): Disc & { readonly color: string } => {
    const node = picture.getNodeAttributes(id);
    return { ...renderer.graphToViewport(node), size: Math.max(3, renderer.scaleSize(node.size) * (1 + GLOW * (nodes.get(id) ?? 0))), label: node.label, color: node.color };
  };
  context.clearRect(0, 0, width, height);
  context.globalAlpha = DIMMED;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.globalAlpha = 1;

  const discs = new Map([...nodes.keys()].map((id) => [id, discOf(id)]));
  for (const id of edges) drawArrow(context, discs.get(picture.source(id))!, discs.get(picture.target(id))!, colours.accent);
  if (edges.length <= MOST_LINE_LABELS) for (const id of edges) drawLineLabel(context, picture.getEdgeAttributes(id).label, discs.get(picture.source(id))!, discs.get(picture.target(id))!, renderer);
  for (const { x, y, size, color } of discs.values()) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
  }
  const room = new LabelRoom();
  for (const id of main) drawMain(context, discs.get(id)!, colours, style, room);
  const others = [...discs].filter(([id]) => !main.includes(id)).sort(([, a], [, b]) => b.size - a.size);
  for (const [, disc] of others) drawLabel(context, disc, style, room);
}

function drawArrow(context: CanvasRenderingContext2D, from: Disc, to: Disc, colour: string): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const distance = Math.hypot(dx, dy);
  if (distance <= from.size + to.size) return;
  const [ux, uy] = [dx / distance, dy / distance];
  const [tipX, tipY] = [to.x - ux * to.size, to.y - uy * to.size];
  const head = Math.min(HEAD, distance - from.size - to.size);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = LINE;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(tipX - ux * head, tipY - uy * head);
  context.stroke();
  context.beginPath();
  context.moveTo(tipX, tipY);
  context.lineTo(tipX - ux * head - (uy * head) / 2, tipY - uy * head + (ux * head) / 2);
  context.lineTo(tipX - ux * head + (uy * head) / 2, tipY - uy * head - (ux * head) / 2);
  context.fill();
}

/** Only where it fits between the discs. */
export function drawLineLabel(context: CanvasRenderingContext2D, label: string | null | undefined, from: Omit<Disc, 'label'>, to: Omit<Disc, 'label'>, renderer: Sigma<NodeShown, EdgeShown>): void {
  if (!label) return;
  const settings = renderer.getSettings();
  const room = Math.hypot(to.x - from.x, to.y - from.y) - from.size - to.size;
  context.font = `${settings.edgeLabelWeight} ${settings.edgeLabelSize}px ${settings.edgeLabelFont}`;
  if (room < 30 || context.measureText(label).width > room - 16) return;
  drawStraightEdgeLabel(context, { label, color: '', size: LINE }, from, to, settings);
}

/** A ring around the disc, and the name on a ground of its own. */
function drawMain(context: CanvasRenderingContext2D, { x, y, size, label }: Disc, { raised, accent, text, ground }: SpotlightColours, { font, height, width: whole }: LabelStyle, room: LabelRoom): void {
  context.font = font;
  const [width, tall] = [context.measureText(label ?? '').width + 14, height + 8];
  const gap = size + RING + 4;
  const left = x + gap + width <= whole ? x + gap : x - gap - width;
  room.take(Math.min(x - gap, left), y - tall / 2, Math.max(x + gap, left + width), y + tall / 2);
  context.lineWidth = RING;
  context.strokeStyle = ground;
  context.beginPath();
  context.arc(x, y, size + RING / 2, 0, 2 * Math.PI);
  context.stroke();
  context.strokeStyle = accent;
  context.beginPath();
  context.arc(x, y, size + RING * 1.5, 0, 2 * Math.PI);
  context.stroke();
  context.lineWidth = 1.5;
  context.fillStyle = raised;
  context.beginPath();
  context.roundRect(left, y - tall / 2, width, tall, tall / 2);
  context.fill();
  context.stroke();
  context.fillStyle = text;
  context.fillText(label ?? '', left + 7, y + height / 3);
}
