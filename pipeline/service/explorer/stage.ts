// The picture as it is drawn and moved through. It is laid out a few rounds at a time, so that the page answers meanwhile.
import Sigma from 'sigma';
import { EdgeLineProgram, NodeCircleProgram } from 'sigma/rendering';
import type { MouseCoords, TouchCoords } from 'sigma/types';
import type { OutputOf } from '../client.ts';
import { colourOf } from '../../picture/colours.ts';
import { drawDashed } from './dashes.ts';
import { drawLabel, LabelRoom, type Disc, type LabelStyle } from './labels.ts';
import type { View } from './link.ts';
import { addedFacts, addFacts, emptyPicture, layoutOf, nameLines, pictureOf, replaceFacts, type EdgeShown, type NodeShown, type Part } from './picture.ts';
import { drawLineLabel, drawSpotlight, type Light } from './spotlight.ts';

/** From so many facts on they are thin lines instead of arrows. */
const ARROWS_UP_TO = 1200;
/** Milliseconds of layout in a frame; in the first one longer, so that a small picture stands at once. */
const SLICE = 40;
const FIRST_SLICE = 60;
/** While somebody moves the picture, and so long after, the layout waits. */
const QUIET_AFTER_MOVE = 150;
/** A picture is drawn anew while it is laid out, but for no more than this share of the time. */
const DRAWING_SHARE = 0.3;
/** In the unit of the layout: a few discs do not fill the screen. */
const LEAST_SPAN = 200;
const LABEL_HEIGHT = 14;
const FONT = 'system-ui, sans-serif';
/** Of a line's colour that of its subject. */
const TINT = 0.34;
const GLOW_MS = 220;
/** Pixels around a disc that count as it. */
const MOUSE_SLACK = 2;
const TOUCH_SLACK = 10;
const CAMERA_MS = 400;
/** Entities that are still told apart without going nearer. */
const MOST_IN_SIGHT = 150;
/** Facts are named on their lines among so few entities, or from so near. */
const FEW = 80;
const NEAR = 0.5;
/** Pixels. */
const USUAL_SIDE = 620;
/** Around the picture: pixels, and as a share of the shorter side. */
const MOST_PADDING = 60;
const PADDING = 0.1;
/** Of the width of the picture what is seen at the nearest. */
const NEAREST = 0.03;

/** Of what a layer of its own draws. */
const INVISIBLE = '#00000000';

type Filters = Pick<View, 'hiddenTypes' | 'predicate' | 'least' | 'inferred'>;

export interface StageEvents {
  readonly onChoose: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

export class Stage {
  private picture = emptyPicture();
  private readonly renderer: Sigma<NodeShown, EdgeShown>;
  private readonly container: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  /** To be drawn when all are known, the largest first. */
  private labels: [context: CanvasRenderingContext2D, disc: Disc][] = [];
  private colours = { text: '', line: '', accent: '', raised: '', ground: '' };
  private readonly lineColours = new Map<string, string>();
  private filters: Filters = { hiddenTypes: [], least: 0, inferred: false };
  /** Types and ids. */
  private hidden: ReadonlySet<string> = new Set();
  private chosen: string | undefined;
  private light: Light | undefined;
  private hovered: Light | undefined;
  private layout: ReturnType<typeof layoutOf> | undefined;
  private isDense = false;
  private isFilling = false;
  private frame = 0;
  private drawnAt = 0;
  private drawingTook = 0;
  private movedAt = 0;
  private lookedFor: string | undefined;

  constructor(container: HTMLElement, { onChoose, onOpen }: StageEvents) {
    this.container = container;
    this.renderer = new Sigma<NodeShown, EdgeShown>(this.picture, container, {
      allowInvalidContainer: true,
      nodeProgramClasses: { circle: UnpickedCircleProgram },
      edgeProgramClasses: { line: EdgeLineProgram },
      renderEdgeLabels: true,
      labelFont: FONT,
      edgeLabelFont: FONT,
      labelSize: LABEL_HEIGHT,
      edgeLabelSize: 11,
      labelDensity: 0.9,
      labelGridCellSize: 110,
      labelRenderedSizeThreshold: 2.4,
      zoomToSizeRatioFunction: (ratio) => Math.sqrt(ratio) * this.smallness,
      minCameraRatio: 0.005,
      maxCameraRatio: 3,
      defaultDrawNodeLabel: (context, disc) => this.labels.push([context, disc]),
      defaultDrawEdgeLabel: (context, line, from, to) => void (this.isNear && drawLineLabel(context, this.picture.getEdgeAttribute((line as unknown as { readonly key: string }).key, 'label'), from, to, this.renderer)),
      defaultDrawNodeHover: () => undefined,
      // Both are given copies.
      nodeReducer: (id, data) => Object.assign(data, { hidden: this.isHidden(id, data) }),
      edgeReducer: (_, data) => Object.assign(data, { type: this.isDense ? 'line' : 'arrow', color: data.isInferred ? INVISIBLE : this.lineColour(data.subjectType), hidden: !this.isShown(data) }),
    });
    drawDashed(this.renderer, (edge) => edge.isInferred && this.isShown(edge), () => this.colours.accent);
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'spotlight';
    container.querySelector('.sigma-mouse')!.before(this.canvas);
    this.paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
    // The panel takes room when it opens.
    new ResizeObserver(() => {
      this.renderer.setSetting('stagePadding', Math.min(MOST_PADDING, PADDING * Math.min(container.clientWidth, container.clientHeight)));
      this.renderer.resize();
      this.move();
    }).observe(container);
    this.renderer.on('afterRender', () => {
      this.drawLabels();
      this.shine();
    });
    this.listen(onChoose, onOpen);
    this.renderer.getCamera().on('updated', () => (this.movedAt = performance.now()));
  }

  /** `visible`: entities that the filters leave. */
  get shown(): { readonly entities: number; readonly facts: number; readonly visible: number } {
    return { entities: this.picture.order, facts: this.picture.size, visible: this.picture.filterNodes((id, node) => !this.isHidden(id, node)).length };
  }

  get ids(): string[] { return this.picture.nodes(); }

  get types(): string[] {
    return [...new Set(this.picture.mapNodes((_, { entityType }) => entityType))].sort();
  }

  get predicates(): string[] {
    return [...new Set(this.picture.mapEdges((_, { predicate }) => predicate))].sort();
  }

  /** Whether the layout has come to rest. */
  get isStill(): boolean {
    return this.layout === undefined && !this.isFilling;
  }

  has(id: string): boolean {
    return this.picture.hasNode(id);
  }

  /** The picture begins anew; the page answers while facts are added to it. */
  async showOverview(overview: OutputOf<'overview'>): Promise<void> {
    const picture = pictureOf(overview);
    await nextFrame();
    this.picture = picture;
    this.isDense = overview.facts.length > ARROWS_UP_TO;
    this.layout = undefined;
    this.light = this.hovered = this.chosen = undefined;
    this.fit();
    this.renderer.setGraph(picture);
    this.renderer.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
    this.isFilling = true;
    let until = performance.now() + SLICE;
    for (const _ of addedFacts(picture, overview)) {
      if (performance.now() < until) continue;
      await nextFrame();
      // Another one was asked for meanwhile.
      if (this.picture !== picture) return;
      until = performance.now() + SLICE;
    }
    this.isFilling = false;
    nameLines(picture, (edge) => this.isShown(edge));
    this.layOut();
  }

  /** Shows facts beside what is shown. */
  add(part: Part): void {
    if (addFacts(this.picture, part)) this.redraw();
  }

  /** Shows these and nothing else. */
  replace(parts: readonly Part[]): void {
    replaceFacts(this.picture, parts);
    this.hovered = undefined;
    this.light = this.chosen === undefined ? undefined : this.around(this.chosen);
    this.redraw();
  }

  private redraw(): void {
    this.isDense = this.picture.size > ARROWS_UP_TO;
    nameLines(this.picture, (edge) => this.isShown(edge));
    this.layOut();
    this.renderer.refresh();
  }

  /** What was shown for another question goes. */
  choose(id: string): void {
    this.chosen = id;
    this.light = this.around(id);
    this.shine();
  }

  /** @param hidden ids of entities that are not shown */
  filter(filters: Filters, hidden: ReadonlySet<string>): void {
    this.filters = filters;
    this.hidden = new Set([...filters.hiddenTypes, ...hidden]);
    nameLines(this.picture, (edge) => this.isShown(edge));
    this.hovered = undefined;
    this.light = this.chosen === undefined ? undefined : this.around(this.chosen);
    this.renderer.refresh();
  }

  /** The whole picture alike. */
  private release(): void {
    this.light = this.chosen = undefined;
    this.shine();
  }

  showPath(ids: readonly string[]): void {
    const edges = this.picture.filterEdges((_edge, _data, source, target) => ids.some((id, at) => (id === source && ids[at + 1] === target) || (id === target && ids[at + 1] === source)));
    this.light = { nodes: new Map(ids.map((id) => [id, 0])), edges, main: ids };
    this.shine();
  }

  /** Activation spreads over what is shown: one step of the paths after the other, strongest brightest. */
  async glow(levels: ReadonlyMap<string, number>, steps: readonly (readonly string[])[]): Promise<void> {
    const strongest = Math.max(...levels.values(), Number.MIN_VALUE);
    const nodes = new Map<string, number>();
    for (const ids of steps) {
      for (const id of ids) if (this.picture.hasNode(id)) nodes.set(id, (levels.get(id) ?? strongest) / strongest);
      const edges = [...nodes.keys()].flatMap((id) => this.picture.filterOutEdges(id, (_edge, data, _source, target) => nodes.has(target) && this.isShown(data)));
      this.light = { nodes: new Map(nodes), edges, main: steps[0]!.filter((id) => nodes.has(id)) };
      this.shine();
      const own = this.light;
      if (!isMotionUnwanted()) await new Promise((resolve) => setTimeout(resolve, GLOW_MS));
      // Something else was asked meanwhile.
      if (this.light !== own) return;
    }
  }

  /** Where a node is drawn, in pixels of the container; for those who point at it without eyes. */
  placeOf(id: string): { readonly x: number; readonly y: number } | undefined {
    return this.picture.hasNode(id) ? this.renderer.graphToViewport(this.picture.getNodeAttributes(id)) : undefined;
  }

  /** Moves to an entity and what is around it, once the layout stands; a picture that is in sight as a whole stays as it is. */
  look(id: string): void {
    this.lookedFor = id;
    if (this.layout === undefined) this.lookNow();
  }

  private lookNow(): void {
    const id = this.lookedFor;
    this.lookedFor = undefined;
    if (id === undefined || !this.picture.hasNode(id) || this.picture.order <= MOST_IN_SIGHT) return;
    const places = [id, ...this.picture.neighbors(id)].map((each) => this.renderer.getNodeDisplayData(each)!);
    const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const state = { x: (left + right) / 2, y: (low + high) / 2, ratio: Math.min(1, Math.max(NEAREST, 1.3 * Math.max(right - left, high - low))) };
    void this.renderer.getCamera().animate(state, { duration: isMotionUnwanted() ? 0 : CAMERA_MS });
  }

  /** The renderer would find what is pointed at by reading back what it has drawn, for which the page waits: longer than for all else where software draws. */
  private listen(onChoose: StageEvents['onChoose'], onOpen: StageEvents['onOpen']): void {
    const [mouse, touch] = [this.renderer.getMouseCaptor(), this.renderer.getTouchCaptor()];
    for (const event of ['mousemove', 'mousedown', 'mouseup', 'click', 'rightClick', 'doubleClick', 'wheel', 'mouseleave'] as const) mouse.removeAllListeners(event);
    for (const event of ['touchdown', 'touchup', 'touchmove', 'tap', 'doubletap'] as const) touch.removeAllListeners(event);
    const click = (id: string | undefined): void => (id === undefined ? this.release() : onChoose(id));
    const doubleClick = (id: string | undefined, event: MouseCoords | TouchCoords): void => {
      if (id === undefined) return;
      event.preventSigmaDefault();
      onOpen(id);
    };
    const touched = ({ touches, previousTouches }: TouchCoords): string | undefined => this.nodeAt((touches[0] ?? previousTouches[0])!, TOUCH_SLACK);
    mouse.on('click', (event) => click(this.nodeAt(event, MOUSE_SLACK)));
    mouse.on('doubleClick', (event) => doubleClick(this.nodeAt(event, MOUSE_SLACK), event));
    mouse.on('mousemove', (event) => this.hover((event.original as MouseEvent).buttons === 0 ? this.nodeAt(event, MOUSE_SLACK) : undefined));
    mouse.on('mouseleave', () => this.hover(undefined));
    touch.on('tap', (event) => click(touched(event)));
    touch.on('doubletap', (event) => doubleClick(touched(event), event));
  }

  /** The one nearest to a place on the screen. @param slack pixels around its disc */
  private nodeAt(at: { readonly x: number; readonly y: number }, slack: number): string | undefined {
    const { x, y } = this.renderer.viewportToGraph(at);
    const besides = this.renderer.viewportToGraph({ x: at.x + 1, y: at.y });
    const pixel = Math.hypot(besides.x - x, besides.y - y);
    const scale = this.renderer.scaleSize(1);
    let [found, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    this.picture.forEachNode((id, node) => {
      const distance = Math.hypot(node.x - x, node.y - y) / pixel - node.size * scale;
      if (distance > slack || distance >= least || this.isHidden(id, node)) return;
      [found, least] = [id, distance];
    });
    return found;
  }

  private layOut(): void {
    const { clientWidth, clientHeight } = this.container;
    // On a phone the panel may have taken all of its room.
    this.layout = layoutOf(this.picture, clientWidth > 0 && clientHeight > 0 ? clientWidth / clientHeight : 1);
    cancelAnimationFrame(this.frame);
    this.rounds(FIRST_SLICE);
    this.drawnAt = performance.now();
    this.drawingTook = 0;
    this.fit();
    this.goOn();
  }

  private goOn(): void {
    if (this.layout !== undefined) this.frame = requestAnimationFrame(() => this.step());
  }

  private step(): void {
    const now = performance.now();
    // Until the next frame comes: drawing goes on after the script has done its part.
    if (this.drawingTook === 0) this.drawingTook = now - this.drawnAt;
    if (now - this.movedAt > QUIET_AFTER_MOVE) {
      this.rounds(SLICE);
      const isDue = !isMotionUnwanted() && now - this.drawnAt > this.drawingTook / DRAWING_SHARE;
      if (this.layout === undefined || isDue) this.move();
    }
    this.goOn();
  }

  private rounds(milliseconds: number): void {
    const until = performance.now() + milliseconds;
    while (this.layout !== undefined && performance.now() < until) {
      this.layout.layout.round();
      if (this.layout.layout.isSettled) {
        this.layout.take();
        this.layout = undefined;
      }
    }
    this.layout?.take();
  }

  /** Only places have changed. */
  private move(): void {
    this.drawnAt = performance.now();
    this.drawingTook = 0;
    this.fit();
    this.renderer.refresh({ partialGraph: {} });
    if (this.layout === undefined) this.lookNow();
  }

  private fit(): void {
    let [left, right, low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    this.picture.forEachNode((_, { x, y }) => {
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [low, high] = [Math.min(low, y), Math.max(high, y)];
    });
    const widened = (from: number, to: number): [number, number] => {
      const missing = Math.max(0, LEAST_SPAN - (to - from)) / 2;
      return [from - missing, to + missing];
    };
    if (this.picture.order > 0) this.renderer.setCustomBBox({ x: widened(left, right), y: widened(low, high) });
  }

  private hover(id: string | undefined): void {
    if (id === this.hovered?.main[0]) return;
    this.container.style.cursor = id === undefined ? '' : 'pointer';
    this.hovered = id === undefined ? undefined : this.around(id);
    this.shine();
  }

  private around(id: string): Light | undefined {
    if (!this.picture.hasNode(id)) return undefined;
    const edges = this.picture.filterEdges(id, (_edge, data, source, target, from, to) => source !== target && this.isShown(data) && !this.isHidden(source, from) && !this.isHidden(target, to));
    return { nodes: new Map([id, ...edges.map((edge) => this.picture.opposite(id, edge))].map((each) => [each, 0])), edges, main: [id] };
  }

  private shine(): void {
    const light = this.hovered ?? this.light;
    this.canvas.hidden = light === undefined;
    if (light === undefined) return;
    const { width, height } = this.renderer.getDimensions();
    const scale = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    const context = this.canvas.getContext('2d')!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawSpotlight(context, this.renderer, light, this.colours, this.labelStyle);
  }

  private drawLabels(): void {
    const [room, style] = [new LabelRoom(), this.labelStyle];
    for (const [context, disc] of this.labels.sort(([, a], [, b]) => b.size - a.size)) drawLabel(context, disc, style, room);
    this.labels = [];
  }

  /** Whether lines are long enough to be named. */
  private get isNear(): boolean {
    return this.picture.order <= FEW || this.renderer.getCamera().ratio < NEAR;
  }

  /** Discs are smaller on a small screen, by the square root. */
  private get smallness(): number {
    const { width, height } = this.renderer.getDimensions();
    return Math.max(1, Math.sqrt(USUAL_SIDE / Math.max(1, Math.min(width, height))));
  }

  private get labelStyle(): LabelStyle {
    return { font: `${LABEL_HEIGHT}px ${FONT}`, height: LABEL_HEIGHT, text: this.colours.text, ground: this.colours.ground, width: this.renderer.getDimensions().width };
  }

  /** In the colours of the page, which follow the light or dark scheme. */
  private paint(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    this.colours = { text: colour('text'), line: colour('line'), accent: colour('accent'), raised: colour('raised'), ground: colour('ground') };
    this.lineColours.clear();
    this.renderer.setSetting('edgeLabelColor', { color: colour('quiet') });
    this.renderer.refresh();
  }

  private isHidden(id: string, { entityType }: Pick<NodeShown, 'entityType'>): boolean {
    return this.hidden.has(entityType) || this.hidden.has(id);
  }

  private isShown({ predicate, probability, isInferred }: EdgeShown): boolean {
    return (this.filters.inferred || !isInferred) && probability >= this.filters.least && (this.filters.predicate === undefined || this.filters.predicate === predicate);
  }

  /** That of its subject, quietly. */
  private lineColour(type: string): string {
    const key = `${type} ${this.isDense}`;
    const known = this.lineColours.get(key);
    if (known !== undefined) return known;
    const mixed = mix(mix(colourOf(type), this.colours.line, TINT), this.colours.ground, this.isDense ? 0.6 : 1);
    this.lineColours.set(key, mixed);
    return mixed;
  }
}

/** Without a second drawing from which to read what is pointed at. */
class UnpickedCircleProgram extends NodeCircleProgram<NodeShown, EdgeShown> {
  constructor(gl: WebGLRenderingContext, _pickingBuffer: WebGLFramebuffer | null, renderer: Sigma<NodeShown, EdgeShown>) {
    super(gl, null, renderer);
  }
}

const nextFrame = (): Promise<number> => new Promise(requestAnimationFrame);
const isMotionUnwanted = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @param share of the first; both as `#rrggbb` */
function mix(first: string, second: string, share: number): string {
  const channel = (at: number): string => Math.round(share * Number.parseInt(first.slice(at, at + 2), 16) + (1 - share) * Number.parseInt(second.slice(at, at + 2), 16)).toString(16).padStart(2, '0');
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
