import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ENGINE_KINDS } from '../../../pipeline/core/config.ts';
import { arithmeticOf, availableEngines, createEngine } from '../../../extractors/engine/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('without a choice ONNX Runtime runs the networks', async (t) => {
  t.is((await createEngine('auto')).kind, 'onnx');
});

test.serial('every engine is reported, and one that is missing says why and what adds it', async (t) => {
  const reports = await availableEngines();
  t.deepEqual(reports.map((report) => report.kind).sort(), ENGINE_KINDS.filter((kind) => kind !== 'auto').sort());
  for (const { kind, available, detail, hint } of reports) {
    t.not(detail, '');
    t.is(hint === undefined, available, kind);
    if (available) t.is((await createEngine(kind)).kind, kind);
    else await t.throwsAsync(createEngine(kind), { name: 'EngramError', message: detail });
  }
  t.true(reports.filter((report) => report.available).length >= 2);
});

test.serial('an engine whose driver brings the process down is a finding, and the others are reported', async (t) => {
  const driver = join(await temporaryFolder(t), 'driver.cjs');
  await writeFile(driver, "process.kill(process.pid, 'SIGSEGV'); for (;;);");
  const before = process.env['ENGRAM_TENSORFLOW'];
  process.env['ENGRAM_TENSORFLOW'] = driver;
  t.teardown(() => (before === undefined ? delete process.env['ENGRAM_TENSORFLOW'] : (process.env['ENGRAM_TENSORFLOW'] = before)));
  const reports = await availableEngines();
  t.is(reports.find(({ kind }) => kind === 'tensorflow')!.detail, 'the process that tried it ended with SIGSEGV');
  t.true(reports.find(({ kind }) => kind === 'onnx')!.available);
});

test('what an engine computes in is told as it is, not as it was asked for', async (t) => {
  const onnx = await createEngine('onnx');
  t.is(arithmeticOf(onnx, 'int8'), 'onnx int8 of 7 bits');
  t.is(arithmeticOf(onnx, 'float32'), 'onnx float32');
  t.is(arithmeticOf(await createEngine('wasm'), 'int8'), 'wasm float32');
});
