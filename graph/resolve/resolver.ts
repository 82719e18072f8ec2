// Which mentions of a corpus name the same thing in the world: the chains of each document, joined across documents.
// The answer depends on the set of extractions, not on their order.
import type { EntityId, EntityType, Extraction } from '../../pipeline/core/model.ts';
import { entityIdOf } from '../../pipeline/core/ids.ts';
import { countryOf } from '../../pipeline/core/names/countries.ts';
import { displayName, normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import { resolveAcross, type Cluster, type LifeDates, type Occurrence } from './across-documents.ts';
import { attributeValueOf } from './attribute-value.ts';
import { localEntities, type LocalEntity } from './local-entities.ts';

export interface ResolvedEntity {
  readonly id: EntityId;
  readonly type: EntityType;
  readonly name: string;
  /** Other surface forms, most frequent first. */
  readonly aliases: readonly string[];
  /** (index of the extraction, index of the mention), in order. */
  readonly mentions: readonly (readonly [extraction: number, mention: number])[];
}

/** A date of birth or death counts against a merge only when the extractor held it more likely than not. */
const MIN_DATE_SCORE = 0.5;

/** @param extractions sorted by document id, each document once */
export function resolveEntities(extractions: readonly Extraction[]): ResolvedEntity[] {
  const occurrences: Occurrence[] = [];
  const extractionOf = new Map<LocalEntity, number>();
  extractions.forEach((extraction, at) => {
    const entities = localEntities(extraction);
    const datesOf = lifeDates(extraction, entities);
    for (const entity of entities) {
      extractionOf.set(entity, at);
      const company = (): ReadonlySet<string> =>
        new Set(entities.flatMap((other) => (other === entity ? [] : `${other.type} ${other.key}`)));
      occurrences.push({ documentId: extraction.id, entity, dates: datesOf.get(entity) ?? {}, company });
    }
  });
  return resolveAcross(occurrences)
    .map((cluster) => resolvedEntity(cluster, extractions, extractionOf))
    .sort((a, b) => compareText(a.id, b.id));
}

function lifeDates(extraction: Extraction, entities: readonly LocalEntity[]): Map<LocalEntity, LifeDates> {
  const ofMention = new Map<number, LocalEntity>();
  for (const entity of entities) {
    if (entity.type === 'PER') for (const index of entity.mentions) ofMention.set(index, entity);
  }
  const best = new Map<LocalEntity, { birth?: string; death?: string }>();
  // Strongest first; of equal scores the later in the alphabet, so that the order of relations plays no part.
  const claims = extraction.relations.flatMap(({ head, tail, label, score }) => {
    const entity = ofMention.get(head);
    const field = label === 'dateOfBirth' ? 'birth' : label === 'dateOfDeath' ? 'death' : undefined;
    if (entity === undefined || field === undefined || score < MIN_DATE_SCORE) return [];
    const { value, kind } = attributeValueOf(extraction.mentions[tail]);
    return kind === 'date' ? [{ entity, field, value, score } as const] : [];
  });
  claims.sort((a, b) => b.score - a.score || compareText(b.value, a.value));
  for (const { entity, field, value } of claims) {
    const dates = best.get(entity) ?? {};
    dates[field] ??= value;
    best.set(entity, dates);
  }
  return best;
}

function resolvedEntity({ type, key, occurrences }: Cluster, extractions: readonly Extraction[], extractionOf: ReadonlyMap<LocalEntity, number>): ResolvedEntity {
  const mentions = occurrences
    .flatMap(({ entity }) => entity.mentions.map((mention) => [extractionOf.get(entity) as number, mention] as const))
    .sort(([a, x], [b, y]) => a - b || compareSpans(extractions[a], x, y));
  const counts = new Map<string, number>();
  for (const [extraction, mention] of mentions) {
    const { surface, reference } = extractions[extraction].mentions[mention];
    if (reference === undefined) counts.set(surface, (counts.get(surface) ?? 0) + 1);
  }
  const name = (type === 'LOC' && countryOf(key)) || chooseName(type, counts);
  const aliases = [...counts.keys()].filter((surface) => surface !== name);
  aliases.sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number) || compareText(a, b));
  return { id: entityIdOf(type, key), type, name, aliases, mentions };
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
