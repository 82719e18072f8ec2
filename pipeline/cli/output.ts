// How the commands print: tables, colours on a terminal only, one JSON object for machines, errors with their hint.
import { CommanderError } from 'commander';
import { EngramError, messageOf } from '../core/errors.ts';

export const EXIT = { done: 0, someFailed: 1, usage: 2, unreachable: 3, bug: 70 } as const;

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

const CODES: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

/** One line, or many, to standard output. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** What is said beside the result, to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says so where a graph was too large to be held. */
export function noteStore({ held, store }: { readonly held?: unknown; readonly store?: string }, { quiet, store: asked }: { readonly quiet?: boolean; readonly store?: string }): void {
  if (held === undefined && asked === undefined && !quiet) note(`The graph is larger than graph.memory: it is read from the store ${store}.`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Map ? Object.fromEntries(inner) : inner)));
}

/** Colours where the stream is a terminal and the user did not say no (https://no-color.org). */
export function paint(text: string, ...colours: readonly Colour[]): string {
  if (!process.stdout.isTTY || process.env['NO_COLOR']) return text;
  return colours.reduce((painted, colour) => `\u001b[${CODES[colour]}m${painted}\u001b[0m`, text);
}

/** Columns on a terminal: code points, and two for the wide ones of East Asia. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character) ? 2 : 1;
  }
  return width;
}

export function shorten(text: string, columns: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return widthOf(flat) <= columns ? flat : `${[...flat].slice(0, Math.max(1, columns - 1)).join('')}…`;
}

export interface Column {
  readonly align?: 'left' | 'right';
  readonly colours?: readonly Colour[];
}

/** Rows as aligned columns; colours are laid on after the widths are known. */
export function table(rows: readonly (readonly string[])[], columns: readonly Column[] = [], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) => {
      const gap = ' '.repeat(widths[i]! - widthOf(cell));
      const { align = 'left', colours = [] } = columns[i] ?? {};
      const painted = cell === '' ? '' : paint(cell, ...colours);
      if (align === 'right') return gap + painted;
      return i === row.length - 1 ? painted : painted + gap;
    });
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
  return lines.join('\n');
}

export function heading(text: string): string {
  return paint(text, 'bold');
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** A value as people write it. */
export function withUnit({ value, unit }: { readonly value: string; readonly unit?: string }): string {
  return unit === undefined ? value : `${value} ${unit}`;
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A share as two digits after the point, the way probabilities are shown everywhere. */
export function formatShare(share: number): string {
  return share.toFixed(2);
}

/** Prints what was thrown and gives the exit code: a user's mistake never shows a stack. */
export function reportError(error: unknown, options: { readonly json: boolean }): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const showStack = process.env['ENGRAM_DEBUG'] === '1';
  if (error instanceof EngramError) {
    if (options.json) printJson({ error: { code: error.code, message: error.message, hint: error.hint } });
    note(`engram: ${error.message}\n  ${error.hint}  [${error.code}]`);
    if (showStack) note(stackOf(error));
    return error.exit;
  }
  if (options.json) printJson({ error: { code: 'ENGRAM_BUG', message: messageOf(error) } });
  note(`engram: ${messageOf(error)}`);
  note(
    showStack
      ? stackOf(error)
      : '  This is a bug in Engram. Please report it with the output of the same command under ENGRAM_DEBUG=1.',
  );
  return EXIT.bug;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
