// `npm run bench:service [-- --documents 15500 --minutes 5]`: the HTTP service under load, 100 connections to one process, on a synthetic graph: answers to 200 requests a
// second that come by chance, as from many people; as many as it can answer (autocannon); memory; and what becomes of far more requests than one address may send, and after them.
import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { createRandom } from '../../pipeline/core/random.ts';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';

const SEED = 17;
const CONNECTIONS = 100;
const RATE = 200;
const SECONDS = 15;
/** More requests than one address may send within a minute. */
const OVERLOAD_SECONDS = 20;
const MINUTE_MS = 60_000;
const RECOVERY_SECONDS = 5;
const { values: flags } = parseArgs({ options: { documents: { type: 'string', default: '15500' }, minutes: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } } });

const child = spawn(process.execPath, ['--max-semi-space-size=64', '--no-memory-reducer', '--import=tsx', 'test/bench/served-graph.ts', flags.documents], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
const next = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
const { url, limitedUrl, counts, warmSeconds, names, ids } = await next<{ url: string; limitedUrl: string; counts: { entities: number; facts: number; documents: number }; warmSeconds: number; names: string[]; ids: string[] }>();
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

/** Waits between arrivals are drawn from an exponential distribution: a request does not wait for the one before. */
async function paced(path: (at: number) => string, seconds: number, from = url) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const random = createRandom(SEED);
  const times: number[] = [];
  let errors = 0;
  const ask = (at: number): Promise<void> =>
    new Promise((resolve) => {
      const started = performance.now();
      get(`${from}${path(at)}`, { agent }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 200) times.push(performance.now() - started);
          else errors++;
          resolve();
        });
      }).on('error', () => {
        errors++;
        resolve();
      });
    });
  const asked: Promise<void>[] = [];
  const began = performance.now();
  for (let due = 0; due < 1000 * seconds; due += (-Math.log(1 - random.next()) * 1000) / RATE) {
    const left = began + due - performance.now();
    if (left > 1) await wait(left);
    asked.push(ask(asked.length));
  }
  await Promise.all(asked);
  agent.destroy();
  times.sort((x, y) => x - y);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return { requests: asked.length, p50: at(0.5), p99: at(0.99), worst: at(1), errors };
}

async function most(path: (at: number) => string) {
  let at = 0;
  const { requests, latency, errors, timeouts, non2xx } = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, requests: [{ setupRequest: (request) => ({ ...request, path: path(at++) }) }] });
  return { perSecond: requests.average, p99: latency.p99, errors: errors + timeouts + non2xx };
}

/** How requests end when one address sends too many, at a server with the usual limits. */
async function overload(path: (at: number) => string) {
  let at = 0;
  const { statusCodeStats = {}, errors, timeouts, requests } = await autocannon({ url: limitedUrl, connections: CONNECTIONS, duration: OVERLOAD_SECONDS, requests: [{ setupRequest: (request) => ({ ...request, path: path(at++) }) }] });
  const byStatus = Object.fromEntries(Object.entries(statusCodeStats).map(([status, { count }]) => [status, count ?? 0]));
  return { perSecond: requests.average, byStatus, errors: errors + timeouts };
}

await wait(3000);
const rows = [];
for (const [name, path] of Object.entries(PATHS)) rows.push({ name, paced: await paced(path, SECONDS), most: await most(path) });
const mixed = (at: number): string => Object.values(PATHS)[at % Object.keys(PATHS).length]!(at);
const before = await memory();
const long = await paced(mixed, 60 * Number(flags.minutes));
const after = await memory();
const over = await overload(PATHS['entity']!);
await wait(MINUTE_MS);
const afterwards = await paced(mixed, RECOVERY_SECONDS, limitedUrl);
child.stdin.end();
if (flags.json) printJson({ seed: SEED, counts, warmSeconds, rows, long, over, afterwards, mebibytes: [before, after] });
else {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  print(heading(`${CONNECTIONS} connections, ${formatCount(counts.entities)} entities`));
  print(table([['', `${RATE}/s: median`, 'p99', 'longest', 'errors', 'at most: requests/s', 'p99', 'errors'], ...rows.map(({ name, paced: at, most: all }) => [name, ms(at.p50), ms(at.p99), ms(at.worst), formatCount(at.errors), formatCount(Math.round(all.perSecond)), ms(all.p99), formatCount(all.errors)])], [{}, ...Array(7).fill({ align: 'right' })]));
  print(`All of them by turns at ${RATE}/s for ${flags.minutes} min: p99 ${ms(long.p99)}, longest ${ms(long.worst)}, ${formatCount(long.errors)} errors; memory ${formatCount(Math.round(before))} to ${formatCount(Math.round(after))} MiB.`);
  print(`One address, as many requests as it can send, for ${OVERLOAD_SECONDS} s: ${Object.entries(over.byStatus).map(([status, times]) => `${formatCount(times)} answered ${status}`).join(', ')}, ${formatCount(over.errors)} not at all; a minute later ${RATE}/s: p99 ${ms(afterwards.p99)}, longest ${ms(afterwards.worst)}, ${formatCount(afterwards.errors)} errors.`);
}
