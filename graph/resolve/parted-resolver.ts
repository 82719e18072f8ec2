// The same as `EntityResolver` gives for a set of documents that does not change, in bounded memory: what documents tell of their things goes into a file where it does not
// fit, and names that have nothing to do with each other are resolved one part after the other.
import type { Extraction } from '../../pipeline/core/model.ts';
import type { MemoryBudget } from '../compact/buckets.ts';
import { Records } from '../compact/records.ts';
import { Decisions } from './decisions.ts';
import { EntityResolver, type ResolverOptions } from './entity-resolver.ts';
import { sortedByDocument } from './name-groups.ts';
import { NamePartition } from './name-partition.ts';
import { packAppearance, unpackAppearance, type PackedAppearance, type PackedProfile } from './pack-appearance.ts';
import { appearancesOf, type Appearance } from './profile.ts';
import { resolveRecords } from './records/record-entities.ts';
import type { Cluster } from './resolved-clusters.ts';
import { NameWeigher } from './name-weigher.ts';

/** Things that are read back at once, on the way to their parts. */
const CHUNK = 1 << 16;
/** What a thing of a document takes while its part is resolved, about: what a document takes as objects (`npm run bench:large`), over its twelve things. */
const BYTES_OF_APPEARANCE = 4096;
/** Of the memory there is. */
const SHARE_OF_PART = 0.25;
const MOST_OF_PART = 1 << 18;

export class PartedResolver {
  private readonly options: ResolverOptions;
  private readonly budget: MemoryBudget;
  private readonly partition: NamePartition;
  /** In the order they came, each with the number of its name. */
  private readonly things: Records<readonly [name: number, PackedAppearance]>;
  /** Rows of tables are linked in memory. */
  private readonly rows: Appearance[] = [];
  private count = 0;

  constructor(options: ResolverOptions, budget: MemoryBudget) {
    this.options = options;
    this.budget = budget;
    this.partition = new NamePartition(options.decisions ?? [], budget);
    this.things = new Records(budget);
  }

  /** Each document once. */
  add(extraction: Extraction): void {
    for (const appearance of appearancesOf(extraction, this.options.functional, this.options.reader)) {
      if (appearance.row !== undefined) this.rows.push(appearance);
      else this.things.add(Math.floor(this.count++ / CHUNK), [this.partition.add(appearance), packAppearance(appearance)]);
    }
  }

  /**
   * In no order.
   * @param most things of a part; left out, as many as a quarter of the memory holds
   */
  *clusters(most = Math.min(MOST_OF_PART, Math.max(1, Math.floor((SHARE_OF_PART * this.budget.bytes) / BYTES_OF_APPEARANCE)))): Generator<Cluster> {
    const decisions = new Decisions(this.options.decisions ?? []);
    const looks = new Records<PackedProfile>(this.budget);
    const parts = this.partition.divide(most, (isLarge) => {
      const weigher = new NameWeigher(decisions, this.options.reader, looks);
      for (const [name, things] of this.byName(isLarge, most)) if (!this.partition.isSingle(name)) weigher.add(name, things);
      return (...pair) => weigher.mayBeOne(...pair);
    });
    looks.close();
    const ofPart = new Records<PackedAppearance>(this.budget);
    for (let chunk = 0; chunk < this.things.length; chunk++) for (const [name, thing] of this.things.take(chunk)) ofPart.add(parts.partOf(name), thing);
    this.things.close();
    const records = this.rows.length === 0 ? undefined : resolveRecords(this.rows, this.options.functional, (rows) => decisions.among(rows.map(({ documentId }) => documentId)));
    /** What rows of tables are about, with what the parts know of it. */
    const ofRows = new Map<string, Cluster>();
    for (let part = 0; part < parts.count; part++) {
      const resolver = new EntityResolver({ ...this.options, isLongBlock: parts.isLong, records });
      for (const thing of ofPart.take(part)) resolver.put(unpackAppearance(thing));
      for (const cluster of resolver.clusters()) {
        if (!cluster.appearances.some(({ row }) => row !== undefined)) yield cluster;
        else {
          const name = `${cluster.type} ${cluster.anchor}`;
          ofRows.set(name, { ...cluster, appearances: sortedByDocument([...new Set([...(ofRows.get(name)?.appearances ?? []), ...cluster.appearances])]) });
        }
      }
    }
    ofPart.close();
    yield* ofRows.values();
  }

  /** Names with all that goes by them, about so many things held at once. */
  private *byName(isAsked: (name: number) => boolean, most: number): Generator<readonly [number, Appearance[]]> {
    const slices = new Records<readonly [name: number, PackedAppearance]>(this.budget);
    const sliceOf = new Map<number, number>();
    let [last, held] = [0, 0];
    for (let chunk = 0; chunk < this.things.length; chunk++) {
      for (const thing of this.things.read(chunk)) {
        const [name] = thing;
        if (!isAsked(name)) continue;
        let slice = sliceOf.get(name);
        if (slice === undefined) {
          held += this.partition.sizeOf(name);
          if (held > most) [last, held] = [last + 1, this.partition.sizeOf(name)];
          sliceOf.set(name, (slice = last));
        }
        slices.add(slice, thing);
      }
    }
    for (let slice = 0; slice < slices.length; slice++) {
      const things = new Map<number, Appearance[]>();
      for (const [name, thing] of slices.take(slice)) {
        const own = things.get(name);
        if (own === undefined) things.set(name, [unpackAppearance(thing)]);
        else own.push(unpackAppearance(thing));
      }
      yield* things;
    }
    slices.close();
  }
}
