// What was resolved as an entity: the name it is shown by, its other names, a stable id.
import type { Entity, EntityId, EntityMention, EntityType } from '../../pipeline/core/model.ts';
import { entityIdOf } from '../../pipeline/core/ids.ts';
import { countryOf } from '../../pipeline/core/names/countries.ts';
import { displayName, normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import type { Cluster } from './resolved-clusters.ts';

/** Of whom there are two where two dates are given. */
export const LIFE_DATES: ReadonlySet<string> = new Set(['dateOfBirth', 'dateOfDeath']);

export const idOfCluster = ({ type, anchor }: Pick<Cluster, 'type' | 'anchor'>): EntityId => entityIdOf(type, anchor);

/** Aliases most frequent first, mentions in order of document and place; attributes come with the facts. */
export function resolvedEntity(cluster: Pick<Cluster, 'type' | 'anchor'>, found: readonly EntityMention[]): Omit<Entity, 'attributes'> {
  const { type, anchor } = cluster;
  const mentions = [...found];
  mentions.sort((a, b) => compareText(a.documentId, b.documentId) || a.start - b.start || a.end - b.end);
  const counts = new Map<string, number>();
  for (const { surface } of mentions) counts.set(surface, (counts.get(surface) ?? 0) + 1);
  const name = (type === 'LOC' && countryOf(anchor)) || chooseName(type, counts);
  const aliases = [...counts.keys()].filter((surface) => surface !== name);
  aliases.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number) || compareText(a, b));
  return { id: idOfCluster(cluster), type, name, aliases, mentions };
}

/** The most frequent wording; for persons one with a given name goes before one without. */
function chooseName(type: EntityType, counts: ReadonlyMap<string, number>): string {
  const shown = new Map<string, number>();
  for (const [surface, count] of counts) {
    const name = displayName(surface, type);
    shown.set(name, (shown.get(name) ?? 0) + count);
  }
  const isFull = (name: string): number => (type === 'PER' && parsePersonName(normalizeName(name, type)).given.length > 0 ? 1 : 0);
  const names = [...shown.keys()];
  names.sort(
    (a, b) => isFull(b) - isFull(a) || (shown.get(b) as number) - (shown.get(a) as number) || b.length - a.length || compareText(a, b),
  );
  return names[0];
}
