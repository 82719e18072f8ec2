// Which rows of tables are one thing, and which things of texts they are: rows by their columns (`link.ts`), a thing of texts by its name and
// what is said of it, to the record that it fits better than all others of that name together.
import type { EntityType } from '../../../pipeline/core/model.ts';
import { clusterPairs } from '../cluster.ts';
import { compareNames, NAME_LEVELS, nameKeysOf, type Name, type NameLevel } from '../compare-names.ts';
import type { DecidedPairs } from '../decisions.ts';
import { comparePair, logOddsOf, type Comparison } from '../match.ts';
import { sortedByDocument } from '../name-groups.ts';
import { mergeProfiles, type Appearance, type Profile } from '../profile.ts';
import type { FieldKind } from '../../../pipeline/core/model.ts';
import { weightsOf } from './fellegi-sunter.ts';
import { LEVELS } from './fields.ts';
import { linkRecordsHere, type Linkage } from './link.ts';

/** Rows that are one. */
export interface RecordEntity {
  readonly type: EntityType;
  readonly appearances: readonly Appearance[];
  readonly names: readonly Name[];
  readonly profile: () => Profile;
}

/** Names of which there are more records say nothing by themselves. */
const LONGEST_BLOCK = 128;
const RULED_OUT = -15;

export interface ResolvedRecords {
  readonly entities: readonly RecordEntity[];
  /** Of two rows that were compared: what each column says, and that all of it together does. */
  compare(a: Appearance, b: Appearance): { readonly comparisons: readonly Comparison[]; readonly logOdds: number } | undefined;
  /** Pairs of rows within such natural log odds of even ones. */
  doubtful(doubt: number): Generator<readonly [Appearance, Appearance]>;
}

/** Rows of one type, and what linking them found. */
interface LinkedRows {
  readonly rows: readonly Appearance[];
  readonly columns: readonly string[];
  /** Places of the columns that have one value. */
  readonly single: readonly number[];
  readonly linkage: Linkage;
}

/**
 * @param functional predicates that have one value: two rows of which one's has nothing in common with the other's are never one
 * @param decidedAmong what people said of the rows, by their places
 */
export function resolveRecords(all: readonly Appearance[], functional: ReadonlySet<string>, decidedAmong: (rows: readonly Appearance[]) => DecidedPairs<number>): ResolvedRecords {
  const byType = new Map<EntityType, Appearance[]>();
  for (const row of sortedByDocument(all)) byType.set(row.entity.type, [...(byType.get(row.entity.type) ?? []), row]);
  const linked = new Map([...byType].map(([type, rows]) => [type, linkRows(rows, functional)]));
  const entities = [...linked].flatMap(([type, { rows, linkage }]) => {
    const members = new Map<number, Appearance[]>();
    clusterPairs(rows.length, linkage.pairs, decidedAmong(rows)).forEach((cluster, index) => members.set(cluster, [...(members.get(cluster) ?? []), rows[index]!]));
    return [...members.values()].map((appearances): RecordEntity => {
      let profile: Profile | undefined;
      const names = new Map(appearances.flatMap(({ entity }) => [...entity.names].map(([key, surface]): [string, Name] => [key, { type, key, surface }])));
      return { type, appearances, names: [...names.values()], profile: () => (profile ??= mergeProfiles(appearances.map(({ profile }) => profile))) };
    });
  });
  return {
    entities,
    compare: (a, b) => (a.entity.type === b.entity.type ? compareRows(linked.get(a.entity.type)!, a, b) : undefined),
    *doubtful(doubt) {
      for (const { rows, linkage } of linked.values()) {
        const { a, b, logOdds } = linkage.pairs;
        for (let pair = 0; pair < a.length; pair++) if (Math.abs(logOdds[pair]) <= doubt) yield [rows[a[pair]]!, rows[b[pair]]!];
      }
    },
  };
}

function linkRows(rows: readonly Appearance[], functional: ReadonlySet<string>): LinkedRows {
  const kinds = new Map<string, FieldKind>();
  for (const { row } of rows) for (const { predicate, kind } of row!.fields) if (!kinds.has(predicate)) kinds.set(predicate, kind);
  const columns = [...kinds.keys()].sort();
  const cells = rows.map((row) => columns.map((column) => cellOf(row, column)));
  const single = columns.flatMap((column, place) => (functional.has(column) ? [place] : []));
  const linkage = linkRecordsHere(cells, { kinds: columns.map((column) => kinds.get(column)!) });
  const { patterns, patternOf } = linkage;
  const logOdds = linkage.pairs.logOdds.map((odds, pair) => (single.some((column) => patterns[patternOf[pair]].levels[column] === 0) ? RULED_OUT : odds));
  return { rows, columns, single, linkage: { ...linkage, pairs: { ...linkage.pairs, logOdds } } };
}

const cellOf = ({ row }: Appearance, column: string): string => row!.fields.find(({ predicate }) => predicate === column)?.value ?? '';

function compareRows({ rows, columns, single, linkage }: LinkedRows, x: Appearance, y: Appearance): ReturnType<ResolvedRecords['compare']> {
  const [first, second] = [rows.indexOf(x), rows.indexOf(y)].sort((p, q) => p - q);
  const { pairs, patterns, patternOf, model, kinds } = linkage;
  const pair = pairs.a.findIndex((a, at) => a === first && pairs.b[at] === second);
  if (pair < 0) return undefined;
  const comparisons = [...patterns[patternOf[pair]].levels].flatMap((level, column): Comparison[] => {
    if (level < 0) return [];
    const name = columns[column] ?? 'all words';
    const found = columns[column] === undefined ? `level ${level} of ${LEVELS[kinds[column]] - 1}` : `${cellOf(x, name)} / ${cellOf(y, name)}`;
    const isRuledOut = level === 0 && single.includes(column);
    return [{ name, found, weight: isRuledOut ? Number.NEGATIVE_INFINITY : weightsOf(model, column)[level] }];
  });
  const prior = Math.log(model.prior / (1 - model.prior));
  const rest = pairs.logOdds[pair] - prior - comparisons.reduce((sum, { weight }) => sum + weight, 0);
  comparisons.push({ name: 'usual', found: 'of the pairs compared, those that are one', weight: prior });
  if (Number.isFinite(rest) && Math.abs(rest) > 0.005) comparisons.push({ name: 'rarity', found: 'how rare the equal values are, and how many that are two have as much in common', weight: rest });
  return { comparisons, logOdds: pairs.logOdds[pair] };
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
