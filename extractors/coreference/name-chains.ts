// Which names of one document are names of one thing: equal names, shorter forms of a person's name, acronyms, other names in
// brackets or after "known as". Only evidence of the document itself is used.
import { ENTITY_TYPES, isEntityType } from '../../pipeline/core/model.ts';
import type { Chain, Mention } from '../../pipeline/core/model.ts';
import { acronymOf, initialsOf } from '../../pipeline/core/names/acronym.ts';
import { nameKey, normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { compareSpecificity, parsePersonName, personsAgree, type PersonName } from '../../pipeline/core/names/person-name.ts';
import { givesOtherName } from './other-names.ts';

/** Mentions of one label and one normalised name. */
interface NameGroup {
  readonly label: string;
  readonly key: string;
  readonly surface: string;
  /** Indexes into the mentions, in order of position. */
  readonly mentions: readonly number[];
}

interface Named {
  readonly index: number;
  readonly mention: Mention;
  readonly label: string;
  readonly key: string;
}

/**
 * @param mentions names and values; values are one where they are written alike
 * @returns every mention in one chain, in order of the first mention
 */
export function chainNames(mentions: readonly Mention[], text: string): Chain[] {
  const named = nameMentions(mentions);
  const byName = new Map<string, { label: string; key: string; surface: string; mentions: number[] }>();
  for (const { index, mention, label, key } of named) {
    const name = `${label} ${key}`;
    const known = byName.get(name);
    if (known !== undefined) known.mentions.push(index);
    else byName.set(name, { label, key, surface: mention.surface, mentions: [index] });
  }
  const groups: NameGroup[] = [...byName.values()];
  const moved = new Map<number, NameGroup>();
  joinPersons(groups.filter((group) => group.label === 'PER'), mentions, moved);
  for (const label of new Set(groups.map((group) => group.label))) {
    if (label !== 'PER' && isEntityType(label)) joinAcronyms(groups.filter((group) => group.label === label), mentions, text, moved);
  }
  const groupOf = new Map(groups.flatMap((group) => group.mentions.map((index) => [index, moved.get(index) ?? group] as const)));
  const rootOf = joinOtherNames(named, groupOf, text);
  const chains = new Map<NameGroup, { label: string; mentions: number[] }>();
  for (const { index } of named) {
    const root = rootOf(groupOf.get(index)!);
    const chain = chains.get(root);
    if (chain === undefined) chains.set(root, { label: root.label, mentions: [index] });
    else chain.mentions.push(index);
  }
  return [...chains.values()];
}

/** Shipped types in their order, then all others. */
function rankOf(label: string): number {
  const rank = (ENTITY_TYPES as readonly string[]).indexOf(label);
  return rank < 0 ? ENTITY_TYPES.length : rank;
}

/** One label for each name: the one most of its mentions have. In order of position. */
function nameMentions(mentions: readonly Mention[]): Named[] {
  const votes = new Map<string, Map<string, { count: number; score: number }>>();
  for (const { label, surface, score } of mentions) {
    if (!isEntityType(label)) continue;
    const key = nameKey(surface);
    const labels = votes.get(key) ?? new Map<string, { count: number; score: number }>();
    const vote = labels.get(label) ?? { count: 0, score: 0 };
    labels.set(label, { count: vote.count + 1, score: Math.max(vote.score, score) });
    votes.set(key, labels);
  }
  const winner = (key: string): string => {
    const labels = [...votes.get(key)!];
    labels.sort(([a, x], [b, y]) => y.count - x.count || y.score - x.score || rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
    return labels[0]![0];
  };
  const named = mentions.map((mention, index): Named => {
    const label = isEntityType(mention.label) ? winner(nameKey(mention.surface)) : mention.label;
    return { index, mention, label, key: normalizeName(mention.surface, label) };
  });
  return named.sort((a, b) => compareMentions(a.mention, b.mention));
}

/** A shorter form joins the one fuller name it agrees with; of several, the one that the text named first, whom it is mostly about. */
function joinPersons(groups: readonly NameGroup[], mentions: readonly Mention[], moved: Map<number, NameGroup>): void {
  const nameOf = new Map<NameGroup, PersonName>(groups.map((group) => [group, parsePersonName(group.key)]));
  const heads = new Map<string, NameGroup[]>();
  const headsByGiven = new Map<string, NameGroup[]>();
  const undecided: { readonly index: number; readonly choices: readonly NameGroup[] }[] = [];
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
  const firstOf = (group: NameGroup): Mention => mentions[group.mentions[0]!]!;
  for (const { index, choices } of undecided) {
    const before = choices.filter((choice) => compareMentions(firstOf(choice), mentions[index]!) < 0);
    before.sort((a, b) => compareMentions(firstOf(a), firstOf(b)));
    if (before.length > 0) moved.set(index, before[0]!);
  }
}

/** "MIT" joins the name in parentheses beside it, else the only name of the document with those initials. */
function joinAcronyms(groups: readonly NameGroup[], mentions: readonly Mention[], text: string, moved: Map<number, NameGroup>): void {
  const acronyms = groups.flatMap((group) => {
    const letters = acronymOf(group.surface);
    return letters === undefined ? [] : [{ group, letters }];
  });
  if (acronyms.length === 0) return;
  const byInitials = new Map<string, NameGroup[]>();
  for (const group of groups) {
    for (const initials of initialsOf(group.surface, group.label)) {
      byInitials.set(initials, [...(byInitials.get(initials) ?? []), group]);
    }
  }
  for (const { group, letters } of acronyms) {
    const choices = (byInitials.get(letters) ?? []).filter((choice) => choice !== group);
    const beside = choices.filter((choice) => standBeside(group, choice, mentions, text));
    const chosen = choices.length === 1 ? choices[0] : beside.length === 1 ? beside[0] : undefined;
    if (chosen === undefined) continue;
    for (const index of group.mentions) moved.set(index, chosen);
  }
}

function standBeside(a: NameGroup, b: NameGroup, mentions: readonly Mention[], text: string): boolean {
  const starts = new Set(b.mentions.map((index) => mentions[index].start));
  const ends = new Set(b.mentions.map((index) => mentions[index].end));
  return a.mentions.some((index) => {
    const { start, end } = mentions[index];
    const before = /(?<!\s)\s*\(\s*$/.exec(text.slice(Math.max(0, start - 4), start));
    const after = /^\s*\(\s*/.exec(text.slice(end, end + 4));
    return (before !== null && ends.has(start - before[0].length)) || (after !== null && starts.has(end + after[0].length));
  });
}

/** Two neighbouring names of one label are one thing where the text says that the second is another name of the first. */
function joinOtherNames(named: readonly Named[], groupOf: ReadonlyMap<number, NameGroup>, text: string): (group: NameGroup) => NameGroup {
  const parent = new Map<NameGroup, NameGroup>();
  const rootOf = (group: NameGroup): NameGroup => {
    const up = parent.get(group);
    return up === undefined ? group : rootOf(up);
  };
  for (let i = 1; i < named.length; i++) {
    const [a, b] = [named[i - 1]!, named[i]!];
    if (a.label !== b.label || !isEntityType(a.label) || a.mention.sentence !== b.mention.sentence || a.mention.end > b.mention.start) continue;
    if (!givesOtherName(a.label, text.slice(a.mention.end, b.mention.start), text.slice(b.mention.end, b.mention.end + 1))) continue;
    const [x, y] = [rootOf(groupOf.get(a.index)!), rootOf(groupOf.get(b.index)!)];
    if (x !== y) parent.set(y, x);
  }
  return rootOf;
}

function compareMentions(a: Mention, b: Mention): number {
  return a.start - b.start || a.end - b.end;
}
