// What a conversation has in mind: a few active entities, which fade with every turn and with time and are refreshed by what is spoken of. Of what is
// active the strongest stay (as chunks of limited number: Cowan 2001); it decides whom "she" means, and between two of one name.
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
}

const DEFAULTS = { keptPerTurn: 0.6, halfLife: 1800, capacity: 32 } as const;
/** What is weaker is forgotten. */
const LEAST = 1e-3;
/** What is spoken of is at full level; what it reminds of gets this share of the activation that reaches it. */
const REMINDED = 0.5;

export class WorkingMemory {
  private readonly options: Required<WorkingMemoryOptions>;
  private levels: Map<EntityId, number>;
  private turn: number;
  private at: number;

  constructor(options: WorkingMemoryOptions = {}, state?: WorkingMemoryState) {
    this.options = { ...DEFAULTS, ...options };
    this.levels = new Map(state?.active.map(({ id, level }) => [id, level]));
    this.turn = state?.turn ?? 0;
    this.at = state === undefined ? Number.NaN : Date.parse(state.at);
  }

  /** A turn begins: what was active fades. @param now milliseconds since 1970 */
  advance(now: number): void {
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
    nodes.forEach((node, place) => this.raise(snapshot.ids[node]!, seeds.has(node) ? 1 : Math.min(1, REMINDED * levels[place]!)));
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
    return { version: 1, at: new Date(Number.isNaN(this.at) ? 0 : this.at).toISOString(), turn: this.turn, active: this.active() };
  }

  private raise(id: EntityId, level: number): void {
    if (level >= LEAST) this.levels.set(id, Math.max(this.levelOf(id), level));
  }
}
