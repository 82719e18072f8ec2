// The graph as it is drawn: entities are discs in the colour of their type, larger the more facts they have here, facts are arrows.
import { MultiDirectedGraph } from 'graphology';
import forceAtlas2Module from 'graphology-layout-forceatlas2';
import Sigma from 'sigma';
import type { Client, OutputOf } from '../client.ts';
import { colourOf } from './colours.ts';
import { drawDashed } from './dashes.ts';
import type { View } from './link.ts';

export type Fact = OutputOf<'facts'>['items'][number];
export type Ref = Fact['subject'];
/** A fact, or a link that no document states. */
export type Link = Omit<Fact, 'id'> & { readonly isInferred?: boolean };
type Filter = Pick<View, 'hiddenTypes' | 'predicate' | 'least' | 'inferred'>;

interface NodeShown {
  label: string;
  type: string;
  size: number;
  color: string;
  x: number;
  y: number;
  entityType: string;
  /** Activation, 1 that of the strongest. */
  glow: number;
}

interface EdgeShown {
  label: string;
  predicate: string;
  probability: number;
  size: number;
  isInferred: boolean;
}

/** Its types speak of a default export that the module, made for require, is itself. */
const forceAtlas2 = forceAtlas2Module as unknown as typeof forceAtlas2Module.default;
/** Facts of one entity that are shown when it is opened. */
export const MOST_NEIGHBOURS = 60;
const LAYOUT_ROUNDS = 120;
const SMALLEST = 5;
/** Of what a layer of its own draws. */
const INVISIBLE = '#00000000';

export interface StageEvents {
  readonly onChoose: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

export class Stage {
  private readonly graph = new MultiDirectedGraph<NodeShown, EdgeShown>();
  private readonly renderer: Sigma<NodeShown, EdgeShown>;
  private readonly client: Client;
  private colours = { text: '', line: '', accent: '', raised: '' };
  private chosen: string | undefined;
  private path = new Set<string>();
  /** Of entities that went, which may come again. */
  private readonly places = new Map<string, { readonly x: number; readonly y: number }>();
  private view: Filter = { hiddenTypes: [], least: 0, inferred: false };

  constructor(container: HTMLElement, client: Client, { onChoose, onOpen }: StageEvents) {
    this.client = client;
    this.renderer = new Sigma<NodeShown, EdgeShown>(this.graph, container, {
      allowInvalidContainer: true,
      defaultEdgeType: 'arrow',
      renderEdgeLabels: true,
      defaultDrawNodeHover: (context, { label, x, y, size }, { labelSize, labelFont }) => this.drawChosen(context, label ?? '', { x, y, size }, `${labelSize}px ${labelFont}`),
      labelDensity: 0.8,
      labelRenderedSizeThreshold: 4,
      zIndex: true,
      stagePadding: 70,
      nodeReducer: (id, data) => {
        const glow = data.glow > 0 ? { size: data.size * (1 + data.glow), zIndex: 1 } : {};
        const isOn = id === this.chosen || this.path.has(id);
        return { ...data, type: 'circle', ...glow, highlighted: isOn, forceLabel: isOn || data.glow > 0, hidden: this.view.hiddenTypes.includes(data.entityType) };
      },
      edgeReducer: (id, data) => {
        const isOnPath = this.path.has(this.graph.source(id)) && this.path.has(this.graph.target(id));
        return { ...data, color: data.isInferred ? INVISIBLE : isOnPath ? this.colours.accent : this.colours.line, size: isOnPath ? 4 : data.size, zIndex: isOnPath ? 1 : 0, hidden: !this.isShown(data) };
      },
    });
    drawDashed(this.renderer, (edge) => edge.isInferred && this.isShown(edge), () => this.colours.accent);
    this.paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    // The panel takes room when it opens.
    new ResizeObserver(() => {
      this.renderer.resize();
      this.renderer.refresh();
    }).observe(container);
    this.renderer.on('clickNode', ({ node }) => onChoose(node));
    this.renderer.on('doubleClickNode', (event) => {
      event.preventSigmaDefault();
      onOpen(event.node);
    });
  }

  get size(): number {
    return this.graph.order;
  }

  get types(): string[] {
    return [...new Set(this.graph.mapNodes((_, { entityType }) => entityType))].sort();
  }

  get predicates(): string[] {
    return [...new Set(this.graph.mapEdges((_, { predicate }) => predicate))].sort();
  }

  has(id: string): boolean {
    return this.graph.hasNode(id);
  }

  /** Shows an entity with its likeliest facts. */
  async open(id: string): Promise<void> {
    const { items } = await this.client.facts({ id, order: 'probability', limit: MOST_NEIGHBOURS });
    if (items.length === 0) this.put(await this.client.entity({ id }), undefined);
    this.add(items, id);
  }

  /** Shows facts, new entities near the one that they are about. */
  add(facts: readonly Link[], near?: string): void {
    for (const { subject, predicate, object, probability, isInferred = false } of facts) {
      for (const end of [subject, object]) this.put(end, near);
      const triple = `${subject.id} ${predicate} ${object.id}`;
      if (!this.graph.hasEdge(triple)) this.graph.addDirectedEdgeWithKey(triple, subject.id, object.id, { label: predicate, predicate, probability, size: 1 + 1.5 * probability, isInferred });
    }
    this.layOut();
  }

  /** Shows these and nothing else, what was there before in its place. */
  replace(entities: readonly Ref[], facts: readonly Link[]): void {
    const kept = new Map([...entities, ...facts.flatMap(({ subject, object }) => [subject, object])].map((entity) => [entity.id, entity]));
    for (const id of this.graph.nodes()) {
      const { name, type } = kept.get(id) ?? {};
      if (name === undefined || type === undefined) {
        const { x, y } = this.graph.getNodeAttributes(id);
        this.places.set(id, { x, y });
        this.graph.dropNode(id);
      } else this.graph.mergeNodeAttributes(id, { label: name, entityType: type, color: colourOf(type) });
    }
    this.graph.clearEdges();
    for (const entity of entities) this.put(entity, undefined);
    this.add(facts, entities[0]?.id);
  }

  /** What was shown for another question goes. */
  choose(id: string): void {
    this.chosen = id;
    this.path = new Set();
    this.graph.updateEachNodeAttributes((_, data) => ({ ...data, glow: 0 }));
    this.renderer.refresh();
  }

  filter(view: Filter): void {
    this.view = view;
    this.label();
    this.renderer.refresh();
  }

  showPath(ids: readonly string[]): void {
    this.path = new Set(ids);
    this.renderer.refresh();
  }

  /** Activation spreads over what is shown: one step of the path after the other, strongest brightest. */
  async glow(levels: ReadonlyMap<string, number>, steps: readonly (readonly string[])[]): Promise<void> {
    this.graph.updateEachNodeAttributes((_, data) => ({ ...data, glow: 0 }));
    const strongest = Math.max(...levels.values(), Number.MIN_VALUE);
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const ids of steps) {
      for (const id of ids) if (this.graph.hasNode(id)) this.graph.setNodeAttribute(id, 'glow', (levels.get(id) ?? strongest) / strongest);
      this.renderer.refresh();
      if (!isStill) await new Promise((resolve) => setTimeout(resolve, 220));
    }
  }

  /** Where a node is drawn, in pixels of the container; for those who point at it without eyes. */
  placeOf(id: string): { readonly x: number; readonly y: number } | undefined {
    return this.graph.hasNode(id) ? this.renderer.graphToViewport(this.graph.getNodeAttributes(id)) : undefined;
  }

  private put({ id, type, name }: Ref, near: string | undefined): void {
    if (this.graph.hasNode(id)) return;
    const around = near !== undefined && this.graph.hasNode(near) ? this.graph.getNodeAttributes(near) : { x: 0, y: 0 };
    const turn = this.graph.order * 2.399963;
    this.graph.addNode(id, { label: name, type: 'circle', entityType: type, color: colourOf(type), size: SMALLEST, glow: 0, ...(this.places.get(id) ?? { x: around.x + Math.cos(turn), y: around.y + Math.sin(turn) }) });
  }

  private layOut(): void {
    this.graph.updateEachNodeAttributes((id, data) => ({ ...data, size: SMALLEST + 2 * Math.sqrt(this.graph.degree(id)) }));
    if (this.graph.order > 1) forceAtlas2.assign(this.graph, { iterations: LAYOUT_ROUNDS, settings: { ...forceAtlas2.inferSettings(this.graph), adjustSizes: true } });
    this.label();
    this.renderer.refresh();
  }

  /** Of several facts between two entities one arrow names all. */
  private label(): void {
    const between = new Map<string, { readonly first: string; readonly predicates: Set<string> }>();
    this.graph.forEachEdge((id, data, source, target) => {
      const pair = source < target ? `${source} ${target}` : `${target} ${source}`;
      if (!this.isShown(data)) return;
      const known = between.get(pair) ?? { first: id, predicates: new Set() };
      between.set(pair, known);
      known.predicates.add(data.predicate);
      this.graph.setEdgeAttribute(id, 'label', '');
    });
    for (const { first, predicates } of between.values()) this.graph.setEdgeAttribute(first, 'label', [...predicates].join(', '));
  }

  /** In the colours of the page, which follow the light or dark scheme. */
  private paint(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    this.colours = { text: colour('text'), line: colour('line'), accent: colour('accent'), raised: colour('raised') };
    this.renderer.setSettings({ labelColor: { color: this.colours.text }, edgeLabelColor: { color: this.colours.text } });
    this.renderer.refresh();
  }

  /** A ring around the disc, and the name on a ground of its own. */
  private drawChosen(context: CanvasRenderingContext2D, name: string, { x, y, size }: { readonly x: number; readonly y: number; readonly size: number }, font: string): void {
    context.font = font;
    const [width, height] = [context.measureText(name).width, size + 14];
    context.fillStyle = this.colours.raised;
    context.strokeStyle = this.colours.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(x - size - 4, y - height / 2, width + 2 * size + 16, height, height / 2);
    context.fill();
    context.stroke();
    context.fillStyle = this.colours.text;
    context.fillText(name, x + size + 4, y + 5);
  }

  private isShown({ predicate, probability, isInferred }: EdgeShown): boolean {
    return (this.view.inferred || !isInferred) && probability >= this.view.least && (this.view.predicate === undefined || this.view.predicate === predicate);
  }
}
