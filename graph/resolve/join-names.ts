// Which things of different names are one: from the surest pair down, a short name that may mean several of them going to none that is not
// surer than all others together.
import type { Reference } from '../../pipeline/core/model.ts';
import { compareSpecificity } from '../../pipeline/core/names/person-name.ts';
import { clusterPairs } from './cluster.ts';
import { namesContradict } from './compare-names.ts';
import type { DecidedPairs, Decisions } from './decisions.ts';
import { ownName, type Meaning, type NamedCluster } from './name-groups.ts';

/** Two things that nobody compared, and two of one name or of names that contradict, in log odds. */
export const NOT_COMPARED = -0.3;
export const CONTRADICTING = -6;

/**
 * @param nodes all meanings of the names of a component
 * @param compared log odds of two of them, undefined where their names are not alike
 * @param decided what people said, by places in `nodes`
 */
export function joinMeanings(nodes: readonly Meaning[], compared: (a: Meaning, b: Meaning) => number | undefined, decided: DecidedPairs<number>): NamedCluster[] {
  const odds = nodes.map(() => new Map<number, number>());
  for (let i = 0; i < nodes.length; i++) {
    for (let j = i + 1; j < nodes.length; j++) {
      const [a, b] = [nodes[i]!, nodes[j]!];
      // Things of one name were found to be different ones.
      const contradict = a.group === b.group || namesContradict(ownName(a.group), ownName(b.group));
      const value = (a.group === b.group ? undefined : compared(a, b)) ?? (contradict ? CONTRADICTING : NOT_COMPARED);
      odds[i]!.set(j, value);
      odds[j]!.set(i, value);
    }
  }
  const [first, second, values]: number[][] = [[], [], []];
  for (const [i, row] of odds.entries()) {
    for (const [j, value] of row) {
      if (j < i) continue;
      const short = compareSpecificity(nodes[i]!.group.key, nodes[j]!.group.key) > 0 ? i : j;
      first!.push(i);
      second!.push(j);
      values!.push(value <= 0 ? value : value - Math.log1p(rivalsOf(short, short === i ? j : i, odds)));
    }
  }
  const clusters = clusterPairs(nodes.length, { a: Uint32Array.from(first!), b: Uint32Array.from(second!), logOdds: Float32Array.from(values!) }, decided);
  const members = new Map<number, Meaning[]>();
  clusters.forEach((cluster, index) => members.set(cluster, [...(members.get(cluster) ?? []), nodes[index]!]));
  return [...members.values()].map((senses) => ({ type: senses[0]!.group.type, senses }));
}

/** The odds of all that a short name may mean beside `chosen`, but for those that are likely the same as that. */
function rivalsOf(short: number, chosen: number, odds: readonly ReadonlyMap<number, number>[]): number {
  let sum = 0;
  for (const [other, value] of odds[short]!) if (other !== chosen && (odds[chosen]!.get(other) ?? 0) <= 0) sum += Math.exp(value);
  return sum;
}

/** What people said of these things, by their places. */
export function decidedMeanings(nodes: readonly Meaning[], decisions: Decisions): DecidedPairs<number> {
  const decided: DecidedPairs<number> = { same: [], different: [] };
  const placeOf = (reference: Reference): number => {
    const inGroup = nodes.flatMap(({ group }, index) => (group.id === decisions.groupId(reference) ? [index] : []));
    return inGroup.find((index) => nodes[index]!.sense.appearances.some(({ documentId }) => documentId === reference.documentId)) ?? inGroup[0] ?? -1;
  };
  for (const { a, b, same } of new Set(nodes.flatMap(({ group }) => decisions.of(group.id)))) {
    const [x, y] = [placeOf(a), placeOf(b)];
    if (x >= 0 && y >= 0 && x !== y) decided[same ? 'same' : 'different'].push([x, y]);
  }
  return decided;
}
