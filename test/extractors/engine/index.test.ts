import test from 'ava';
import { arithmeticOf, availableEngines, createEngine } from '../../../extractors/engine/index.ts';

test('without a choice ONNX Runtime runs the networks', async (t) => {
  t.is((await createEngine('auto')).kind, 'onnx');
});

test('every engine is reported, and one that is missing says why and what adds it', async (t) => {
  const reports = await availableEngines();
  t.deepEqual(reports.map((report) => report.kind).sort(), ['onnx', 'tensorflow', 'wasm']);
  for (const { kind, available, detail, hint } of reports) {
    t.not(detail, '');
    t.is(hint === undefined, available, kind);
    if (available) t.is((await createEngine(kind)).kind, kind);
    else await t.throwsAsync(createEngine(kind), { name: 'EngramError', message: detail });
  }
  t.true(reports.filter((report) => report.available).length >= 2);
});

test('what an engine computes in is told as it is, not as it was asked for', async (t) => {
  t.is(await arithmeticOf('onnx', 'int8'), 'onnx int8 of 7 bits');
  t.is(await arithmeticOf('onnx', 'float32'), 'onnx float32');
  t.is(await arithmeticOf('wasm', 'int8'), 'wasm float32');
});
