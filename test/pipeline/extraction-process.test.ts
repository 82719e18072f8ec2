// Documents that bring down the process that reads them: they alone are lost, after three tries at most.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import type { Findings } from '../../pipeline/core/extraction.ts';
import type { Extracted } from '../../pipeline/extract.ts';
import { processesOf, startExtractor } from '../../pipeline/extraction-process.ts';
import { documentOf } from '../support/fake-stages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = new URL('../support/troubled-reader.ts', import.meta.url);
const CONFIG: Config = { ...DEFAULT_CONFIG, extract: { ...DEFAULT_CONFIG.extract, deadline: 2 } };
process.env['NODE_OPTIONS'] = '--max-old-space-size=60';

/** The id of a document that was read, the address of one that was not. */
const nameOf = (result: Extracted): string => ('findings' in result ? (JSON.parse(result.findings) as Findings).mentions[0]!.surface.replace('Ada-', '') : result.deadLetter.uri);
const readers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

const read = async (t: Parameters<typeof temporaryFolder>[0], batches: readonly (readonly string[])[], extract: Partial<Config['extract']> = {}) => {
  const log = join(await temporaryFolder(t), 'log');
  process.env['ENGRAM_TEST_LOG'] = log;
  const extractor = await startExtractor({ ...CONFIG, extract: { ...CONFIG.extract, processes: 1, ...extract } }, undefined, PROGRAM);
  try {
    const results = (await Promise.all(batches.map((ids) => extractor.extract(ids.map((id) => documentOf(id, `Ada-${id}`)))))).flatMap(({ results }) => results);
    const lines = (await readFile(log, 'utf8')).split('\n');
    return { results, processes: readers(), triesOf: (id: string) => lines.filter((text) => text === `Ada-${id}`).length };
  } finally {
    await extractor.close();
  }
};

for (const [trouble, problem, tries] of [
  ['throws', /no such word/, 2],
  ['exits', /ended with exit code 7/, 3],
  ['breaks', /ended with SIGSEGV/, 3],
  ['fills', /ran out of memory/, 3],
  ['hangs', /gave no answer for 2 s/, 3],
] as const) {
  test.serial(`a document that ${trouble} is a dead letter after ${tries} tries, and the rest is read`, async (t) => {
    const { results, triesOf } = await read(t, [['a', trouble, 'b'], ['c', 'd']]);
    t.deepEqual(results.map(nameOf), ['a', `${trouble}.txt`, 'b', 'c', 'd']);
    const [letter] = results.flatMap((result) => ('deadLetter' in result ? [result.deadLetter] : []));
    t.regex(letter!.message, problem);
    t.is(letter!.code, trouble === 'throws' ? 'ENGRAM_STAGE_FAILED' : 'ENGRAM_STAGE_LOST');
    t.is(triesOf(trouble), tries);
  });
}

test.serial('several in one batch are told apart, and nobody else is blamed', async (t) => {
  const { results } = await read(t, [['exits-1', 'a', 'breaks-1'], ['b', 'exits-2'], ['c']]);
  t.deepEqual(results.flatMap((result) => ('deadLetter' in result ? [result.deadLetter.uri] : [])), ['exits-1.txt', 'breaks-1.txt', 'exits-2.txt']);
  t.is(results.length, 6);
});

test.serial('more batches than a process takes start further ones, up to the most; a lost one costs only its own batch', async (t) => {
  const batches = [['a'], ['b', 'exits'], ['c'], ['d'], ['e']];
  const wide = await read(t, batches, { processes: 3, concurrency: 1 });
  t.deepEqual(wide.results.map(nameOf), ['a', 'b', 'exits.txt', 'c', 'd', 'e']);
  // Two of three are left, and one reads what was in the third.
  t.is(wide.processes, 3);
  t.true(['a', 'c', 'd', 'e'].filter((id) => wide.triesOf(id) > 1).length <= 1, 'nobody who had another process is read again');
  const narrow = await read(t, [['a'], ['b']], { processes: 3, concurrency: 2 });
  t.is(narrow.processes, 1);
  t.deepEqual(narrow.results, [...wide.results.slice(0, 2)]);
});

const GIBIBYTE = 2 ** 30;
for (const [cores, gibibytes, processes] of [[1, 64, 1], [2, 64, 1], [3, 64, 1], [4, 64, 2], [8, 64, 3], [16, 64, 6], [16, 7, 3], [16, 1, 1]] as const) {
  test(`by themselves ${cores} cores and ${gibibytes} GiB start ${processes} at most`, (t) => t.is(processesOf(DEFAULT_CONFIG, cores, gibibytes * GIBIBYTE), processes));
}

test('a device has one process, unless another number is named', (t) => {
  const onDevice = { ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, kind: 'webgpu' } } as const;
  t.is(processesOf(onDevice, 16, 64 * GIBIBYTE), 1);
  t.is(processesOf({ ...onDevice, extract: { ...onDevice.extract, processes: 5 } }, 2, GIBIBYTE), 5);
});

test.serial('a process that cannot start says why', async (t) => {
  const error = await t.throwsAsync(startExtractor({ ...DEFAULT_CONFIG, extract: { ...DEFAULT_CONFIG.extract, ner: 'no/such/model' } }));
  t.like(error, { code: 'ENGRAM_MODEL_INVALID' });
});

test.serial('a stopped run waits a little for what is in flight, and not for models', async (t) => {
  delete process.env['ENGRAM_TEST_LOG'];
  const stop = new AbortController();
  const extractor = await startExtractor(DEFAULT_CONFIG, stop.signal, PROGRAM);
  const reading = extractor.extract([documentOf('hangs', 'Ada-hangs')]);
  stop.abort();
  await t.throwsAsync(reading, { code: 'ENGRAM_RUN_INTERRUPTED' });
  await extractor.close();
  await t.throwsAsync(startExtractor(DEFAULT_CONFIG, stop.signal, PROGRAM), { code: 'ENGRAM_RUN_INTERRUPTED' });
});
