// What was resolved, by what it was made of, and what of it came and went since somebody last asked.
import type { EntityType } from '../../pipeline/core/model.ts';
import type { NamedCluster } from './name-groups.ts';
import type { Appearance } from './profile.ts';
import type { RecordEntity } from './records/record-entities.ts';

/** Appearances that are one thing. */
export interface Cluster {
  readonly type: EntityType;
  /** In order of document id. */
  readonly appearances: readonly Appearance[];
  /** Tells it from all others of its type, and stays as long as the name that most documents use for it. */
  readonly anchor: string;
}

/** Clusters that came and went since they were last asked for. */
export interface ClusterChanges {
  readonly gone: ReadonlySet<Cluster>;
  readonly come: ReadonlySet<Cluster>;
}

/** Things of names that were found to be one; a row of a table and what is one with it; a single name, by itself. */
export type Origin = NamedCluster | RecordEntity | string;

export class ResolvedClusters {
  private readonly made = new Map<Origin, readonly Cluster[]>();
  private gone = new Set<Cluster>();
  private come = new Set<Cluster>();

  origins(): Origin[] {
    return [...this.made.keys()];
  }

  all(): Cluster[] {
    return [...this.made.values()].flat();
  }

  /** One that is as it was stays the same object, and is no change. */
  replace(origin: Origin, clusters: readonly Cluster[]): void {
    const before = this.made.get(origin) ?? [];
    const kept = clusters.map((cluster) => before.find((other) => isSame(cluster, other)) ?? cluster);
    for (const cluster of before) if (!kept.includes(cluster) && !this.come.delete(cluster)) this.gone.add(cluster);
    for (const cluster of kept) if (!before.includes(cluster)) this.come.add(cluster);
    if (kept.length === 0) this.made.delete(origin);
    else this.made.set(origin, kept);
  }

  takeChanges(): ClusterChanges {
    const { gone, come } = this;
    [this.gone, this.come] = [new Set(), new Set()];
    return { gone, come };
  }
}

const isSame = (a: Cluster, b: Cluster): boolean => a.type === b.type && a.anchor === b.anchor && a.appearances.length === b.appearances.length && a.appearances.every((appearance, at) => appearance === b.appearances[at]);
