// `npm run bench:resolution -- [--python PYTHON] [--records 10000,100000,1000000] [--seed 1]`: the linkage of records without labels, beside
// Splink on DuckDB, in turns on the same files of synthetic persons. Timed for both: from the file to clusters, the start of the programs left out.
// What scores: for Engram its clusters; for Splink pairs or clusters at the best of many thresholds (see resolution-peers.py).
import { execFile } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import { linkRecords } from '../../graph/resolve/records/link.ts';
import { scoreClusters } from '../../graph/resolve/records/score-clusters.ts';
import { formatCount, note, print, table } from '../../pipeline/cli/output.ts';
import { parseColumns, readRecordTable } from '../../pipeline/read-records.ts';
import { generateRecords, RECORD_COLUMNS } from '../support/generate-records.ts';

interface Linked {
  /** From the file to clusters. */
  readonly seconds: number;
  /** Of them, after reading; Splink reads as it goes. */
  readonly linking?: number;
  readonly megabytes: number;
  /** Candidates. */
  readonly pairs: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** What the score is of, where a threshold was chosen for it. */
  readonly of?: string;
}

const COLUMNS = 'given_name=name,surname=name,street_number=identifier,street=text,town=name,postcode=identifier,state=identifier,date_of_birth=date,phone=identifier,person_number=identifier';
const run = promisify(execFile);
const { values: flags } = parseArgs({
  options: { python: { type: 'string' }, records: { type: 'string', default: '10000,100000,1000000' }, seed: { type: 'string', default: '1' }, link: { type: 'string' }, threads: { type: 'string' } },
});

/** In a process of its own, so that its memory is that of the linkage alone. */
async function link(path: string): Promise<Linked> {
  const columns = parseColumns(COLUMNS);
  const started = performance.now();
  const { rows, entities } = await readRecordTable(path, { columns, id: 'id', entity: { column: 'person' } });
  const read = performance.now();
  const threads = flags.threads === undefined ? undefined : (Number(flags.threads) as 1 | 2);
  const { pairs, clusters } = await linkRecords(rows, { kinds: columns.map(({ kind }) => kind), threads });
  const ended = performance.now();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const { precision, recall, f1 } = scoreClusters(clusters, entities.map(Number)).pairs;
  return { seconds: (ended - started) / 1000, linking: (ended - read) / 1000, megabytes, pairs: pairs.a.length, precision, recall, f1 };
}

async function writeRecords(path: string, count: number): Promise<void> {
  const out = createWriteStream(path);
  out.write(`id,person,${RECORD_COLUMNS.join()}\n`);
  generateRecords(count, Number(flags.seed)).forEach(({ person, cells }, at) => out.write(`${at},${person},${cells.join()}\n`));
  out.end();
  await finished(out);
}

async function runJson<T>(command: string, parameters: readonly string[]): Promise<T> {
  const { stdout } = await run(command, parameters, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'engram-peers-'));
  const rows: string[][] = [];
  const ratios: string[] = [];
  try {
    for (const count of flags.records.split(',').map(Number)) {
      const path = join(folder, 'records.csv');
      note(`${formatCount(count)} records …`);
      await writeRecords(path, count);
      const add = (name: string, { seconds, linking, megabytes, pairs, precision, recall, f1, of }: Linked): number =>
        rows.push([formatCount(count), name, seconds.toFixed(1), linking?.toFixed(1) ?? '', formatCount(pairs), formatCount(Math.round(megabytes)), precision.toFixed(2), recall.toFixed(2), f1.toFixed(2), of ?? 'clusters']);
      const threads = flags.threads === undefined ? [] : ['--threads', flags.threads];
      const ours = await runJson<Linked>(process.execPath, ['--import=tsx', import.meta.filename, '--link', path, ...threads]);
      add('Engram', ours);
      if (flags.python === undefined) continue;
      const theirs = await runJson<Linked>(flags.python, [join(import.meta.dirname, 'resolution-peers.py'), path]);
      add('Splink', theirs);
      ratios.push(`${formatCount(count)}: ${(theirs.seconds / ours.seconds).toFixed(1)} times as fast, F1 ${ours.f1 < theirs.f1 ? '−' : '+'}${Math.abs(ours.f1 - theirs.f1).toFixed(2)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const right = { align: 'right' } as const;
  print(table([['records', '', 'seconds', 'without reading', 'pairs compared', 'peak MB', 'P', 'R', 'F1', 'of'], ...rows], [right, {}, right, right, right, right, right, right, right, {}]));
  for (const ratio of ratios) print(`  ${ratio}`);
}

if (flags.link === undefined) await compare();
else process.stdout.write(`${JSON.stringify(await link(flags.link))}\n`);
