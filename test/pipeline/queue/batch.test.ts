// What goes through the queue comes out as it was, or is refused.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import test from 'ava';
import type { Findings } from '../../../pipeline/core/extraction.ts';
import { extractorOf, type ExtractedBatch } from '../../../pipeline/extract.ts';
import { batchIdOf, packDocuments, packResult, unpackDocuments, unpackResult } from '../../../pipeline/queue/batch.ts';
import { createFakeStages, documentOf } from '../../support/fake-stages.ts';

const VERSIONS = { ner: 'a', relation: 'b' };
const DOCUMENTS = [{ ...documentOf('a', 'Ada met Kingston. −0 \u0000 \ud800'), title: 'T', date: '1843', metadata: { z: '1', a: '2' } }, documentOf('b', 'Grace Boston—\u2028Zürich')];
const read = (): Promise<ExtractedBatch> => extractorOf(createFakeStages()).extract(DOCUMENTS);

test('documents come out as they went in, by an address that their content gives', async (t) => {
  const id = batchIdOf(VERSIONS, DOCUMENTS);
  const { versions, documents } = await unpackDocuments(id, JSON.parse(JSON.stringify(await packDocuments(VERSIONS, DOCUMENTS))));
  t.deepEqual(documents, DOCUMENTS);
  t.deepEqual(versions, VERSIONS);
  t.is(batchIdOf({ relation: 'b', ner: 'a' }, documents), id);
  t.not(batchIdOf({ ...VERSIONS, ner: 'c' }, documents), id);
  t.not(batchIdOf(VERSIONS, [...documents].reverse()), id);
});

test('results come out letter by letter, and hold nothing of what was sent', async (t) => {
  const batch = await read();
  const deadLetter = { uri: 'b.txt', stage: 'ner', code: 'ENGRAM_STAGE_FAILED', message: 'm', hint: 'h' };
  const sent: ExtractedBatch = { ...batch, results: [batch.results[0]!, { deadLetter }] };
  const pieces = await packResult(sent);
  t.is(JSON.stringify(await unpackResult('b', pieces, DOCUMENTS)), JSON.stringify(sent));
  t.is(pieces.length, 1);
});

test('a result names the device that made it: so much of its name as a line has place for, without what steers a terminal', async (t) => {
  const batch = await read();
  const devicesOf = async (device?: string): Promise<unknown> => (await unpackResult('b', await packResult(batch, device), DOCUMENTS)).results.map((each) => 'findings' in each && each.device);
  t.deepEqual(await devicesOf('NVIDIA H100 80GB HBM3'), ['NVIDIA H100 80GB HBM3', 'NVIDIA H100 80GB HBM3']);
  t.deepEqual(await devicesOf(), [undefined, undefined]);
  t.deepEqual(await devicesOf(''), [undefined, undefined]);
  t.deepEqual(await devicesOf('\u001b[2JA\nB\ud800'), [' [2JA B ', ' [2JA B ']);
  t.deepEqual(await devicesOf(`${'x'.repeat(199)}😀`), Array(2).fill(`${'x'.repeat(199)} `));
});

for (const [what, device, told] of [
  ['too long', 'x'.repeat(201), /device: Too big/],
  ['empty', '', /device: Too small/],
  ['no text', 1, /device: Invalid input/],
  ['a control of a terminal', '\u001b[2J', /device: has characters that are not printed/],
  ['one for each document', { a: 1 }, /device: Invalid input/],
] as const) {
  test(`a device that is ${what} is refused`, async (t) => {
    const [piece] = await packResult(await read(), 'Abacus');
    const [head, ...rest] = inflateRawSync(piece!).toString().split('\n');
    const changed = [JSON.stringify({ ...(JSON.parse(head!) as object), device }), ...rest].join('\n');
    await t.throwsAsync(unpackResult('b', [deflateRawSync(changed)], DOCUMENTS), { code: 'ENGRAM_QUEUE_BATCH_INVALID', message: told });
  });
}

test('a large result is in pieces of half a mebibyte', async (t) => {
  const batch = await read();
  const [first] = batch.results;
  if (first === undefined || !('findings' in first)) return t.fail();
  const findings = JSON.parse(first.findings) as Findings;
  const mentions = Array.from({ length: 40_000 }, () => ({ ...findings.mentions[0]!, score: Math.random(), surface: `${Math.random()}` }));
  const large: ExtractedBatch = { ...batch, results: [{ ...first, findings: JSON.stringify({ ...findings, mentions }) }, batch.results[1]!] };
  const pieces = await packResult(large);
  t.true(pieces.length > 1);
  t.true(pieces.every(({ length }) => length <= 512 * 1024));
  t.deepEqual(await unpackResult('b', pieces, DOCUMENTS), large);
});

for (const [what, told, change] of [
  ['of a field that none has', /Unrecognized key/, (text: string) => text.replace('{', '{"text":"Other",')],
  ['of a field that is everybody\'s', /Unrecognized key/, (text: string) => text.replace('{', '{"__proto__":{"x":1},')],
  ['of a field in a mention that none has', /Unrecognized key/, (text: string) => text.replace('{"label"', '{"id":"x","label"')],
  ['without mentions', /mentions: /, (text: string) => text.replace('"mentions"', '"mention"')],
  ['with a number that is none', /score: /, (text: string) => text.replace('"score":0.9', '"score":1e999')],
  ['that are cut off', /JSON/, (text: string) => text.slice(0, -1)],
  ['of two lines', /findings of 3 documents, not of 2/, (text: string) => text.replace(',', ',\n')],
  ['that begin with a space', /begin with a space/, (text: string) => ` ${text}`],
] as const) {
  test(`findings ${what} are refused`, async (t) => {
    const batch = await read();
    const pieces = await packResult({ ...batch, results: batch.results.map((each) => ('findings' in each ? { ...each, findings: change(each.findings) } : each)).with(1, batch.results[1]!) });
    await t.throwsAsync(unpackResult('b', pieces, DOCUMENTS), { code: 'ENGRAM_QUEUE_BATCH_INVALID', message: told });
  });
}

test('a result of too many documents, and one that is none, are refused', async (t) => {
  const pieces = await packResult(await read());
  await t.throwsAsync(unpackResult('b', pieces, DOCUMENTS.slice(1)), { code: 'ENGRAM_QUEUE_BATCH_INVALID', message: /2 results of 1 documents/ });
  await t.throwsAsync(unpackResult('b', [Buffer.from('no')], DOCUMENTS), { code: 'ENGRAM_QUEUE_BATCH_INVALID' });
});
