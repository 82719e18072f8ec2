// The formats a graph can be handed on in.
import { EngramError } from '../../pipeline/core/errors.ts';
import { csv } from './csv.ts';
import type { Exporter } from './exporter.ts';
import { graphml } from './graphml.ts';
import { jsonLines } from './jsonl.ts';
import { importCommand, neo4jAdmin } from './neo4j-admin.ts';

export type { Exporter, Piece } from './exporter.ts';

export const EXPORTERS = { jsonl: jsonLines, graphml, csv, 'neo4j-admin': neo4jAdmin } as const satisfies Record<string, Exporter>;

export type ExportFormat = keyof typeof EXPORTERS;

const COMMANDS: Partial<Record<ExportFormat, (folder: string) => string>> = { 'neo4j-admin': importCommand };

/** The command that takes the files of a folder in, of formats that have one. */
export const commandFor = (format: ExportFormat, folder: string): string | undefined => COMMANDS[format]?.(folder);

/** @throws EngramError `ENGRAM_USAGE` that lists the known formats */
export function exporterNamed(format: string): Exporter {
  if (Object.hasOwn(EXPORTERS, format)) return EXPORTERS[format as ExportFormat];
  throw new EngramError('ENGRAM_USAGE', { problem: `Unknown export format '${format}'. Known: ${Object.keys(EXPORTERS).join(', ')}.` });
}
