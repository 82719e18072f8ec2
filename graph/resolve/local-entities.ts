// What one document says of its things: a chain of mentions becomes a local entity, to be joined with those of other documents.
import { isEntityType } from '../../pipeline/core/model.ts';
import type { EntityType, Extraction } from '../../pipeline/core/model.ts';
import { acronymOf } from '../../pipeline/core/names/acronym.ts';
import { normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { compareSpecificity } from '../../pipeline/core/names/person-name.ts';

/** What one document calls by one name or by several. */
export interface LocalEntity {
  readonly type: EntityType;
  /** The fullest normalised name the document uses. */
  readonly key: string;
  /** Every normalised name that is no acronym of another one, `key` included, with a wording of it. */
  readonly names: ReadonlyMap<string, string>;
  /** Acronyms that the document itself explains, with a wording of each. */
  readonly acronyms: ReadonlyMap<string, string>;
  /** Indexes into the mentions of the extraction, in order of position; references such as "she" included. */
  readonly mentions: readonly number[];
}

/** Shared, for most have none. */
const NONE: ReadonlyMap<string, string> = new Map();

/** One for each chain that has a name; chains of values are none. */
export function localEntities({ mentions, chains }: Extraction): LocalEntity[] {
  return chains.flatMap((chain) => {
    if (!isEntityType(chain.label)) return [];
    const surfaces = new Map<string, string>();
    for (const index of chain.mentions) {
      const { surface, reference } = mentions[index];
      if (reference !== undefined) continue;
      const key = normalizeName(surface, chain.label);
      if (!surfaces.has(key)) surfaces.set(key, surface);
    }
    if (surfaces.size === 0) return [];
    const spelled = [...surfaces].filter(([, surface]) => chain.label === 'PER' || acronymOf(surface) === undefined);
    const names = new Map(spelled.length > 0 ? spelled : surfaces);
    const wordingOf = (acronym: string): string => mentions[chain.mentions.find((index) => acronymOf(mentions[index]!.surface) === acronym) ?? chain.mentions[0]!]!.surface;
    const acronyms = names.size === surfaces.size ? NONE : new Map([...surfaces.keys()].flatMap((key) => (names.has(key) ? [] : [[key, wordingOf(key)]])));
    const key = [...names.keys()].sort(compareSpecificity)[0];
    return [{ type: chain.label, key, names, acronyms, mentions: chain.mentions }];
  });
}
