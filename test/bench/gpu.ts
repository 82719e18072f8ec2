// `npm run bench:gpu [-- --engines webgpu,onnx-cuda] [--data PATH] [--words N] [--batch-tokens N] [--json]`: each engine that runs here, or those
// that are named, on the same sentences and passages: words a second of the tagger and of the relation reader, the share of the time in which
// the device had work, and whether it finds what the CPU finds in float32. Ends with 1 where it does not, but for near-ties, or where a named one is not there.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createCoreference } from '../../extractors/coreference/coreference.ts';
import type { Emissions } from '../../extractors/engine/crf-kernel.ts';
import type { Engine, EngineKind, Precision } from '../../extractors/engine/engine.ts';
import { createEngine } from '../../extractors/engine/index.ts';
import { createTagger, loadTagger } from '../../extractors/ner/tagger.ts';
import { createTaggerOf, forEachEmissions } from '../../extractors/ner/tagger-model.ts';
import { documentPassages } from '../../extractors/relation/document-passages.ts';
import type { Passage } from '../../extractors/relation/passage.ts';
import { createRelationReader } from '../../extractors/relation/relation-reader.ts';
import { createSegmenter } from '../../extractors/text/segmenter.ts';
import { formatCount, note, paint, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG, ENGINE_KINDS, isDevice } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { firstWords, readDocuments } from '../support/documents.ts';

const WORDS = 40_000;
/** Of a score: what float32 may make of it in another order of summation, and much below what tells tags apart. */
const NEAR_TIE = 0.01;
/** Relations within this of the least probability that is asked for may fall on either side. */
const NEAR_THRESHOLD = 0.001;
const LEAST_PROBABILITY = DEFAULT_CONFIG.extract.relationThreshold;
const MOST_SHOWN = 10;

const { values: flags } = parseArgs({
  options: { engines: { type: 'string' }, data: { type: 'string', default: 'fixtures/documents' }, words: { type: 'string', default: String(WORDS) }, 'batch-tokens': { type: 'string' }, json: { type: 'boolean', default: false } },
});
const batchTokens = Number(flags['batch-tokens'] ?? DEFAULT_CONFIG.engine.batchTokens);

interface Speed {
  readonly wordsPerSecond: number;
  /** Share of the time in which the device had a batch; left out for engines that have no device to themselves. */
  readonly busy?: number;
  /** The same in percent, as nvidia-smi sees it. */
  readonly nvidiaSmi?: number;
}

interface Findings {
  /** Tags of each sentence. */
  readonly tags: readonly Int32Array[];
  /** float32 [tokens, tags] of each sentence. */
  readonly emissions: readonly Float32Array[];
  /** Probability by passage, clusters and label. */
  readonly relations: ReadonlyMap<string, number>;
}

interface Measured extends Findings {
  readonly device: string;
  readonly tagger: Speed;
  readonly relationReader: Speed;
}

const network = loadTagger();
const documents = await createSegmenter().process(firstWords(await readDocuments(flags.data), Number(flags.words)));
const sentences = documents.flatMap((document) => document.sentences.map(({ tokens }) => tokens.map(({ text }) => text)));
const wordCount = (texts: readonly { readonly length: number }[]): number => texts.reduce((sum, { length }) => sum + length, 0);

if (!flags.json) note('the CPU in float32 …');
const passages = await findPassages();
const reference = await measure(await createEngine('onnx'), 'float32');
const [usual, ...devices] = [await measure(await createEngine('onnx'), DEFAULT_CONFIG.engine.precision), ...(await measureDevices())] as const;
const judged = devices.map(({ kind, ...device }) => ({ kind, device, ...compare(device) }));
if (flags.json) printJson({ words: wordCount(sentences), batchTokens, reference: summaryOf(reference), usual: summaryOf(usual), devices: judged.map(({ kind, device, ...parity }) => ({ kind, ...summaryOf(device), ...parity })) });
else report();
if (judged.some(({ holds }) => !holds)) process.exitCode = 1;

/** What every engine is given to read: mentions and chains that the CPU finds. */
async function findPassages(): Promise<Passage[]> {
  const tagger = await createTagger({ engine: 'onnx', precision: 'float32' });
  const chained = await createCoreference().process(await tagger.process(documents));
  await tagger.close?.();
  return chained.flatMap(documentPassages);
}

async function measureDevices(): Promise<(Measured & { readonly kind: EngineKind })[]> {
  const asked = flags.engines?.split(',') ?? ENGINE_KINDS.filter(isDevice);
  const found: (Measured & { readonly kind: EngineKind })[] = [];
  for (const name of asked) {
    const kind = ENGINE_KINDS.find((known) => known === name);
    if (kind === undefined) throw new Error(`There is no engine '${name}'; there are ${ENGINE_KINDS.join(', ')}.`);
    try {
      const engine = await createEngine(kind, { batchTokens });
      if (!flags.json) note(`${kind}: ${engine.device} …`);
      found.push({ kind, ...(await measure(engine, 'float32')) });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      note(`SKIPPED ${error.message}`);
      if (flags.engines !== undefined) process.exitCode = 1;
    }
  }
  return found;
}

async function measure(engine: Engine, precision: Precision): Promise<Measured> {
  const encoder = await engine.createEncoder(network.encoder, precision);
  const tagger = createTaggerOf(network, encoder);
  const tags: Int32Array[] = [];
  const emissions: Float32Array[] = [];
  const visit = (index: number, found: Emissions): void => {
    tags[index] = tagger.crf.bestPath(found);
    emissions[index] = rowsOf(found, tagger.crf.tags);
  };
  // Once before it counts: programs are compiled for the shapes of batches, words are looked up.
  await forEachEmissions(sentences, tagger, visit);
  const ofTagger = await timed(engine, wordCount(sentences), () => forEachEmissions(sentences, tagger, visit));
  await encoder.dispose();

  const reader = await createRelationReader({ engine: engine.kind, precision, batchTokens });
  await reader.read(passages, LEAST_PROBABILITY);
  let found: Awaited<ReturnType<typeof reader.read>> = [];
  const ofReader = await timed(engine, wordCount(passages.map(({ tokens }) => tokens)), async () => void (found = await reader.read(passages, LEAST_PROBABILITY)));
  await reader.close();
  const relations = new Map(found.flatMap((all, passage) => all.map(({ head, tail, label, probability }) => [`passage ${passage}: ${head} ${label} ${tail}`, probability] as const)));
  return { device: engine.device, tagger: ofTagger, relationReader: ofReader, tags, emissions, relations };
}

async function timed(engine: Engine, words: number, work: () => Promise<void>): Promise<Speed> {
  const watch = engine.kind === 'onnx-cuda' || engine.kind === 'tensorflow' ? watchCard() : undefined;
  const [start, busy] = [performance.now(), engine.busySeconds?.()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const nvidiaSmi = await watch?.();
  return { wordsPerSecond: words / seconds, ...(busy !== undefined && { busy: (engine.busySeconds!() - busy) / seconds }), ...(nvidiaSmi !== undefined && { nvidiaSmi }) };
}

/** @returns a function that ends the watch and gives the mean utilisation in percent; undefined where nvidia-smi is missing */
function watchCard(): () => Promise<number | undefined> {
  const child = spawn('nvidia-smi', ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', '--loop-ms=100'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let told = '';
  child.on('error', () => undefined);
  child.stdout.on('data', (piece: Buffer) => (told += piece.toString()));
  return async () => {
    child.kill();
    const samples = told.split('\n').filter((line) => /^\d+/.test(line)).map(Number);
    return samples.length === 0 ? undefined : samples.reduce((sum, value) => sum + value, 0) / samples.length;
  };
}

function rowsOf({ scores, offset, stride, tokens }: Emissions, tags: number): Float32Array {
  const rows = new Float32Array(tokens * tags);
  for (let t = 0; t < tokens; t++) rows.set(scores.subarray(offset + t * stride, offset + t * stride + tags), t * tags);
  return rows;
}

const nameOfTag = (tag: number): string => (tag === 0 ? 'O' : `${'BIES'[(tag - 1) % 4]}-${network.labels[Math.floor((tag - 1) / 4)]}`);

interface Difference {
  readonly where: string;
  readonly cpu: string;
  readonly device: string;
  /** What the CPU's scores say against the device's choice: of a path of tags, or of a probability and the threshold. */
  readonly margin: number;
}

function compare(device: Findings): { readonly sameTags: number; readonly emissionsApart: number; readonly probabilitiesApart: number; readonly differences: readonly Difference[]; readonly holds: boolean } {
  let [same, emissionsApart, probabilitiesApart] = [0, 0, 0];
  const differences: Difference[] = [];
  sentences.forEach((words, index) => {
    const [ours, theirs] = [reference.tags[index]!, device.tags[index]!];
    device.emissions[index]!.forEach((value, at) => (emissionsApart = Math.max(emissionsApart, Math.abs(value - reference.emissions[index]![at]!))));
    const margin = scoreOf(index, ours) - scoreOf(index, theirs);
    words.forEach((word, t) => {
      if (ours[t] === theirs[t]) same++;
      else differences.push({ where: `sentence ${index}: ${word}`, cpu: nameOfTag(ours[t]!), device: nameOfTag(theirs[t]!), margin });
    });
  });
  for (const key of new Set([...reference.relations.keys(), ...device.relations.keys()])) {
    const [ours, theirs] = [reference.relations.get(key), device.relations.get(key)];
    if (ours !== undefined && theirs !== undefined) probabilitiesApart = Math.max(probabilitiesApart, Math.abs(ours - theirs));
    else differences.push({ where: key, cpu: ours?.toFixed(4) ?? 'none', device: theirs?.toFixed(4) ?? 'none', margin: Math.abs((ours ?? theirs)! - LEAST_PROBABILITY) });
  }
  const isNear = ({ where, margin }: Difference): boolean => margin <= (where.startsWith('passage') ? NEAR_THRESHOLD : NEAR_TIE);
  const holds = emissionsApart <= NEAR_TIE && probabilitiesApart <= NEAR_TIE && differences.every(isNear);
  return { sameTags: same / wordCount(sentences), emissionsApart, probabilitiesApart, differences, holds };
}

/** Of a path of tags, by the emissions that the CPU computed. */
function scoreOf(sentence: number, path: Int32Array): number {
  const transitions = network.tables['transitions']!;
  const width = Math.sqrt(transitions.length);
  const tags = width - 1;
  let [score, before] = [0, tags];
  path.forEach((tag, t) => {
    score += reference.emissions[sentence]![t * tags + tag]! + transitions[before * width + tag]!;
    before = tag;
  });
  return path.length === 0 ? 0 : score + transitions[before * width + tags]!;
}

function summaryOf({ device, tagger, relationReader, relations }: Measured): object {
  return { device, tagger, relationReader, relations: relations.size };
}

function report(): void {
  const share = (value: number | undefined): string => (value === undefined ? '' : `${(100 * value).toFixed(0)} %`);
  const smi = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(0)} %`);
  const row = (name: string, { device, tagger, relationReader }: Measured): string[] => [
    name, device, formatCount(tagger.wordsPerSecond), share(tagger.busy), smi(tagger.nvidiaSmi), formatCount(relationReader.wordsPerSecond), share(relationReader.busy), smi(relationReader.nvidiaSmi),
  ];
  const right = { align: 'right' } as const;
  print(`\n${formatCount(wordCount(sentences))} words of ${flags.data} in ${formatCount(sentences.length)} sentences; batches of a device up to ${formatCount(batchTokens)} words with padding.`);
  print(`Busy: the device had a batch to compute. Card: what nvidia-smi calls its utilisation.\n`);
  print(table(
    [
      ['engine', 'on', 'tagger, words/s', 'busy', 'card', 'relations, words/s', 'busy', 'card'],
      row('onnx float32', reference),
      row(`onnx ${DEFAULT_CONFIG.engine.precision}`, usual),
      ...judged.map(({ kind, device }) => row(`${kind} float32`, device)),
    ],
    [{}, {}, right, right, right, right, right, right],
  ));
  for (const { kind, device, sameTags, emissionsApart, probabilitiesApart, differences, holds } of judged) {
    const verdict = holds ? paint('same as the CPU', 'green') : paint('NOT the same as the CPU', 'red');
    print(`\n${kind}: ${verdict}; tags ${(100 * sameTags).toFixed(4)} %, emission scores within ${emissionsApart.toExponential(1)}; ${formatCount(device.relations.size)} relations, probabilities within ${probabilitiesApart.toExponential(1)}`);
    for (const { where, cpu, device: other, margin } of differences.slice(0, MOST_SHOWN)) print(`  ${where}: ${cpu} on the CPU, ${other} here; margin ${margin.toExponential(1)}`);
    if (differences.length > MOST_SHOWN) print(`  … and ${differences.length - MOST_SHOWN} more (--json lists all)`);
  }
}
