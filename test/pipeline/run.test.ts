// The run: order, bound on batches in flight, a poison document, resuming, and how it stops.
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Document, Extraction } from '../../pipeline/core/model.ts';
import type { DeadLetter, SourceItem } from '../../pipeline/core/stage.ts';
import { extractorOf, type Extractor } from '../../pipeline/extract.ts';
import { extractionOfRecord, type ExtractionRecord } from '../../pipeline/journal-records.ts';
import { journalKeyOf, runExtraction, type RunJournal, type RunOptions, type RunResult } from '../../pipeline/run.ts';
import { createFakeStages, documentOf, itemsOf, type FakeOptions } from '../support/fake-stages.ts';

class MemoryJournal implements RunJournal {
  readonly records = new Map<string, { key: string; extraction: Extraction }>();
  appends = 0;
  keyOf(id: string): string | undefined {
    return this.records.get(id)?.key;
  }
  async append(records: readonly ExtractionRecord[]): Promise<void> {
    this.appends++;
    for (const record of records) {
      const extraction = extractionOfRecord(record);
      this.records.set(extraction.id, { key: record.key, extraction });
    }
  }
}

function setUp(items: AsyncIterable<SourceItem>, fake: FakeOptions = {}, more: Partial<RunOptions> = {}) {
  const journal = (more.journal as MemoryJournal | undefined) ?? new MemoryJournal();
  const letters: DeadLetter[] = [];
  const options: RunOptions = {
    items,
    extractor: extractorOf(createFakeStages(fake)),
    journal,
    onDeadLetter: (letter) => void letters.push(letter),
    batchDocuments: 2,
    concurrency: 2,
    ...more,
  };
  return { journal, letters, run: () => runExtraction(options) };
}

const five = (): Document[] => ['a', 'b', 'c', 'd', 'e'].map((id) => documentOf(id, `Ada ${id} Kingston`));

test('each document passes segment, ner and relation in that order, once', async (t) => {
  const seen: string[] = [];
  const { run, journal } = setUp(itemsOf(...five()), { before: (stage, ids) => void seen.push(...ids.map((id) => `${id} ${stage}`)) });
  const result = await run();
  for (const id of 'abcde') t.deepEqual(seen.filter((line) => line.startsWith(id)), [`${id} segment`, `${id} ner`, `${id} relation`]);
  t.deepEqual([...journal.records.keys()].sort(), [...'abcde']);
  t.like(result, { read: 5, extracted: 5, unchanged: 0, deadLetters: 0, words: 15, interrupted: false });
  t.is(journal.records.get('a')!.extraction.relations.length, 1);
  t.is(journal.records.get('a')!.extraction.extractor, 'fake@1');
});

test('no more batches than allowed are in flight, and reading waits for them', async (t) => {
  let read = 0;
  let done = 0;
  let working = 0;
  let mostWorking = 0;
  let mostAhead = 0;
  async function* many(): AsyncGenerator<SourceItem> {
    for (let i = 0; i < 60; i++) {
      read++;
      mostAhead = Math.max(mostAhead, read - done);
      yield { document: documentOf(`d${i}`, `Ada ${i}`) };
    }
  }
  const before: FakeOptions['before'] = async (stage) => {
    if (stage === 'segment') mostWorking = Math.max(mostWorking, ++working);
    await wait(2);
    if (stage === 'relation') {
      working--;
      done += 2;
    }
  };
  await setUp(many(), { before }).run();
  t.is(mostWorking, 2);
  // Two batches worked on, one waiting, one being read; two documents each.
  t.true(mostAhead <= 8, `${mostAhead} documents read ahead`);
});

test('a poison document is a dead letter with stage and code; its neighbours are kept', async (t) => {
  const before: FakeOptions['before'] = (stage, ids) => {
    if (stage === 'ner' && ids.includes('c')) throw new TypeError('bad weights');
  };
  const { run, journal, letters } = setUp(itemsOf(...five()), { before }, { batchDocuments: 5 });
  const result = await run();
  t.deepEqual([...journal.records.keys()].sort(), ['a', 'b', 'd', 'e']);
  t.is(letters.length, 1);
  t.like(letters[0], { uri: 'c.txt', stage: 'ner', code: 'ENGRAM_STAGE_FAILED' });
  t.regex(letters[0]!.message, /bad weights/);
  t.like(result, { extracted: 4, deadLetters: 1 });
  t.false(result.current.has('c' as never));
});

test('a failure that no document would escape stops the run', async (t) => {
  const before: FakeOptions['before'] = () => {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path: 'm', problem: 'too short' });
  };
  const { run, letters } = setUp(itemsOf(...five()), { before });
  await t.throwsAsync(run(), { instanceOf: EngramError, message: /too short/ });
  t.is(letters.length, 0);
});

test('a stage that loses a document is found out', async (t) => {
  const stages = createFakeStages();
  const { run, letters } = setUp(itemsOf(documentOf('a', 'Ada')), {}, {
    extractor: extractorOf({ ...stages, ner: { name: 'ner:lossy', process: async () => [] } }),
  });
  await run();
  t.like(letters[0], { stage: 'ner', code: 'ENGRAM_SHAPE_MISMATCH' });
});

test('what the source could not read is passed on and the rest is kept', async (t) => {
  async function* items(): AsyncGenerator<SourceItem> {
    yield { deadLetter: { uri: 'x.csv', line: 3, stage: 'read', code: 'ENGRAM_SOURCE_BAD_ROW', message: 'broken' } };
    yield { document: documentOf('a', 'Ada') };
  }
  const { run, letters, journal } = setUp(items());
  t.like(await run(), { read: 1, extracted: 1, deadLetters: 1 });
  t.is(letters[0]!.line, 3);
  t.true(journal.records.has('a'));
});

test('a second document with the same id is refused, whichever batch finishes first', async (t) => {
  const twin = { ...documentOf('a', 'Grace'), uri: 'b.txt' };
  const { run, letters, journal } = setUp(itemsOf(documentOf('a', 'Ada'), twin), {}, { batchDocuments: 1 });
  await run();
  t.is(journal.records.get('a')!.extraction.text, 'Ada');
  t.like(letters[0], { uri: 'b.txt', stage: 'read', code: 'ENGRAM_SOURCE_DUPLICATE_ID' });
});

test('a stopped run finishes its batches in flight and the next run does only the rest', async (t) => {
  const stop = new AbortController();
  const journal = new MemoryJournal();
  const before: FakeOptions['before'] = (stage, ids) => {
    if (stage === 'ner' && ids.includes('a')) stop.abort();
  };
  const first = await setUp(itemsOf(...five()), { before }, { journal, signal: stop.signal, concurrency: 1 }).run();
  t.true(first.interrupted);
  t.true(first.extracted >= 2 && first.extracted < 5);
  t.is(journal.records.size, first.extracted);
  const second = await setUp(itemsOf(...five()), {}, { journal }).run();
  t.like(second, { unchanged: first.extracted, extracted: 5 - first.extracted, interrupted: false });
  t.is(second.current.size, 5);
});

test('stopping does not wait for a source that waits for input', async (t) => {
  const stop = new AbortController();
  async function* silent(): AsyncGenerator<SourceItem> {
    yield { document: documentOf('a', 'Ada') };
    await new Promise(() => undefined);
  }
  setTimeout(() => stop.abort(), 20);
  t.true((await setUp(silent(), {}, { signal: stop.signal }).run()).interrupted);
});

test('only what changed is read again: text, metadata or a model version', async (t) => {
  const journal = new MemoryJournal();
  await setUp(itemsOf(...five()), {}, { journal }).run();
  t.like(await setUp(itemsOf(...five()), {}, { journal }).run(), { unchanged: 5, extracted: 0 });
  const changed = five().map((document) => (document.id === 'b' ? { ...document, text: 'Grace' } : document));
  t.like(await setUp(itemsOf(...changed), {}, { journal }).run(), { unchanged: 4, extracted: 1 });
  t.like(await setUp(itemsOf(...changed), { version: '2' }, { journal }).run(), { unchanged: 0, extracted: 5 });
});

test('a journal that cannot be written stops the run with its own error', async (t) => {
  const journal = new MemoryJournal();
  journal.append = async () => {
    throw new Error('no space left');
  };
  await t.throwsAsync(setUp(itemsOf(...five()), {}, { journal }).run(), { message: 'no space left' });
});

test('the journal key does not depend on the order of metadata or versions', (t) => {
  const document = documentOf('a', 'Ada');
  const one = journalKeyOf({ ...document, metadata: { x: '1', y: '2' } }, { ner: '1', relation: '2' });
  t.is(one, journalKeyOf({ ...document, metadata: { y: '2', x: '1' } }, { relation: '2', ner: '1' }));
  t.not(one, journalKeyOf({ ...document, metadata: { x: '1', y: '3' } }, { ner: '1', relation: '2' }));
});

test('a batch is closed early when it has enough text, and is told of when the journal has it', async (t) => {
  const batches: (readonly string[])[] = [];
  const extractor = extractorOf(createFakeStages());
  const { run, journal } = setUp(itemsOf(documentOf('a', 'Ada'), documentOf('long', 'Ada Kingston '.repeat(20)), documentOf('b', 'Ada'), documentOf('c', 'Ada'), documentOf('d', 'Ada')), {}, {
    batchDocuments: 3,
    batchBytes: 100,
    extractor: {
      ...extractor,
      async extract(documents) {
        return { ...(await extractor.extract(documents)), taken: async () => void batches.push(documents.filter(({ id }) => journal.keyOf(id) !== undefined).map(({ id }) => id)) };
      },
    },
  });
  await run();
  t.deepEqual(batches, [['a', 'long'], ['b', 'c', 'd']]);
});

test('nothing more is read while enough text is in flight', async (t) => {
  let mostAhead = 0;
  let [read, done] = [0, 0];
  async function* many(): AsyncGenerator<SourceItem> {
    for (; read < 40; read++) {
      mostAhead = Math.max(mostAhead, read - done);
      yield { document: documentOf(`${read}`, 'x'.repeat(100)) };
    }
  }
  const before: FakeOptions['before'] = async (stage, ids) => {
    await wait(1);
    if (stage === 'relation') done += ids.length;
  };
  const { run } = setUp(many(), { before }, { concurrency: 20, bytesInFlight: 500 });
  t.is((await run()).extracted, 40);
  t.true(mostAhead <= 8, `${mostAhead} ahead`);
});

test('documents are counted by the device that read them, and made-up names do not grow without end', async (t) => {
  const own = extractorOf(createFakeStages());
  const devicesOf = async (count: number, deviceOf: (at: number) => string): Promise<RunResult['devices']> => {
    const extract: Extractor['extract'] = async (batch) => {
      const { results, seconds } = await own.extract(batch);
      return { results: results.map((each, i) => ({ ...each, device: deviceOf(Number(batch[i]!.id)) })), seconds };
    };
    const documents = Array.from({ length: count }, (_, at) => documentOf(`${at}`, 'Ada Kingston'));
    return (await setUp(itemsOf(...documents), {}, { extractor: { ...own, extract } }).run()).devices;
  };
  t.deepEqual(Object.entries(Object.fromEntries(await devicesOf(30, (at) => (at % 3 === 0 ? '__proto__' : 'A')))).sort(), [['A', 20], ['__proto__', 10]]);
  const many = await devicesOf(240, (at) => `made up ${at}`);
  t.is(many.size, 101);
  t.is(many.get('others'), 140);
  t.is((await setUp(itemsOf(...five())).run()).devices.size, 0);
});
