// `npm run bench:service [-- --documents 30000 --minutes 5]`: the HTTP service under load, 100 connections to one process, on a synthetic graph: answers at 200 requests a
// second, and as many as it can; memory; and what becomes of a burst that is more than it takes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';

const CONNECTIONS = 100;
const RATE = 200;
const SECONDS = 15;
const { values: flags } = parseArgs({ options: { documents: { type: 'string', default: '30000' }, minutes: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } } });

const child = spawn(process.execPath, ['--import=tsx', 'test/bench/served-graph.ts', flags.documents], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
const next = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
const { url, counts, warmSeconds, names, ids } = await next<{ url: string; counts: { entities: number; facts: number; documents: number }; warmSeconds: number; names: string[]; ids: string[] }>();
note(`${formatCount(counts.entities)} entities, ${formatCount(counts.facts)} facts of ${formatCount(counts.documents)} documents; indexes in ${warmSeconds.toFixed(1)} s`);
const memory = async (): Promise<number> => {
  child.stdin.write('\n');
  return (await next<{ mebibytes: number }>()).mebibytes;
};

const PATHS: Readonly<Record<string, (at: number) => string>> = {
  entity: (at) => `/entities/${ids[at % ids.length]}`,
  'search by name': (at) => `/search?by=name&limit=10&q=${encodeURIComponent(names[at % names.length]!)}`,
  search: (at) => `/search?limit=10&q=${encodeURIComponent(names[at % names.length]!)}`,
  related: (at) => `/related?limit=10&entity=${ids[at % ids.length]}`,
  facts: (at) => `/entities/${ids[at % ids.length]}/facts`,
};

async function load(path: (at: number) => string, options: { readonly overallRate?: number; readonly duration?: number } = {}) {
  let at = 0;
  const result = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, ...options, requests: [{ setupRequest: (request) => ({ ...request, path: path(at++) }) }] });
  const { requests, latency, errors, timeouts, non2xx } = result;
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, worst: latency.max, errors: errors + timeouts, refused: non2xx };
}

const rows = [];
for (const [name, path] of Object.entries(PATHS)) rows.push({ name, paced: await load(path, { overallRate: RATE }), most: await load(path) });
const mixed = (at: number): string => Object.values(PATHS)[at % Object.keys(PATHS).length]!(at);
const before = await memory();
const long = await load(mixed, { overallRate: RATE, duration: Math.round(60 * Number(flags.minutes)) });
const after = await memory();
child.stdin.end();
if (flags.json) printJson({ counts, warmSeconds, rows, long, mebibytes: [before, after] });
else {
  const ms = (value: number): string => `${value} ms`;
  print(heading(`${CONNECTIONS} connections, ${formatCount(counts.entities)} entities`));
  print(table([['', `at ${RATE}/s: median`, 'p99', 'errors', 'at most: requests/s', 'p99', 'errors'], ...rows.map(({ name, paced, most }) => [name, ms(paced.p50), ms(paced.p99), formatCount(paced.errors + paced.refused), formatCount(Math.round(most.perSecond)), ms(most.p99), formatCount(most.errors + most.refused)])], [{}, ...Array(6).fill({ align: 'right' })]));
  print(`All of them at ${RATE}/s for ${flags.minutes} min: p99 ${ms(long.p99)}, longest ${ms(long.worst)}, ${formatCount(long.errors + long.refused)} errors; memory ${formatCount(Math.round(before))} to ${formatCount(Math.round(after))} MiB.`);
}
