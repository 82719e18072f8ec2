// One measurement in a process of its own, so that its peak memory is its own: `tsx parts.ts PART INPUT` prints its result
// as JSON. `bench.ts` runs these.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../extractors/engine/index.ts';
import type { Encoder } from '../../extractors/engine/engine.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { createTaggerOf, tagSentences } from '../../extractors/ner/tagger-model.ts';
import { segmentText } from '../../extractors/text/segmenter.ts';
import { openStore } from '../../graph/stores/index.ts';
import { runBuild } from '../../pipeline/build.ts';
import { createStages } from '../../pipeline/stages.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { firstWords, readDocuments } from '../support/documents.ts';
import { takeNeo4jTurn } from '../support/neo4j-server.ts';
import { generateGraph } from './generate-graph.ts';

const GENERATED = { entities: 20_000, facts: 40_000, seed: 7 } as const;

export interface Measured {
  /** Words or rows. */
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Of the whole process: Node, models and data. */
  readonly peakMiB: number;
  readonly detail?: Readonly<Record<string, number>>;
}

type Result = Omit<Measured, 'perSecond' | 'peakMiB'>;

const WARM_UP_WORDS = 20_000;
/** Enough for shares that hold still, and short. */
const BREAKDOWN_WORDS = 100_000;

const JUDGED: Config = { ...DEFAULT_CONFIG, extract: { ...DEFAULT_CONFIG.extract, sentiment: 'shipped' } };

const PARTS: Readonly<Record<string, (input: string) => Promise<Result>>> = {
  segmentation: measureSegmentation,
  ner: measureNer,
  'ner-memory': measureNerMemory,
  breakdown: measureBreakdown,
  classification: measureClassification,
  build: (input) => measureBuild(input, DEFAULT_CONFIG),
  'build-judged': (input) => measureBuild(input, JUDGED),
  store: measureStore,
};

/** @param input a glob or folder */
async function measureSegmentation(input: string): Promise<Result> {
  const documents = await readDocuments(input);
  for (const { text } of firstWords(documents, WARM_UP_WORDS)) segmentText(text);
  let count = 0;
  const seconds = clock();
  for (const { text } of documents) for (const { tokens } of segmentText(text)) count += tokens.length;
  return { count, seconds: seconds() };
}

/** Text to mentions, with the stages a build has and as many batches in flight. */
async function measureNer(input: string): Promise<Result> {
  const documents = await readDocuments(input);
  const { segment, ner } = await createStages(DEFAULT_CONFIG);
  await ner.process(await segment.process(firstWords(documents, WARM_UP_WORDS)));
  const { batchDocuments, concurrency } = DEFAULT_CONFIG.extract;
  let count = 0;
  let mentions = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < documents.length) {
      const batch = documents.slice(next, (next += batchDocuments));
      for (const tagged of await ner.process(await segment.process(batch))) {
        mentions += tagged.mentions.length;
        for (const { tokens } of tagged.sentences) count += tokens.length;
      }
    }
  };
  const seconds = clock();
  await Promise.all(Array.from({ length: concurrency }, work));
  return { count, seconds: seconds(), detail: { mentions } };
}

const MEMORY_BYTES = 200e6;
const QUARTERS = 4;

/** Text to mentions over 200 MB, the input again and again with new words in it; memory in use after each quarter. */
async function measureNerMemory(input: string): Promise<Result> {
  const documents = await readDocuments(input);
  const { segment, ner } = await createStages(DEFAULT_CONFIG);
  const { batchDocuments } = DEFAULT_CONFIG.extract;
  const detail: Record<string, number> = {};
  let [count, bytes, pass] = [0, 0, 0];
  const seconds = clock();
  for (let quarter = 1; quarter <= QUARTERS; quarter++) {
    while (bytes < (MEMORY_BYTES * quarter) / QUARTERS) {
      pass++;
      const varied = documents.map((document) => ({ ...document, text: document.text.replace(/ ([A-Z][a-z]+)/g, ` $1${pass.toString(36)}`) }));
      for (let i = 0; i < varied.length; i += batchDocuments) {
        for (const { sentences, text } of await ner.process(await segment.process(varied.slice(i, i + batchDocuments)))) {
          bytes += Buffer.byteLength(text);
          for (const { tokens } of sentences) count += tokens.length;
        }
      }
    }
    detail[`MiB after ${Math.round(bytes / 1e6)} MB`] = Math.round(process.memoryUsage.rss() / 2 ** 20);
  }
  return { count, seconds: seconds(), detail };
}

/** Seconds of each step of NER, one batch at a time: what runs side by side in a build is added up here. */
async function measureBreakdown(input: string): Promise<Result> {
  const documents = firstWords(await readDocuments(input), BREAKDOWN_WORDS);
  const network = loadTagger();
  const { input: words } = network;
  const engine = await createEngine(DEFAULT_CONFIG.engine.kind);
  const encoder = await engine.createEncoder(network.encoder, DEFAULT_CONFIG.engine.precision);
  const spent = { segmentation: 0, wordInput: 0, encoder: 0, decoding: 0 };

  // Within one batch words are written, then the encoder runs, then its scores are decoded: three marks tell them apart.
  let step: 'wordInput' | 'decoding' = 'decoding';
  let mark = performance.now();
  const charge = (to: keyof typeof spent): void => {
    const now = performance.now();
    spent[to] += (now - mark) / 1000;
    mark = now;
  };
  const write = words.writeCached.bind(words);
  words.writeCached = (word, target, offset) => {
    if (step === 'decoding') charge('decoding');
    step = 'wordInput';
    write(word, target, offset);
  };
  const timed: Encoder = {
    async run(batch) {
      charge('wordInput');
      const scores = await encoder.run(batch);
      charge('encoder');
      step = 'decoding';
      return scores;
    },
    dispose: () => encoder.dispose(),
  };
  const pass = async (): Promise<number> => {
    mark = performance.now();
    const sentences = documents.flatMap(({ text }) => segmentText(text).map(({ tokens }) => tokens.map((token) => token.text)));
    charge('segmentation');
    await tagSentences(sentences, createTaggerOf(network, timed), 1);
    charge('decoding');
    return sentences.reduce((sum, tokens) => sum + tokens.length, 0);
  };
  await pass();
  for (const name of Object.keys(spent) as (keyof typeof spent)[]) spent[name] = 0;
  const seconds = clock();
  const count = await pass();
  const result = { count, seconds: seconds(), detail: spent };
  await timed.dispose();
  return result;
}

/** From files to an embedded store, models loaded anew, as `engram build` does it. */
/** Sentences to the sentiment of each and of their documents, with the stage that a build has. */
async function measureClassification(input: string): Promise<Result> {
  const { segment, classify } = await createStages(JUDGED);
  const documents = (await segment.process(await readDocuments(input))).map((document) => ({ ...document, mentions: [], chains: [], relations: [] }));
  await classify!.process(documents.slice(0, 2));
  const count = documents.reduce((sum, { sentences }) => sum + sentences.reduce((n, { tokens }) => n + tokens.length, 0), 0);
  const seconds = clock();
  await classify!.process(documents);
  return { count, seconds: seconds() };
}

async function measureBuild(input: string, config: Config): Promise<Result> {
  const out = await mkdtemp(join(tmpdir(), 'engram-bench-'));
  try {
    const { manifest } = await runBuild({ inputs: [input], out, config });
    const { documents, entities, facts, words } = manifest.counts!;
    return { count: words, seconds: manifest.seconds!['total']!, detail: { documents, entities, facts, ...manifest.seconds } };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Replaces what the store holds by a generated graph; a row is a document, an entity or a fact. */
async function measureStore(address: string): Promise<Result> {
  const graph = generateGraph(GENERATED, GENERATED.seed);
  const count = graph.documents.length + graph.entities.length + graph.facts.length;
  const directory = await mkdtemp(join(tmpdir(), 'engram-bench-'));
  if (address.includes('://')) await takeNeo4jTurn();
  try {
    const store = await openStore(address, { directory });
    await store.prepare();
    const seconds = clock();
    await store.replaceAll(graph);
    const result = { count, seconds: seconds() };
    const held = await store.counts();
    if (held.entities + held.facts + held.documents !== count) throw new Error(`${store.kind} holds ${JSON.stringify(held)}, not ${count} rows`);
    await store.close();
    return result;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function clock(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

const [name = '', input = ''] = process.argv.slice(2);
const part = PARTS[name];
if (part === undefined) throw new Error(`No part '${name}'. Known: ${Object.keys(PARTS).join(', ')}`);
const result = await part(input);
const measured: Measured = { ...result, perSecond: result.count / result.seconds, peakMiB: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
