// `npm run bench [-- --data DIR] [--json]`: how fast and how large segmentation, NER, the whole build and each store are
// on this machine. DIR holds the folders text-state-union and text-gutenberg; without them the sample corpus stands in.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatCount, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import { neo4jAddress, neo4jNotice } from '../support/neo4j-server.ts';
import type { Measured } from './parts.ts';

const CORPORA = ['text-state-union', 'text-gutenberg'] as const;
const FIXTURES = 'fixtures/documents';

interface Job {
  readonly title: string;
  readonly part: 'segmentation' | 'ner' | 'ner-memory' | 'breakdown' | 'classification' | 'build' | 'build-judged' | 'store';
  /** What is measured on: a corpus or a store. */
  readonly on: string;
  readonly input: string;
}

interface Skipped {
  readonly title: string;
  readonly on: string;
  readonly reason: string;
}

type Outcome = Job & { readonly measured: Measured };

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'boolean', default: false } } });
const skipped: Skipped[] = [];
const corpora = findCorpora(flags.data);
const jobs: readonly Job[] = [
  ...corpora.map((corpus): Job => ({ title: 'segmentation', part: 'segmentation', ...corpus })),
  ...corpora.map((corpus): Job => ({ title: 'NER, text to mentions', part: 'ner', ...corpus })),
  ...corpora.slice(0, 1).map((corpus): Job => ({ title: 'NER, step by step', part: 'breakdown', ...corpus })),
  ...corpora.slice(0, 1).map((corpus): Job => ({ title: 'NER over 200 MB, for its memory', part: 'ner-memory', ...corpus })),
  ...corpora.map((corpus): Job => ({ title: 'whole build, embedded', part: 'build', ...corpus })),
  ...corpora.map((corpus): Job => ({ title: 'the same with sentiment', part: 'build-judged', ...corpus })),
  ...corpora.map((corpus): Job => ({ title: 'sentiment of documents', part: 'classification', ...corpus })),
  ...findStores().map((address): Job => ({ title: 'store, rows written', part: 'store', on: address, input: address })),
];

const outcomes: Outcome[] = [];
for (const job of jobs) {
  if (!flags.json) note(`measuring ${job.title}: ${job.on} …`);
  outcomes.push({ ...job, measured: await measure(job) });
}
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  /** Over one minute; much above the number of cores means that others were at work too. */
  load: Number(loadavg()[0]!.toFixed(1)),
};
if (flags.json) printJson({ machine, outcomes, skipped });
else printReport();

function findCorpora(data: string | undefined): { readonly on: string; readonly input: string }[] {
  const found = CORPORA.filter((name) => data !== undefined && existsSync(join(data, name)));
  for (const name of CORPORA.filter((candidate) => !found.includes(candidate))) {
    const reason = data === undefined ? 'no --data DIR given' : `${join(data, name)} does not exist`;
    skip({ title: 'segmentation, NER and build', on: name, reason: found.length > 0 ? reason : `${reason}; ${FIXTURES} stands in` });
  }
  if (found.length === 0) return [{ on: FIXTURES, input: FIXTURES }];
  return found.map((name) => ({ on: name, input: join(data!, name, '*.txt') }));
}

function findStores(): readonly string[] {
  if (neo4jAddress !== undefined) return ['embedded', 'jsonl', neo4jAddress];
  skip({ title: 'store, rows written', on: 'neo4j', reason: neo4jNotice });
  return ['embedded', 'jsonl'];
}

function skip(what: Skipped): void {
  skipped.push(what);
  note(`SKIPPED ${what.title}: ${what.on} (${what.reason})`);
}

/** In a process of its own; what the part says of errors is shown. */
function measure({ part, input }: Job): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import=tsx', join(import.meta.dirname, 'parts.ts'), part, input], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(printed) as Measured);
      else reject(new Error(`Measuring ${part} on ${input} ended with ${code}.`));
    });
  });
}

function printReport(): void {
  print(`\nNode ${machine.node} on ${machine.platform}, ${machine.cores} cores, ${machine.cpu}; load ${machine.load}`);
  print('A word is a token: marks of punctuation count. Peak memory is of the whole process, Node and models included.\n');
  const rows = outcomes.map(({ title, part, on, measured }) => [
    title,
    on,
    `${formatCount(measured.count)} ${part === 'store' ? 'rows' : 'words'}`,
    `${measured.seconds.toFixed(2)} s`,
    `${formatCount(measured.perSecond)}/s`,
    `${formatCount(measured.peakMiB)} MiB`,
  ]);
  const right = { align: 'right' } as const;
  print(table([['part', 'on', 'size', 'time', 'rate', 'peak memory'], ...rows], [{}, {}, right, right, right, right]));
  for (const { part, measured } of outcomes) {
    if (part === 'breakdown') printShares(measured.detail!);
    if (part === 'ner-memory') print(`\nNER, memory in use: ${Object.entries(measured.detail!).map(([when, size]) => `${size} ${when}`).join(', ')}`);
  }
  for (const { title, on, reason } of skipped) print(`\nSKIPPED ${title}: ${on} (${reason})`);
}

function printShares(seconds: Readonly<Record<string, number>>): void {
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  const rows = Object.entries(seconds).map(([step, value]) => [step, `${value.toFixed(2)} s`, `${((100 * value) / total).toFixed(1)} %`]);
  print('\nNER, one batch at a time:');
  print(table(rows, [{}, { align: 'right' }, { align: 'right' }]));
}
