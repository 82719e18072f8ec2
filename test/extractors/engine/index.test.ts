import test from 'ava';
import { availableEngines, createEngine } from '../../../extractors/engine/index.ts';

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
