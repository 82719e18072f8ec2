// Which rows of tables are one thing, and which things of texts they are: rows by their columns (`link.ts`), a thing of texts by its name and
// what is said of it, to the record that it fits better than all others of that name together.
import type { EntityType } from '../../../pipeline/core/model.ts';
import { clusterPairs } from '../cluster.ts';
import { compareNames, NAME_LEVELS, nameKeysOf, type Name, type NameLevel } from '../compare-names.ts';
import type { DecidedPairs } from '../decisions.ts';
import { comparePair, logOddsOf } from '../match.ts';
import { sortedByDocument } from '../name-groups.ts';
import { mergeProfiles, type Appearance, type Profile } from '../profile.ts';
import type { FieldKind } from '../../../pipeline/core/model.ts';
import { linkRecordsHere } from './link.ts';

/** Rows that are one. */
export interface RecordEntity {
  readonly type: EntityType;
  readonly appearances: readonly Appearance[];
  readonly names: readonly Name[];
  readonly profile: () => Profile;
}

/** Names of which there are more records say nothing by themselves. */
const LONGEST_BLOCK = 128;

/** @param decidedAmong what people said of the rows, by their places */
export function resolveRecords(rows: readonly Appearance[], profileOf: (row: Appearance) => Profile, decidedAmong: (rows: readonly Appearance[]) => DecidedPairs<number>): RecordEntity[] {
  const byType = new Map<EntityType, Appearance[]>();
  for (const row of sortedByDocument(rows)) byType.set(row.entity.type, [...(byType.get(row.entity.type) ?? []), row]);
  return [...byType].flatMap(([type, own]) => {
    const clusters = clusterRows(own, decidedAmong(own));
    const members = new Map<number, Appearance[]>();
    clusters.forEach((cluster, index) => members.set(cluster, [...(members.get(cluster) ?? []), own[index]!]));
    return [...members.values()].map((appearances): RecordEntity => {
      let profile: Profile | undefined;
      const names = new Map(appearances.flatMap(({ entity }) => [...entity.names].map(([key, surface]): [string, Name] => [key, { type, key, surface }])));
      return { type, appearances, names: [...names.values()], profile: () => (profile ??= mergeProfiles(appearances.map(profileOf))) };
    });
  });
}

function clusterRows(rows: readonly Appearance[], decided: DecidedPairs<number>): Uint32Array {
  const kinds = new Map<string, FieldKind>();
  for (const { extraction } of rows) for (const { predicate, kind } of extraction.record!.fields) if (!kinds.has(predicate)) kinds.set(predicate, kind);
  const columns = [...kinds.keys()].sort();
  const cells = rows.map(({ extraction }) => {
    const values = new Map(extraction.record!.fields.map(({ predicate, value }) => [predicate, value]));
    return columns.map((column) => values.get(column) ?? '');
  });
  const { pairs } = linkRecordsHere(cells, { kinds: columns.map((column) => kinds.get(column)!) });
  return clusterPairs(rows.length, pairs, decided);
}

export interface TextThing {
  readonly names: readonly Name[];
  readonly profile: () => Profile;
}

/** @returns a function that finds the record that a thing of texts is, or undefined where none fits or several do */
export function createRecordFinder(records: readonly RecordEntity[], rarityOf: (key: string) => number | undefined): (thing: TextThing) => RecordEntity | undefined {
  const blocks = new Map<string, Set<RecordEntity>>();
  for (const record of records) for (const name of record.names) for (const key of nameKeysOf(name)) blocks.set(key, (blocks.get(key) ?? new Set()).add(record));
  return ({ names, profile }) => {
    const found = new Set<RecordEntity>();
    for (const name of names) {
      for (const key of nameKeysOf(name)) {
        const block = blocks.get(key);
        if (block !== undefined && block.size <= LONGEST_BLOCK) for (const record of block) found.add(record);
      }
    }
    const odds = [...found].flatMap((record) => {
      const levels = new Set(names.flatMap((name) => record.names.map((other): NameLevel | undefined => compareNames(name, other))));
      const level = NAME_LEVELS.find((each) => levels.has(each));
      return level === undefined ? [] : [{ record, odds: logOddsOf(comparePair(record.type, level, profile(), record.profile(), rarityOf(names[0]!.key))) }];
    });
    const [best] = odds.sort((a, b) => b.odds - a.odds);
    if (best === undefined) return undefined;
    const rivals = odds.reduce((sum, each) => (each === best ? sum : sum + Math.exp(each.odds)), 0);
    return best.odds - Math.log1p(rivals) > 0 ? best.record : undefined;
  };
}
