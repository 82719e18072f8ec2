// Which pairs of records are worth a comparison: those that share something rare. Each record asks for the records it shares most with,
// by inverted lists of exact values, words, sounds and beginnings; what very many share says nothing and is passed over.
import type { FieldKind } from '../../../pipeline/core/model.ts';
import type { Value } from './fields.ts';

export interface RecordValues {
  /** One for each column, undefined where it says nothing. */
  readonly values: readonly (Value | undefined)[];
}

/** Records of a list that is longer are not found by it. */
const LONGEST_LIST = 400;
/** Of each record so many others are compared, those it shares most with. */
const CANDIDATES = 20;

/** What a value can be found by: "column:key". */
function keysOf(value: Value, kind: FieldKind, column: number): string[] {
  const key = (way: string, text: string): string => `${column}${way}${text}`;
  if (kind === 'text') {
    const { words } = value;
    return [...words.map((word) => key('w', word)), ...words.filter((word) => word.length > 4).map((word) => key('b', word.slice(0, 4)))];
  }
  if (kind === 'name') return [key('=', value.text), key('s', soundOf(value.text)), key('b', value.text.slice(0, 4)), ...(value.words.length > 1 ? value.words.map((word) => key('w', word)) : [])];
  return [key('=', value.text)];
}

/** American Soundex without a limit of length: the first letter and the classes of the consonants that follow. */
export function soundOf(text: string): string {
  const classes = text.replace(/[^a-z]/g, '').replace(/[bfpv]/g, '1').replace(/[cgjkqsxz]/g, '2').replace(/[dt]/g, '3').replace(/l/g, '4').replace(/[mn]/g, '5').replace(/r/g, '6').replace(/[hw]/g, '').replace(/(\d)\1+/g, '$1');
  return text.slice(0, 1) + classes.slice(1).replace(/[aeiouy]/g, '');
}

/**
 * @param source of each record, where only pairs of different sources are asked for
 * @returns pairs of indexes, the smaller first, each once
 */
export function candidatePairs(records: readonly RecordValues[], kinds: readonly FieldKind[], source?: readonly number[]): (readonly [number, number])[] {
  const lists = new Map<string, number[]>();
  const keys = records.map(({ values }, index) => {
    const own = [...new Set(values.flatMap((value, column) => (value === undefined ? [] : keysOf(value, kinds[column]!, column))))];
    for (const key of own) {
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [index]);
      else list.push(index);
    }
    return own;
  });
  const pairs = new Set<number>();
  const count = records.length;
  keys.forEach((own, index) => {
    const shared = new Map<number, number>();
    for (const key of own) {
      const list = lists.get(key)!;
      if (list.length < 2 || list.length > LONGEST_LIST) continue;
      const weight = Math.log(count / list.length);
      for (const other of list) if (other !== index && (source === undefined || source[other] !== source[index])) shared.set(other, (shared.get(other) ?? 0) + weight);
    }
    const best = [...shared].sort(([a, x], [b, y]) => y - x || a - b).slice(0, CANDIDATES);
    for (const [other] of best) pairs.add(Math.min(index, other) * count + Math.max(index, other));
  });
  return [...pairs].sort((a, b) => a - b).map((pair) => [Math.floor(pair / count), pair % count] as const);
}
