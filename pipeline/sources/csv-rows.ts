// Bytes of a CSV file into rows, with the line each begins on. A row may span lines inside quotes; when its quotes do not
// work out it alone is given up, and the next line begins a row again, so that one stray quote does not swallow the file.
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

export interface Row {
  /** 1-based line of its first byte. */
  readonly line: number;
  readonly bytes: Uint8Array;
  /** Why it is none; `bytes` is empty then. */
  readonly problem?: string;
  /** Longer than the limit, in bytes; `bytes` is empty then. */
  readonly tooLong?: number;
}

type State = 'cell starts' | 'plain' | 'quoted' | 'after quote' | 'skipping line';

/**
 * Rows without their line ends; blank lines are passed over. Well formed as csv-parse sees it with `relax_quotes`.
 * @param delimiter one byte
 * @param limit bytes of the longest row, which is also what is held in memory
 */
export async function* splitRows(chunks: AsyncIterable<Uint8Array>, delimiter: number, limit: number): AsyncGenerator<Row> {
  const splitter = createSplitter(delimiter, limit);
  for await (const chunk of chunks) yield* splitter.add(chunk);
  yield* splitter.end();
}

function createSplitter(delimiter: number, limit: number) {
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  let at = 0;
  let line = 1;
  let state: State = 'cell starts';

  /** To the end of the row (true), as far as the bytes go (false), or to what is wrong. */
  const advance = (final: boolean): boolean | string => {
    while (at < held.length) {
      if (state === 'quoted' || state === 'skipping line') {
        const next = held.indexOf(state === 'quoted' ? QUOTE : NEWLINE, at);
        at = next < 0 ? held.length : next + 1;
        if (next < 0) return false;
        if (state === 'skipping line') return true;
        state = 'after quote';
        continue;
      }
      const byte = held[at]!;
      if (state === 'after quote' && byte === CARRIAGE_RETURN && at + 1 === held.length && !final) return false;
      const next = at + 1 === held.length ? NEWLINE : held[at + 1];
      if (byte === NEWLINE) {
        at++;
        return true;
      }
      if (byte === delimiter) state = 'cell starts';
      else if (byte === QUOTE && state !== 'plain') state = 'quoted';
      else if (state === 'cell starts') state = 'plain';
      else if (state === 'after quote' && !(byte === CARRIAGE_RETURN && next === NEWLINE)) {
        return 'after the closing quote of a cell comes neither a delimiter nor the end of the line';
      }
      at++;
    }
    return false;
  };
  const beginRow = (from: number): void => {
    start = at = from;
    state = 'cell starts';
  };
  /** Gives up the row: what follows the next line end begins a new one. */
  const giveUp = (): void => {
    const newline = held.indexOf(NEWLINE, start);
    if (newline >= 0) {
      line++;
      beginRow(newline + 1);
    } else {
      start = at = held.length;
      state = 'skipping line';
    }
  };
  function* takeRows(final: boolean): Generator<Row> {
    for (;;) {
      const skipping = state === 'skipping line';
      const outcome = advance(final);
      const none = new Uint8Array(0);
      if (typeof outcome === 'string') {
        yield { line, bytes: none, problem: outcome };
        giveUp();
      } else if (skipping) {
        start = at;
        if (!outcome) return;
        line++;
        beginRow(at);
      } else if (at - start > limit + 2) {
        if (state === 'quoted') {
          yield { line, bytes: none, problem: `a quote opens in it that is not closed within ${limit} bytes` };
          giveUp();
          continue;
        }
        yield { line, bytes: none, tooLong: at - start };
        line += countNewlines(held, start, at);
        beginRow(at);
        if (!outcome) state = 'skipping line';
      } else if (!outcome && final && state === 'quoted') {
        yield { line, bytes: none, problem: 'a quote opens in it that is never closed' };
        giveUp();
      } else if (outcome || (final && at > start)) {
        const bytes = withoutEnd(held.subarray(start, at));
        if (bytes.length > 0) yield { line, bytes };
        line += countNewlines(held, start, at);
        beginRow(at);
      } else return;
    }
  }
  return {
    *add(chunk: Uint8Array): Generator<Row> {
      held = start === held.length ? Buffer.from(chunk) : Buffer.concat([held.subarray(start), chunk]);
      at -= start;
      start = 0;
      yield* takeRows(false);
    },
    *end(): Generator<Row> {
      yield* takeRows(true);
    },
  };
}

function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) end--;
  if (bytes[end - 1] === CARRIAGE_RETURN) end--;
  return bytes.subarray(0, end);
}

function countNewlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, start); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
