// What a conversation has in mind: a few active entities, which fade with every turn and with time and are refreshed by what is spoken of. Of what is
// active the strongest stay (as chunks of limited number: Cowan 2001); it decides whom "she" means, and between two of one name. What is active together
// turn after turn is counted (Hebb 1949), for links that can be kept beyond the conversation.
import type { EntityId } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { nodeOf, type Snapshot } from './snapshot.ts';
import { spread, type SpreadOptions } from './spread.ts';

export interface WorkingMemoryOptions {
  /** What of an activation is left after one turn, in (0, 1]. */
  readonly keptPerTurn?: number;
  /** Seconds after which half of it is left. */
  readonly halfLife?: number;
  /** Most entities that are held. */
  readonly capacity?: number;
}

/** As it is written to a file. */
export interface WorkingMemoryState {
  readonly version: 1;
  /** ISO 8601. */
  readonly at: string;
  readonly turn: number;
  /** Strongest first. */
  readonly active: readonly { readonly id: EntityId; readonly level: number }[];
  /** Strongest first; of files of an earlier version left out. */
  readonly together?: readonly CoActive[];
}

/** Two that were active in the same turns. */
export interface CoActive {
  readonly a: EntityId;
  readonly b: EntityId;
  /** Sum over turns of the product of their levels. */
  readonly weight: number;
}

const DEFAULTS = { keptPerTurn: 0.6, halfLife: 1800, capacity: 32 } as const;
/** What is weaker is forgotten. */
const LEAST = 1e-3;
/** What is spoken of is at full level; what it reminds of gets this share of the activation that reaches it. */
const REMINDED = 0.5;
/** What was spoken of in this turn or the one before has so much; what is only reminded of has less, and its links are there already. */
const LEAST_TOGETHER = 0.5;
const MOST_TOGETHER = 256;
/** What is left of a sum that was taken back. */
const ROUNDING = 1e-9;

export class WorkingMemory {
  private readonly options: Required<WorkingMemoryOptions>;
  private levels: Map<EntityId, number>;
  private turn: number;
  private at: number;
  /** Of turns that are over, by the two ids in order. */
  private readonly together: Map<string, CoActive>;

  constructor(options: WorkingMemoryOptions = {}, state?: WorkingMemoryState) {
    this.options = { ...DEFAULTS, ...options };
    this.levels = new Map(state?.active.map(({ id, level }) => [id, level]));
    this.turn = state?.turn ?? 0;
    this.at = state === undefined ? Number.NaN : Date.parse(state.at);
    this.together = new Map();
    for (const pair of state?.together ?? []) this.together.set(`${pair.a} ${pair.b}`, pair);
    // The state counts its last turn, which advancing will count.
    for (const pair of this.coActiveNow()) this.count(pair, -1);
  }

  /** A turn begins: what was active fades. @param now milliseconds since 1970 */
  advance(now: number): void {
    for (const pair of this.coActiveNow()) this.count(pair, 1);
    const seconds = Number.isNaN(this.at) ? 0 : Math.max(0, now - this.at) / 1000;
    const kept = this.options.keptPerTurn * 0.5 ** (seconds / this.options.halfLife);
    this.levels = new Map([...this.levels].map(([id, level]) => [id, level * kept] as const).filter(([, level]) => level >= LEAST));
    this.turn++;
    this.at = now;
  }

  /** Entities that are spoken of become fully active, and what they lead to a little. */
  refresh(snapshot: Snapshot, spokenOf: readonly EntityId[], options: SpreadOptions = {}): void {
    const seeds = new Map(spokenOf.map((id) => [nodeOf(snapshot, id), 1] as const).filter(([node]) => node >= 0));
    const { nodes, levels } = spread(snapshot, seeds, options);
    nodes.forEach((node, place) => this.raise(snapshot.ids.at(node)!, seeds.has(node) ? 1 : Math.min(1, REMINDED * levels[place]!)));
    const strongest = this.active().slice(0, this.options.capacity);
    this.levels = new Map(strongest.map(({ id, level }) => [id, level]));
  }

  levelOf(id: EntityId): number {
    return this.levels.get(id) ?? 0;
  }

  /** Strongest first. */
  active(): { readonly id: EntityId; readonly level: number }[] {
    return [...this.levels].map(([id, level]) => ({ id, level })).sort((a, b) => b.level - a.level || compareText(a.id, b.id));
  }

  /** To start the next spreading from, by node. */
  seeds(snapshot: Snapshot): Map<number, number> {
    return new Map(this.active().map(({ id, level }) => [nodeOf(snapshot, id), level] as const).filter(([node]) => node >= 0));
  }

  state(): WorkingMemoryState {
    return { version: 1, at: new Date(Number.isNaN(this.at) ? 0 : this.at).toISOString(), turn: this.turn, active: this.active(), together: this.coActive() };
  }

  /** Strongest first, this turn included. */
  coActive(): CoActive[] {
    const all = new Map(this.together);
    for (const pair of this.coActiveNow()) all.set(`${pair.a} ${pair.b}`, { ...pair, weight: pair.weight + (all.get(`${pair.a} ${pair.b}`)?.weight ?? 0) });
    return [...all.values()].sort((x, y) => y.weight - x.weight || compareText(x.a, y.a) || compareText(x.b, y.b)).slice(0, MOST_TOGETHER);
  }

  private coActiveNow(): CoActive[] {
    const active = this.active().filter(({ level }) => level >= LEAST_TOGETHER);
    return active.flatMap((x, at) => active.slice(at + 1).map((y) => ({ a: x.id < y.id ? x.id : y.id, b: x.id < y.id ? y.id : x.id, weight: x.level * y.level })));
  }

  private count({ a, b, weight }: CoActive, times: 1 | -1): void {
    const key = `${a} ${b}`;
    const sum = (this.together.get(key)?.weight ?? 0) + times * weight;
    if (sum > ROUNDING) this.together.set(key, { a, b, weight: sum });
    else this.together.delete(key);
  }

  private raise(id: EntityId, level: number): void {
    if (level >= LEAST) this.levels.set(id, Math.max(this.levelOf(id), level));
  }
}
