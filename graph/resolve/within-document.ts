// Which mentions of one document name the same thing. Only evidence of the document itself is used; the result is a list
// of local entities, each mention in exactly one, to be joined with those of other documents.
import { ENTITY_TYPES, isEntityType } from '../../pipeline/core/model.ts';
import type { EntityType, Extraction, Mention } from '../../pipeline/core/model.ts';
import { acronymOf, initialsOf } from './acronym.ts';
import { nameKey, normalizeName } from './normalize-name.ts';
import { compareSpecificity, parsePersonName, personsAgree, type PersonName } from './person-name.ts';
import { isRenaming } from './renaming.ts';

/** What one document calls by one name or by forms of it. */
export interface LocalEntity {
  readonly type: EntityType;
  /** The fullest normalised name the document uses. */
  key: string;
  /** Surface of that name. */
  surface: string;
  /** Indexes into the mentions of the extraction, in order of position. */
  readonly mentions: number[];
  /** Acronyms that the document itself explains. */
  readonly acronyms: Set<string>;
}

export interface LocalResolution {
  readonly entities: readonly LocalEntity[];
  /** Pairs of `entities` that are one organisation under two names. */
  readonly renamings: readonly (readonly [LocalEntity, LocalEntity])[];
}

interface Named {
  readonly index: number;
  readonly mention: Mention;
  readonly type: EntityType;
  readonly key: string;
}

export function resolveWithin(extraction: Extraction): LocalResolution {
  const named = nameMentions(extraction);
  const byName = new Map<string, LocalEntity>();
  for (const { index, mention, type, key } of named) {
    const name = `${type} ${key}`;
    const known = byName.get(name);
    if (known !== undefined) known.mentions.push(index);
    else byName.set(name, { type, key, surface: mention.surface, mentions: [index], acronyms: new Set() });
  }
  const groups = [...byName.values()];
  const moved = new Map<number, LocalEntity>();
  joinPersons(groups.filter((group) => group.type === 'PER'), extraction.mentions, moved);
  for (const type of new Set(groups.map((group) => group.type))) {
    if (type !== 'PER') joinAcronyms(groups.filter((group) => group.type === type), extraction, moved);
  }
  const entityOf = new Map<number, LocalEntity>();
  const members = new Map<LocalEntity, number[]>();
  for (const group of groups) {
    for (const index of group.mentions) {
      const entity = moved.get(index) ?? group;
      entityOf.set(index, entity);
      const list = members.get(entity);
      if (list === undefined) members.set(entity, [index]);
      else list.push(index);
    }
  }
  for (const group of groups) {
    const list = members.get(group) ?? [];
    group.mentions.splice(0, group.mentions.length, ...list.sort((a, b) => compareMentions(extraction.mentions[a], extraction.mentions[b])));
  }
  const entities = groups.filter((group) => group.mentions.length > 0);
  return { entities, renamings: findRenamings(named, entityOf, extraction.text) };
}

/** Shipped types in their order, then all others. */
function rankOf(type: EntityType): number {
  const rank = (ENTITY_TYPES as readonly string[]).indexOf(type);
  return rank < 0 ? ENTITY_TYPES.length : rank;
}

/** One label for each name: the one most of its mentions have. In order of position. */
function nameMentions({ mentions }: Extraction): Named[] {
  const votes = new Map<string, Map<EntityType, { count: number; score: number }>>();
  for (const { label, surface, score } of mentions) {
    if (!isEntityType(label)) continue;
    const key = nameKey(surface);
    const labels = votes.get(key) ?? new Map<EntityType, { count: number; score: number }>();
    const vote = labels.get(label) ?? { count: 0, score: 0 };
    labels.set(label, { count: vote.count + 1, score: Math.max(vote.score, score) });
    votes.set(key, labels);
  }
  const winner = (key: string): EntityType => {
    const labels = [...(votes.get(key) as Map<EntityType, { count: number; score: number }>)];
    labels.sort(([a, x], [b, y]) => y.count - x.count || y.score - x.score || rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
    return labels[0][0];
  };
  const named: Named[] = [];
  mentions.forEach((mention, index) => {
    if (!isEntityType(mention.label)) return;
    const type = winner(nameKey(mention.surface));
    named.push({ index, mention, type, key: normalizeName(mention.surface, type) });
  });
  return named.sort((a, b) => compareMentions(a.mention, b.mention));
}

/** A shorter form joins the one fuller name it agrees with; of several, the one named last before it. */
function joinPersons(groups: readonly LocalEntity[], mentions: readonly Mention[], moved: Map<number, LocalEntity>): void {
  const nameOf = new Map<LocalEntity, PersonName>(groups.map((group) => [group, parsePersonName(group.key)]));
  const heads = new Map<string, LocalEntity[]>();
  const headsByGiven = new Map<string, LocalEntity[]>();
  const undecided: { readonly index: number; readonly choices: readonly LocalEntity[] }[] = [];
  for (const group of [...groups].sort((a, b) => compareSpecificity(a.key, b.key))) {
    const name = nameOf.get(group) as PersonName;
    const peers = heads.get(name.surname) ?? [];
    let choices = peers.filter((head) => personsAgree(name, nameOf.get(head) as PersonName, true));
    // A first name alone ("Ada") is taken for a person only when no surname fits.
    if (choices.length === 0 && name.given.length === 0) choices = headsByGiven.get(name.surname) ?? [];
    if (choices.length === 0) {
      heads.set(name.surname, [...peers, group]);
      const [first] = name.given;
      if (first !== undefined && first.length > 1) headsByGiven.set(first, [...(headsByGiven.get(first) ?? []), group]);
    } else if (choices.length === 1) {
      for (const index of group.mentions) moved.set(index, choices[0]);
    } else {
      for (const index of group.mentions) undecided.push({ index, choices });
    }
  }
  if (undecided.length === 0) return;
  const ownerAt = groups
    .flatMap((group) => group.mentions.map((index) => ({ index, owner: moved.get(index) ?? group })))
    .sort((a, b) => compareMentions(mentions[a.index], mentions[b.index]));
  const choicesOf = new Map(undecided.map(({ index, choices }) => [index, choices]));
  const lastSeen = new Map<LocalEntity, number>();
  ownerAt.forEach(({ index, owner }, at) => {
    const choices = choicesOf.get(index);
    let nearest: LocalEntity | undefined;
    for (const choice of choices ?? []) {
      if (!lastSeen.has(choice)) continue;
      if (nearest === undefined || (lastSeen.get(choice) as number) > (lastSeen.get(nearest) as number)) nearest = choice;
    }
    if (nearest !== undefined) moved.set(index, nearest);
    lastSeen.set(nearest ?? owner, at);
  });
}

/** "MIT" joins the name in parentheses beside it, else the only name of the document with those initials. */
function joinAcronyms(groups: readonly LocalEntity[], { mentions, text }: Extraction, moved: Map<number, LocalEntity>): void {
  const acronyms = groups.flatMap((group) => {
    const letters = acronymOf(group.surface);
    return letters === undefined ? [] : [{ group, letters }];
  });
  if (acronyms.length === 0) return;
  const byInitials = new Map<string, LocalEntity[]>();
  for (const group of groups) {
    for (const initials of initialsOf(group.surface, group.type)) {
      byInitials.set(initials, [...(byInitials.get(initials) ?? []), group]);
    }
  }
  for (const { group, letters } of acronyms) {
    const choices = (byInitials.get(letters) ?? []).filter((choice) => choice !== group);
    const beside = choices.filter((choice) => standBeside(group, choice, mentions, text));
    const chosen = choices.length === 1 ? choices[0] : beside.length === 1 ? beside[0] : undefined;
    if (chosen === undefined) continue;
    chosen.acronyms.add(group.key);
    for (const index of group.mentions) moved.set(index, chosen);
  }
}

function standBeside(a: LocalEntity, b: LocalEntity, mentions: readonly Mention[], text: string): boolean {
  const starts = new Set(b.mentions.map((index) => mentions[index].start));
  const ends = new Set(b.mentions.map((index) => mentions[index].end));
  return a.mentions.some((index) => {
    const { start, end } = mentions[index];
    const before = /\s*\(\s*$/.exec(text.slice(Math.max(0, start - 4), start));
    const after = /^\s*\(\s*/.exec(text.slice(end, end + 4));
    return (before !== null && ends.has(start - before[0].length)) || (after !== null && starts.has(end + after[0].length));
  });
}

function findRenamings(named: readonly Named[], entityOf: ReadonlyMap<number, LocalEntity>, text: string): [LocalEntity, LocalEntity][] {
  const pairs: [LocalEntity, LocalEntity][] = [];
  for (let i = 1; i < named.length; i++) {
    const [a, b] = [named[i - 1], named[i]];
    if (a.type !== 'ORG' || b.type !== 'ORG' || a.mention.sentence !== b.mention.sentence) continue;
    if (a.mention.end > b.mention.start || !isRenaming(text.slice(a.mention.end, b.mention.start))) continue;
    const [x, y] = [entityOf.get(a.index) as LocalEntity, entityOf.get(b.index) as LocalEntity];
    if (x !== y) pairs.push([x, y]);
  }
  return pairs;
}

function compareMentions(a: Mention, b: Mention): number {
  return a.start - b.start || a.end - b.end;
}
