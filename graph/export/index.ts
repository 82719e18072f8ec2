// The formats a graph can be handed on in.
import { EngramError } from '../../pipeline/core/errors.ts';
import { exportCsv } from './csv.ts';
import type { Exporter } from './export-file.ts';
import { exportGraphml } from './graphml.ts';
import { exportJsonLines } from './jsonl.ts';

export type { Exporter, ExportFile } from './export-file.ts';

export const EXPORTERS = {
  jsonl: exportJsonLines,
  graphml: exportGraphml,
  csv: exportCsv,
} as const satisfies Record<string, Exporter>;

export type ExportFormat = keyof typeof EXPORTERS;

/** @throws EngramError `ENGRAM_USAGE` that lists the known formats */
export function exporterNamed(format: string): Exporter {
  if (Object.hasOwn(EXPORTERS, format)) return EXPORTERS[format as ExportFormat];
  throw new EngramError('ENGRAM_USAGE', { problem: `Unknown export format '${format}'. Known: ${Object.keys(EXPORTERS).join(', ')}.` });
}
