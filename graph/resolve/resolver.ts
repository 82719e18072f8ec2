// The entities of a set of extractions: what was resolved, with the name each is shown by and a stable id.
import type { EntityId, EntityType, Extraction } from '../../pipeline/core/model.ts';
import { entityIdOf } from '../../pipeline/core/ids.ts';
import { countryOf } from '../../pipeline/core/names/countries.ts';
import { displayName, normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import { EntityResolver, type Cluster, type ResolverOptions } from './entity-resolver.ts';

export interface ResolvedEntity {
  readonly id: EntityId;
  readonly type: EntityType;
  readonly name: string;
  /** Other surface forms, most frequent first. */
  readonly aliases: readonly string[];
  /** (index of the extraction, index of the mention), in order. */
  readonly mentions: readonly (readonly [extraction: number, mention: number])[];
}

/** Of whom there are two where two dates are given. */
export const LIFE_DATES: ReadonlySet<string> = new Set(['dateOfBirth', 'dateOfDeath']);

/** @param extractions sorted by document id, each document once */
export function resolveEntities(extractions: readonly Extraction[], options: ResolverOptions = { functional: LIFE_DATES }): ResolvedEntity[] {
  const resolver = new EntityResolver(options);
  for (const extraction of extractions) resolver.add(extraction);
  const placeOf = new Map(extractions.map((extraction, at) => [extraction, at]));
  return resolver
    .clusters()
    .map((cluster) => resolvedEntity(cluster, extractions, placeOf))
    .sort((a, b) => compareText(a.id, b.id));
}

function resolvedEntity({ type, anchor, appearances }: Cluster, extractions: readonly Extraction[], placeOf: ReadonlyMap<Extraction, number>): ResolvedEntity {
  const mentions = appearances
    .flatMap(({ extraction, entity }) => entity.mentions.map((mention) => [placeOf.get(extraction)!, mention] as const))
    .sort(([a, x], [b, y]) => a - b || compareSpans(extractions[a], x, y));
  const counts = new Map<string, number>();
  for (const [extraction, mention] of mentions) {
    const { surface, reference } = extractions[extraction].mentions[mention];
    if (reference === undefined) counts.set(surface, (counts.get(surface) ?? 0) + 1);
  }
  const name = (type === 'LOC' && countryOf(anchor)) || chooseName(type, counts);
  const aliases = [...counts.keys()].filter((surface) => surface !== name);
  aliases.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number) || compareText(a, b));
  return { id: entityIdOf(type, anchor), type, name, aliases, mentions };
}

function compareSpans({ mentions }: Extraction, a: number, b: number): number {
  return mentions[a].start - mentions[b].start || mentions[a].end - mentions[b].end || a - b;
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
