// S1 to S7, S11 and S12: what is put in to do harm: broken and bent files, attack strings, bombs, links, prototype keys, Cypher in names, formulas, secrets,
// model files that were tampered with.
import { spawn } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { createGunzip, createGzip, gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import ts from 'typescript';
import { segmentText } from '../../extractors/text/segmenter.ts';
import { tagCountOf } from '../../extractors/ner/bioes.ts';
import { TAGGER_FILE, TAGGER_TASK } from '../../extractors/ner/tagger-model.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { saveNetwork } from '../../extractors/network/model-file.ts';
import { WordInput } from '../../extractors/network/word-input.ts';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { buildGraph } from '../../graph/build-graph.ts';
import { exportCsv } from '../../graph/export/csv.ts';
import { EXPORTERS } from '../../graph/export/index.ts';
import { entityFeatures, FEATURE_COLUMNS } from '../../graph/features/entity-features.ts';
import { writeCsv } from '../../graph/features/write-features.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { related } from '../../graph/query/related.ts';
import { createSearch, findEntity, searchWords } from '../../graph/query/search.ts';
import { parseDate } from '../../graph/resolve/parse-date.ts';
import { parseQuantity } from '../../graph/resolve/parse-number.ts';
import { normalizeDate } from '../../graph/resolve/records/record-date.ts';
import * as cypher from '../../graph/stores/cypher.ts';
import { openEmbedded, openStore } from '../../graph/stores/index.ts';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { EngramError, ERROR_TABLE, type ErrorCode } from '../../pipeline/core/errors.ts';
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import type { Entity, Fact, GraphDelta } from '../../pipeline/core/model.ts';
import { displayName, nameKey, normalizeName, spelledName } from '../../pipeline/core/names/normalize-name.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { readDeadLetters } from '../../pipeline/dead-letter.ts';
import { readJournal } from '../../pipeline/journal.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { readConfig } from '../../pipeline/read-config.ts';
import { DEFAULT_SOURCE_OPTIONS, openSource } from '../../pipeline/sources/index.ts';
import { isTooNested, readHtml } from '../../pipeline/sources/html-text.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { hostileInputs, hostileName } from '../support/hostile-inputs.ts';
import { sampleGraph } from '../support/sample-graph.ts';
import { sharedNeo4j } from './neo4j-process.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';
import { sortedGraph } from './synthetic-graph.ts';

const CONFIG: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const FAKE = { createExtractor: async () => extractorOf(createFakeStages()) };

/** Errors that say that a document was to blame, not Engram. */
const isOfDocument = (code: string): boolean => Object.hasOwn(ERROR_TABLE, code) && ERROR_TABLE[code as ErrorCode].exit !== 70;

const LONGEST_SILENCE_S = 10;

/** Bytes of the longest document of S1. */
const LONGEST_DOCUMENT = 65_536;

/** A process that says that it goes on; one that is silent for too long is killed. */
function runHeard(script: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly longestSilence: number; readonly told: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import=tsx', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [last, longestSilence, isStarted, told] = [performance.now(), 0, false, ''];
    const hear = (): void => {
      if (isStarted) longestSilence = Math.max(longestSilence, performance.now() - last);
      isStarted = true;
      last = performance.now();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', (piece: Buffer) => (told += piece.toString()));
    const watch = setInterval(() => {
      if (isStarted && performance.now() - last > 1000 * LONGEST_SILENCE_S) child.kill('SIGKILL');
    }, 200);
    child.once('close', (code) => {
      clearInterval(watch);
      hear();
      resolve({ code, longestSilence: longestSilence / 1000, told });
    });
  });
}

/** What a reader without precautions throws on. */
function isRefusedUnguarded(name: string, bytes: Uint8Array): boolean {
  try {
    const plain = name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    if (name.includes('.jsonl')) for (const line of text.split('\n').filter((each) => each !== '')) JSON.parse(line);
    if (name.includes('.csv')) parseCsv(text, { columns: true });
    return false;
  } catch {
    return true;
  }
}

export const hostileFiles: Proof = {
  id: 'S1',
  promise: 'hostile inputs: no crash, no hang; each is read or dead-lettered with a known code',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const [inputs, out] = [join(folder, 'in'), join(folder, 'out')];
      await mkdir(inputs);
      const names: string[] = [];
      let unguarded = 0;
      for (const { name, bytes } of hostileInputs(long ? 10_000 : 300, seed)) {
        names.push(name);
        await writeFile(join(inputs, name), bytes);
        if (isRefusedUnguarded(name, bytes)) unguarded++;
      }
      const { code, longestSilence, told } = await runHeard('test/support/hostile-build.ts', [inputs, out, String(LONGEST_DOCUMENT)]);
      if (code !== 0) throw new Error(`the build ended with ${code ?? `a hang of ${LONGEST_SILENCE_S} s`}: ${told.slice(-400)}`);
      const letters = await readDeadLetters(out);
      const journal = await readJournal(out);
      const fileOf = (uri: string): string => uri.slice(inputs.length + 1).split('#')[0]!;
      const accepted = new Set<string>();
      for await (const { uri } of journal.extractions()) accepted.add(fileOf(uri));
      await journal.close();
      const refused = new Set(letters.map(({ uri }) => fileOf(uri)));
      const unaccounted = names.filter((name) => !accepted.has(name) && !refused.has(name));
      const unknown = letters.filter((letter) => !isOfDocument(letter.code));
      const { found } = await verifyStore(out, DEFAULT_CONFIG, false);
      const { entities } = (await readManifest(out))!.counts!;
      return {
        held: unaccounted.length === 0 && unknown.length === 0 && found.length === 0 && accepted.size > 0 && refused.size > 0,
        figures: `0 crashes, 0 hangs of ${names.length} files; longest silence ${longestSilence.toFixed(1)} s of ${LONGEST_SILENCE_S}; ${accepted.size} read, ${refused.size} with dead letters of ${new Set(letters.map((letter) => letter.code)).size} codes, ${unknown.length} of no known code, ${unaccounted.length} unaccounted for${[...unaccounted, ...unknown.map((letter) => `${letter.code} ${letter.message}`)].slice(0, 3).map((each) => ` ${each}`).join(';')}; ${entities} entities, the embedded store holds the graph${found.length === 0 ? '' : ` but ${found.length}`}`,
        control: `a reader without precautions throws on ${unguarded}`,
        controlFailed: unguarded > names.length / 10,
      };
    }),
};

const ATTACK_LIMIT_MS = 100;
/** The parser of HTML goes through all open tags for each tag: pages where that would take long are refused before. */
const NESTED_LIMIT_MS = 500;
const ATTACK_UNITS = [
  'a', ' ', '.', '(', ')', '1', 'A.B.', 'a.', 'a. ', '&', '<', '-', "'", '"', '\n', '\t', '<td', '<a>', '<b>x</b>', '<br>', '</b>', '&amp;', 'x@', 'a@b.', 'http://', 'www.a', '1,', '1.', 'the ', 'on ', 'in ', 'é', '\u0301',
  '😀', '\ud800', '[', '{', '*', 'A ', 'Mr. ', '"a" ', 'U.S.A', '\u00a0', '<p>', '<td>', '<pre>', '<!--', '<script>', '<a b="', " '", '1-', 'a-', 'T1:11', '汉', '\u0e01', '\u200b', '\u202e', '/*', '`', '\\', '\\"\\', '<e1>', '#', '=', '@ ', '0:00 ', '~~~\n',
];
const ATTACK_ENDS = ['', '!', 'a', ' x', '\n', '\n\u0000'];

/** Regular expressions that stand in the sources. */
function expressionsOfSources(): RegExp[] {
  const found = new Map<string, RegExp>();
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const text = node.getText();
      const end = text.lastIndexOf('/');
      found.set(text, new RegExp(text.slice(1, end), text.slice(end + 1).replace(/[gy]/g, '')));
    }
    ts.forEachChild(node, visit);
  };
  for (const top of ['pipeline', 'extractors', 'graph']) {
    for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith('.ts')) continue;
      const path = join(entry.parentPath, entry.name);
      visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
    }
  }
  return [...found.values()];
}

export const attackStrings: Proof = {
  id: 'S2',
  promise: 'strings of 100 KB made for regular expressions: under 100 ms each, or time that grows no faster than their length',
  async run({ long }) {
    const size = 100_000;
    const graph = sampleGraph();
    const search = createSearch(graph);
    const readers: Readonly<Record<string, (text: string) => unknown>> = {
      sentences: (text) => segmentText(text),
      html: readHtml,
      names: (text) => ['PER', 'ORG', 'LOC'].map((type) => [normalizeName(text, type), displayName(text, type)]),
      keys: (text) => [nameKey(text), spelledName(text)],
      dates: (text) => [parseDate(text), normalizeDate(text)],
      numbers: parseQuantity,
      search: (text) => [searchWords(text), search.search(text), findEntity(graph, search, text)],
    };
    const ends = long ? ATTACK_ENDS : ['!'];
    const msOf = async (read: (text: string) => unknown, text: string): Promise<number> => {
      const started = performance.now();
      await read(text);
      return performance.now() - started;
    };
    const short = ['a', ' ', '.', '(', '1', 'A.B.', '&', '<a>', '-', "'", '\n', '<td', '</b>', 'Mr. ', '\u0301'];
    const slow: string[] = [];
    let [tried, byScaling, longest] = [0, 0, 0];
    for (const [name, read] of Object.entries(readers)) {
      await msOf(read, 'Ada. '.repeat(2000));
      for (const unit of long ? ATTACK_UNITS : short) {
        for (const end of ends) {
          const attack = (length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end;
          tried++;
          const ms = await msOf(read, attack(size));
          longest = Math.max(longest, ms);
          if (ms < ATTACK_LIMIT_MS) continue;
          byScaling++;
          // The least of three, as other work on the machine only adds.
          const least = async (length: number): Promise<number> => Math.min(...[await msOf(read, attack(length)), await msOf(read, attack(length)), await msOf(read, attack(length))]);
          const [half, whole] = [await least(size / 2), await least(size)];
          if (whole >= (name === 'html' ? NESTED_LIMIT_MS : ATTACK_LIMIT_MS) && whole > 3 * half) slow.push(`${name} ${JSON.stringify(unit)} ${Math.round(whole)} ms`);
        }
      }
    }
    // Each expression by itself, cut off at the limit: one that blows up would never end.
    const expressions = expressionsOfSources();
    const now = (): number => performance.now();
    /** Milliseconds of each string; infinite for those after the one that does not end. */
    const timesOf = (expression: RegExp, strings: readonly string[]): number[] => {
      const taken: number[] = [];
      try {
        runInNewContext('for (const text of strings) { const started = now(); expression.test(text); taken.push(now() - started); }', { expression, strings, taken, now }, { timeout: 5000 });
      } catch {
        taken.push(Infinity);
      }
      return taken;
    };
    const isOver = (expression: RegExp, text: string): boolean => Math.min(...timesOf(expression, [text]), ...timesOf(expression, [text])) >= ATTACK_LIMIT_MS;
    const blownUp = new Set<string>();
    const units = long ? ATTACK_UNITS : short.slice(0, 8);
    const texts = units.flatMap((unit) => (long ? ATTACK_ENDS : ['\n\u0000']).map((end) => unit.repeat(Math.ceil(size / unit.length)) + end));
    for (const expression of expressions) {
      const taken = timesOf(expression, texts);
      if (taken.some((ms, at) => ms >= ATTACK_LIMIT_MS && isOver(expression, texts[at]!))) blownUp.add(String(expression));
    }
    // A page of the largest size that is nothing but nesting.
    for (const tags of ['<a>', '<a></b>', '<p><i>']) {
      const page = tags.repeat(16 * 1024 * 1024 / tags.length);
      const started = performance.now();
      if (!isTooNested(page) || performance.now() - started > 10 * ATTACK_LIMIT_MS) slow.push(`16 MB of ${tags}`);
    }
    const bad = [...slow, ...blownUp];
    return {
      held: bad.length === 0,
      figures: `${tried} attacks of 100 KB on ${Object.keys(readers).join(', ')}: longest ${Math.round(longest)} ms, ${byScaling} judged by 50 against 100 KB, ${slow.length} grew faster than their length (of HTML, over ${NESTED_LIMIT_MS} ms; 16 MB of nesting are refused); ${expressions.length} expressions of the sources × ${texts.length} strings: ${blownUp.size} over ${ATTACK_LIMIT_MS} ms${bad.slice(0, 3).map((each) => `; ${each}`).join('')}`,
      control: `(a+)+$ on 30 letters is ${isOver(/(a+)+$/, `${'a'.repeat(30)}!`) ? 'over' : 'under'} ${ATTACK_LIMIT_MS} ms; \\s+$ on 100 KB of spaces is ${isOver(/\s+$/, `${' '.repeat(size)}x`) ? 'over' : 'under'}`,
      controlFailed: isOver(/(a+)+$/, `${'a'.repeat(30)}!`) && isOver(/\s+$/, `${' '.repeat(size)}x`),
    };
  },
};

export const bombs: Proof = {
  id: 'S3',
  promise: 'gzip is capped by the bytes of a document, by its ratio, and while it streams',
  run: ({ long }) =>
    withFolder(async (folder) => {
      const expanded = (long ? 1024 : 128) * 1024 * 1024;
      const bombFile = async (name: string, head: string, members = 1): Promise<string> => {
        const path = join(folder, name);
        const parts: Buffer[] = [];
        for (let member = 0; member < members; member++) {
          const gzip = createGzip({ level: 9 });
          gzip.on('data', (piece: Buffer) => parts.push(piece));
          const ended = new Promise((resolve) => gzip.once('end', resolve));
          if (member === 0) gzip.write(head);
          const piece = Buffer.alloc(1024 * 1024, 'a');
          for (let written = 0; written < expanded / members; written += piece.length) if (!gzip.write(piece)) await new Promise((resolve) => gzip.once('drain', resolve));
          gzip.end();
          await ended;
        }
        await writeFile(path, Buffer.concat(parts));
        return path;
      };
      const paths = [await bombFile('a.txt.gz', ''), await bombFile('b.html.gz', '<p>'), await bombFile('c.jsonl.gz', '{"text": "'), await bombFile('d.csv.gz', 'text\n"'), await bombFile('e.jsonl.gz', '', 8)];
      // Compresses well, and is honest: 24 MB of records that are alike.
      const honest = join(folder, 'honest.jsonl.gz');
      const random = createRandom(1);
      const gzip = createGzip();
      const stored: Buffer[] = [];
      gzip.on('data', (piece: Buffer) => stored.push(piece));
      const ended = new Promise((resolve) => gzip.once('end', resolve));
      const filler = 'Ada Lovelace met Charles Babbage. '.repeat(60);
      for (let at = 0; at < 12_000; at++) gzip.write(`{"text": "${random.integer(1e9)} ${filler}"}\n`);
      gzip.end();
      await ended;
      await writeFile(honest, Buffer.concat(stored));
      const codes: string[] = [];
      let [documents, held, peak] = [0, true, 0];
      const before = process.memoryUsage().rss;
      const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - before)), 5);
      for (const path of [...paths, honest]) {
        let read = 0;
        for await (const item of openSource(path, DEFAULT_SOURCE_OPTIONS).read()) {
          if ('deadLetter' in item) {
            codes.push(item.deadLetter.code);
            held &&= path !== honest && ['ENGRAM_SOURCE_UNREADABLE', 'ENGRAM_TEXT_TOO_LONG'].includes(item.deadLetter.code);
          } else read++;
          peak = Math.max(peak, process.memoryUsage().rss - before);
        }
        if (path === honest) documents = read;
        else held &&= read === 0;
      }
      clearInterval(sampler);
      let plain = 0;
      for await (const piece of createReadStream(paths[0]!).pipe(createGunzip())) plain += (piece as Buffer).length;
      const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
      const memory = 200e6;
      return {
        held: held && documents === 12_000 && codes.length >= paths.length && peak < memory,
        figures: `${paths.length} bombs of ${megabytes(expanded)} refused (${[...new Set(codes)].join(', ')}), memory grew by ${megabytes(peak)} at most; 12,000 alike records of ${megabytes(12_000 * (filler.length + 25))} in ${megabytes((await readFile(honest)).length)} all read`,
        control: `a plain gunzip gives ${megabytes(plain)}`,
        controlFailed: plain >= expanded && plain > DEFAULT_SOURCE_OPTIONS.maxDocumentBytes,
      };
    }),
};

/** Paths below a folder; no link is followed. */
async function filesBelow(folder: string, above = ''): Promise<string[]> {
  const entries = await readdir(join(folder, above), { withFileTypes: true });
  const below = await Promise.all(entries.map(async (entry) => [join(above, entry.name), ...(entry.isDirectory() ? await filesBelow(folder, join(above, entry.name)) : [])]));
  return below.flat();
}

export const paths: Proof = {
  id: 'S4',
  promise: 'no link leads a walk out of its folder, no name or id leads a write out of the output',
  run: () =>
    withFolder(async (folder) => {
      const [inputs, out] = [join(folder, 'in'), join(folder, 'work', 'out')];
      await mkdir(join(inputs, 'sub'), { recursive: true });
      await mkdir(join(folder, 'secret'));
      await mkdir(join(folder, 'in-neighbour'));
      for (const [path, text] of [['secret/key.txt', 'Secret Person met Hidden Boston'], ['in-neighbour/n.txt', 'Secret Neighbour met Boston'], ['in/a.txt', 'Ada Lovelace met Boston'], ['in/sub/b.txt', 'Grace Hopper met Kingston']] as const) await writeFile(join(folder, path), text);
      const links = [['in/file.txt', '../secret/key.txt'], ['in/folder', '../secret'], ['in/sub/up', '../..'], ['in/absolute.txt', join(folder, 'secret/key.txt')], ['in/neighbour', '../in-neighbour'], ['in/twice.txt', 'hop.txt'], ['in/hop.txt', '../secret/key.txt']] as const;
      for (const [path, target] of links) await symlink(target, join(folder, path));
      await symlink('sub/b.txt', join(inputs, 'within.txt'));
      await symlink('loop', join(inputs, 'loop'));
      const ids = ['../../../escape', '/etc/passwd', '..\\..\\escape', 'a\u0000b', '%2e%2e%2fescape', 'file:///etc/passwd', '.', '..'];
      await writeFile(join(inputs, 'ids.jsonl'), ids.map((id) => JSON.stringify({ id, text: 'Ada Lovelace met Boston', title: id })).join('\n'));
      const before = await filesBelow(folder);
      let [secret, told, isOpen] = [0, 0, true];
      for (const [at, input] of [inputs, `${inputs}/**/*.txt`, `${inputs}/*`, `${inputs}/{*,sub/*}.{txt,jsonl}`].entries()) {
        for (const address of ['jsonl', 'embedded']) {
          const { graph } = await runBuild({ inputs: [input], out: join(out, `${at}-${address}`), config: { ...CONFIG, store: { ...CONFIG.store, address } }, parts: FAKE });
          const letters = await readDeadLetters(join(out, `${at}-${address}`));
          told += letters.filter(({ code }) => code === 'ENGRAM_SOURCE_OUTSIDE').length;
          secret += graph.entities().filter(({ name }) => /Secret|Hidden/.test(name)).length;
          isOpen &&= letters.every(({ code }) => isOfDocument(code)) && graph.entities().length > 0;
          for (const exporter of Object.values(EXPORTERS)) isOpen &&= exporter(graph).every(({ name }) => /^[\w-]+\.[a-z]+$/.test(name));
        }
      }
      const after = await filesBelow(folder);
      const stray = after.filter((path) => !before.includes(path) && path !== 'work' && !path.startsWith('work/out'));
      const named = await runBuild({ inputs: [join(inputs, 'file.txt')], out: join(out, 'named'), config: CONFIG, parts: FAKE });
      const isRead = named.graph.entities().some(({ name }) => name.includes('Secret'));
      const followed = (await Promise.all(links.map(([path]) => readFile(join(folder, path), 'utf8').catch(() => '')))).filter((text) => text.includes('Secret')).length;
      return {
        held: secret === 0 && stray.length === 0 && told > 0 && isOpen && isRead,
        figures: `${links.length} links out of the folder, walked as a folder and by 3 globs into 2 stores: ${secret} read, ${told} told of; ${ids.length} ids that climb: ${stray.length} files outside the output; a link that is named is read`,
        control: `to plain readFile ${followed} of the links give the secret`,
        controlFailed: followed > 0,
      };
    }),
};

const PROTOTYPE_NAMES = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'];

export const prototypeKeys: Proof = {
  id: 'S5',
  promise: '`__proto__`, `constructor` and their like in JSON, CSV headers, configs, schemas, names and types: words like others',
  run: () =>
    withFolder(async (folder) => {
      const shapes = (): string => JSON.stringify([Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype].map((each) => Reflect.ownKeys(each).map(String)));
      const before = shapes();
      const problems: string[] = [];
      const expect = (what: string, isSo: boolean): void => void (isSo || problems.push(what));
      const inputs = join(folder, 'in');
      await mkdir(inputs);
      await writeFile(join(inputs, 'a.jsonl'), `{"id": "__proto__", "text": "Ada Lovelace met Boston", "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "toString": "x"}\n{"id": "constructor", "text": "Grace Hopper met Kingston", "hasOwnProperty": 1}\n{"__proto__": {"text": "Polluted Person"}}`);
      await writeFile(join(inputs, 'b.csv'), `${PROTOTYPE_NAMES.join(',')},text\n${PROTOTYPE_NAMES.map(() => 'polluted').join(',')},Ada Lovelace met Boston\n`);
      for (const address of ['jsonl', 'embedded']) {
        const config = { ...CONFIG, store: { ...CONFIG.store, address } };
        const { graph, manifest } = await runBuild({ inputs: [inputs], out: join(folder, address), config, parts: FAKE });
        expect('three documents', manifest.counts!.read === 3 && manifest.counts!.deadLetters === 1);
        const metadata = graph.documents().flatMap((document) => Object.keys(document.metadata ?? {}));
        expect('columns kept as metadata', PROTOTYPE_NAMES.every((name) => metadata.includes(name)));
        expect('the store holds them', (await verifyStore(join(folder, address), config, false)).found.length === 0);
      }
      // Names, types and attributes that every object has.
      const entities = PROTOTYPE_NAMES.map((name, at): Entity => {
        const mention = { documentId: documentIdOf('d'), sentence: 0, start: at, end: at + 1, surface: name, score: 1 };
        return { id: entityIdOf('PER', name), type: /^[a-z]/i.test(name) ? name : 'PER', name, aliases: [`the ${name}`], mentions: [mention], attributes: [{ name, value: '1', kind: 'number', surface: '1', probability: 1, provenance: [] }] };
      });
      const triples = entities.slice(1).map(({ id }, at) => ({ subject: entities[0]!.id, predicate: ['constructor', 'toString', 'valueOf'][at % 3]!, object: id }));
      const facts = triples.map((triple): Fact => ({ id: factIdOf(triple), ...triple, probability: 0.5, provenance: [{ documentId: documentIdOf('d'), sentence: 0, start: 0, end: 1, head: [0, 1], tail: [0, 1], extractor: 'proof', score: 0.5 }] }));
      const delta: GraphDelta = { documents: [{ id: documentIdOf('d'), uri: '__proto__', metadata: Object.fromEntries([['__proto__', 'x'], ['constructor', 'y']]) }], entities, facts };
      const graph = KnowledgeGraph.fromDelta(delta);
      const search = createSearch(graph);
      for (const { name, id } of entities) expect(`search for ${name}`, findEntity(graph, search, name) === id);
      expect('related', related(graph, ['constructor']).related.length === facts.length);
      const rows = [...entityFeatures(graph)];
      expect('features', rows.length === entities.length && rows.every((row) => row.every((value) => typeof value !== 'function')));
      for (const [format, exporter] of Object.entries(EXPORTERS)) expect(`export ${format}`, PROTOTYPE_NAMES.every((name) => exporter(graph).some((file) => [...file.pieces()].join('').includes(name))));
      for (const address of ['jsonl', 'embedded', 'neo4j']) {
        const store = address === 'neo4j' ? createNeo4jStore((await sharedNeo4j()).address, {}) : await openStore(address, { directory: join(folder, `stored-${address}`) });
        try {
          await store.prepare();
          await store.replaceAll(graph.toDelta());
          expect(`${address} gives them back`, (await store.differences(graph.toDelta())).length === 0);
        } finally {
          await store.close();
        }
      }
      const configs = ['__proto__: {polluted: true}', 'store: {__proto__: {polluted: true}}', 'constructor: {prototype: {polluted: true}}', '{"__proto__": {"store": {"address": "polluted"}}}', 'sources: {records: [{file: a, type: T, name: n, columns: {__proto__: {kind: polluted}}}]}', 'toString: 1'];
      let refused = 0;
      for (const text of configs) {
        await writeFile(join(folder, 'c.yaml'), text);
        const config = await readConfig({ file: join(folder, 'c.yaml') }).catch((error: unknown) => error);
        if (config instanceof EngramError) refused++;
        else expect(`config ${text}`, !(config instanceof Error) && (config as Config).store.address === 'embedded' && !('polluted' in (config as object)));
      }
      await writeFile(join(folder, 'schema.yaml'), 'constructor: { labels: [toString, __proto__], domain: [PER], range: [PER, LOC] }\nemployer: { labels: [P108], domain: [PER], range: [ORG] }\n');
      const { readRelationSchema } = await import('../../pipeline/read-schema.ts');
      const schema = await readRelationSchema(join(folder, 'schema.yaml'));
      const labels = ['toString', 'hasOwnProperty', 'constructor', '__proto__'];
      const text = 'Ada Lovelace met Boston';
      const built = labels.map((label) => {
        const mentions = [[0, 12, 'PER'], [17, 23, 'LOC']].map(([start, end, type]) => ({ label: type as string, sentence: 0, tokenStart: 0, tokenEnd: 1, start: start as number, end: end as number, surface: text.slice(start as number, end as number), score: 1 }));
        return buildGraph([{ id: documentIdOf(label), uri: label, text, sentences: [[0, text.length]], mentions, chains: mentions.map(({ label: of }, at) => ({ label: of, mentions: [at] })), relations: [{ head: 0, tail: 1, label, score: 1 }], extractor: 'proof' }], { schema }).facts().map(({ predicate }) => predicate).join();
      });
      expect(`schema gives ${built.join('|')}`, built.join('|') === 'constructor||constructor|constructor');
      expect('prototypes unchanged', shapes() === before && !('polluted' in {}));
      // What a merge without precautions does, on an object of its own kind, so that nothing here is harmed.
      const base = {};
      const victim = Object.create(base) as Record<string, unknown>;
      const naive = (target: Record<string, unknown>, source: Record<string, unknown>): void => {
        for (const [key, value] of Object.entries(source)) {
          if (typeof value === 'object' && value !== null) naive(target[key] as Record<string, unknown>, value as Record<string, unknown>);
          else target[key] = value;
        }
      };
      naive(victim, JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>);
      return {
        held: problems.length === 0,
        figures: `${problems.length} of the checks failed${problems.map((problem) => `: ${problem}`).join('')}; JSON, CSV, ${configs.length} configs (${refused} refused), schema, search, features, ${Object.keys(EXPORTERS).length} exports, 3 stores, ${entities.length} entities of such names`,
        control: `a plain merge of the same JSON ${'polluted' in base ? 'changes' : 'leaves'} the prototype; a plain lookup of a label 'constructor' gives a ${typeof ({} as Record<string, unknown>)['constructor']}`,
        controlFailed: 'polluted' in base,
      };
    }),
};

const CANARIES = 10;

/** Hostile names as values; each document, entity and fact has some. */
function hostileGraph(names: readonly string[]): GraphDelta {
  const written = names.map((name) => name.toWellFormed());
  const documents = written.slice(0, Math.ceil(written.length / 10)).map((name, at) => ({ id: documentIdOf(`h${at}`), uri: name, title: name, metadata: { [name || 'x']: name } }));
  const entities = written.map((name, at): Entity => ({
    id: entityIdOf('PER', `hostile ${at}`),
    type: 'PER',
    name,
    aliases: [`${name} `],
    mentions: [{ documentId: documents[at % documents.length]!.id, sentence: 0, start: at, end: at + 1, surface: name, score: 0.5 }],
    attributes: at % 3 === 0 ? [{ name: name || 'x', value: name, unit: name, kind: 'text', surface: name, probability: 0.5, provenance: [] }] : [],
  }));
  const facts = new Map(entities.slice(1).map((entity, at) => {
    const triple = { subject: entities[at]!.id, predicate: 'employer', object: entity.id };
    const provenance = [{ documentId: documents[0]!.id, sentence: 0, start: 0, end: 1, head: [0, 1] as const, tail: [0, 1] as const, extractor: entity.name, score: 0.5 }];
    return [factIdOf(triple), { id: factIdOf(triple), ...triple, probability: 0.5, provenance }] as const;
  }));
  return { documents, entities, facts: [...facts.values()] };
}

const canaryGraph = (): GraphDelta => ({
  documents: [],
  entities: Array.from({ length: CANARIES }, (_, at): Entity => ({ id: entityIdOf('PER', `canary ${at}`), type: 'PER', name: 'Canary', aliases: [], mentions: [], attributes: [] })),
  facts: [],
});

export const cypherNames: Proof = {
  id: 'S6',
  promise: 'labels, types, predicates and names that are Cypher: none reaches the text of a query, canary nodes stay',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const names = Array.from({ length: long ? 5000 : 600 }, () => hostileName(random));
      // What stands in query text is a plain word or is refused.
      let [refused, plain] = [0, 0];
      const leaks: string[] = [];
      for (const name of [...names, ...PROTOTYPE_NAMES, 'a.b-c', 'Person']) {
        for (const [kind, statement] of [['type', () => cypher.upsertEntities('neo4j', name)], ['predicate', () => cypher.upsertFacts('neo4j', cypher.relationTypeOf(name))]] as const) {
          let text: string;
          try {
            text = statement();
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            refused++;
            continue;
          }
          plain++;
          const quoted = [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1]!);
          if (quoted.length === 0 || quoted.some((word) => !/^[A-Za-z][A-Za-z0-9_.-]{0,125}$/.test(word))) leaks.push(`${kind} ${name}`);
        }
        if (cypher.upsertEntities('embedded', name) !== cypher.upsertEntities('embedded', 'PER')) leaks.push(`embedded ${name}`);
      }
      const [canaries, hostile] = [canaryGraph(), hostileGraph(names)];
      const all: GraphDelta = { documents: hostile.documents, entities: [...canaries.entities, ...hostile.entities], facts: hostile.facts };
      let [typesRefused, isWhole, survivors] = [0, true, 0];
      const server = await sharedNeo4j();
      await server.ask('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
      await server.ask('UNWIND range(1, $count) AS n CREATE (:Canary {n: n})', { count: CANARIES });
      for (const store of [(await openEmbedded(join(folder, 'graph.lbug'))).store, createNeo4jStore(server.address, {})]) {
        try {
          await store.prepare();
          await store.write(canaries);
          for (const name of names.slice(0, 200)) {
            const entity = { ...canaries.entities[0]!, id: entityIdOf('PER', 'bad'), type: name };
            const fact = { ...hostile.facts[0]!, subject: canaries.entities[0]!.id, object: canaries.entities[1]!.id, predicate: name };
            for (const delta of [{ documents: [], entities: [entity], facts: [] }, { documents: [], entities: [], facts: [fact] }]) {
              await store.write(delta).then(() => leaks.push(`written ${name}`), (error: unknown) => (error instanceof EngramError && error.code === 'ENGRAM_STORE_FAILED' ? typesRefused++ : leaks.push(String(error))));
            }
          }
          const report = await store.write(hostile);
          isWhole &&= report.refused.length === 0 && JSON.stringify(sortedGraph(await store.readAll())) === JSON.stringify(sortedGraph(all));
          // Again over what is there, and then away.
          await store.write(hostile);
          await store.write({ documents: [], entities: [], facts: [], removedEntities: hostile.entities.map(({ id }) => id), removedDocuments: hostile.documents.map(({ id }) => id), removedFacts: hostile.facts.map(({ id }) => id) });
          survivors += (await store.readAll()).entities.filter(({ name }) => name === 'Canary').length;
        } finally {
          await store.close();
        }
      }
      const foreign = Number((await server.ask('MATCH (c:Canary) RETURN count(c) AS n'))[0]!['n']);
      const lost = await canariesLostNaively(join(folder, 'naive.lbug'));
      return {
        held: leaks.length === 0 && isWhole && survivors === 2 * CANARIES && foreign === CANARIES,
        figures: `${names.length} names: ${leaks.length} in query text (${refused} refused as a type or predicate, ${plain} plain words), ${typesRefused} writes of such types refused; as values all ${isWhole ? '' : 'do not '}come back from the embedded store and Neo4j; ${survivors + foreign} of ${3 * CANARIES} canaries stay${leaks.slice(0, 3).map((leak) => `; ${leak}`).join('')}`,
        control: `pasted into the text of a query, one such name removes ${lost} of ${CANARIES} canaries`,
        controlFailed: lost > 0,
      };
    }),
};

/** The mistake itself, on a database of its own. */
async function canariesLostNaively(path: string): Promise<number> {
  const { store } = await openEmbedded(path);
  await store.prepare();
  await store.write(canaryGraph());
  await store.close();
  const { Database, Connection } = createRequire(import.meta.url)('@ladybugdb/core') as typeof import('@ladybugdb/core');
  const database = new Database(path);
  const connection = new Connection(database);
  const name = "Canary'}) DETACH DELETE e //";
  const results = await connection.query(`MATCH (e:EngramEntity {name: '${name}'}) RETURN e`);
  for (const result of [results].flat()) result.close();
  await connection.close();
  await database.close();
  const again = await openEmbedded(path);
  const left = (await again.store.readAll()).entities.length;
  await again.store.close();
  return CANARIES - left;
}

const isFormula = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell);

export const formulas: Proof = {
  id: 'S7',
  promise: 'CSV: no cell of text starts as a formula, numbers stay numbers',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const starts = ['=', '+', '-', '@', '\t', '\r', '=', '-', '＝', ''];
      const bodies = ["cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', 'SUM(A1:A9)', 'x', '1+1', 'a,b"c\nd', ' Ada'];
      const hostile = Array.from({ length: long ? 5000 : 500 }, () => starts[random.integer(starts.length)]! + bodies[random.integer(bodies.length)]!);
      const numbers = hostile.map(() => String(random.integer(2000) / 4 - 250));
      const entities = hostile.map((name, at): Entity => ({
        id: entityIdOf('PER', `formula ${at}`), type: 'PER', name, aliases: [`=${name}`],
        mentions: [{ documentId: documentIdOf('d'), sentence: 0, start: at, end: at + 1, surface: name, score: 1 }],
        attributes: [{ name: 'profit', value: numbers[at]!, unit: name, kind: 'number', surface: name, probability: 1, provenance: [] }],
      }));
      const facts = entities.slice(1).map(({ id }, at) => ({ subject: entities[at]!.id, predicate: 'employer', object: id, provenance: [] }));
      const graph = new KnowledgeGraph();
      graph.upsertDocument({ id: documentIdOf('d'), uri: '=d' });
      for (const entity of entities) graph.upsertEntity(entity);
      for (const fact of facts) graph.upsertFact(fact);
      const cellsOf = (text: string): string[][] => parseCsv(text, { relax_column_count: true });
      const tables = new Map(exportCsv(graph).map((file) => [file.name, cellsOf([...file.pieces()].join(''))]));
      await writeCsv(join(folder, 'features.csv'), entityFeatures(graph));
      tables.set('features.csv', cellsOf(await readFile(join(folder, 'features.csv'), 'utf8')));
      const open = [...tables.values()].flat(2).filter(isFormula).length;
      // Read back: the text behind the quote, and numbers as numbers.
      const unquoted = (cell: string): string => (/^'[=+\-@\t\r＝＋－＠]/.test(cell) ? cell.slice(1) : cell);
      const nameById = new Map(tables.get('entities.csv')!.slice(1).map((row) => [row[0]!, unquoted(row[2]!)]));
      const namesBack = entities.every(({ id, name }) => nameById.get(id) === name);
      const valueById = new Map(tables.get('attributes.csv')!.slice(1).map((row) => [row[0]!, row[3]!]));
      const negative = numbers.filter((number) => number.startsWith('-')).length;
      const numbersBack = entities.every(({ id }, at) => valueById.get(id) === numbers[at]);
      const numeric = FEATURE_COLUMNS.flatMap(({ kind }, at) => (kind === 'number' || kind === 'integer' ? [at] : []));
      const featuresBack = tables.get('features.csv')!.slice(1).every((row) => numeric.every((at) => row[at] === '' || Number.isFinite(Number(row[at]))));
      const plain = cellsOf(stringify(entities.map(({ id, name, attributes }) => [id, name, attributes[0]!.value]))).flat().filter(isFormula).length;
      return {
        held: open === 0 && namesBack && numbersBack && featuresBack && negative > 0,
        figures: `${open} formulas in ${[...tables.values()].flat(2).length} cells of ${tables.size} tables; ${hostile.length} names ${namesBack ? '' : 'do not '}come back, ${negative} negative numbers ${numbersBack && featuresBack ? 'stay' : 'do not stay'} numbers`,
        control: `csv-stringify as it is leaves ${plain}`,
        controlFailed: plain > 0,
      };
    }),
};

/** Speaks as much of Bolt as it takes to refuse a password, and says what it was given, as a careless server might log. */
async function startRefusingServer(): Promise<{ readonly server: Server; readonly port: number; readonly heard: () => string }> {
  let heard = '';
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0xd0, value.length]), Buffer.from(value)]);
  const failure = Buffer.concat([Buffer.from([0xb1, 0x7f, 0xa2]), text('code'), text('Neo.ClientError.Security.Unauthorized'), text('message'), text('The client is unauthorized due to authentication failure.')]);
  const message = (body: Buffer): Buffer => Buffer.concat([Buffer.from([body.length >> 8, body.length & 255]), body, Buffer.from([0, 0])]);
  const server = createServer((socket) => {
    let isGreeted = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (!isGreeted) socket.write(Buffer.from([0, 0, 4, 4]));
      else socket.write(message(failure));
      isGreeted = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port, heard: () => heard };
}

export const secrets: Proof = {
  id: 'S11',
  promise: 'a password is in no output, log, manifest, journal or dead letter, whatever goes wrong',
  run: ({ long }) =>
    withFolder(async (folder) => {
      const secret = 'hunter2-Xq7/9zK@w';
      const pieces = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), 'hunter2-Xq7', '9zK'];
      const { server, port, heard } = await startRefusingServer();
      await writeFile(join(folder, 'a.txt'), 'Ada Lovelace was born in London.');
      const out = join(folder, 'out');
      const config = async (name: string, text: string): Promise<string> => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const build = ['build', join(folder, 'a.txt'), '--out', out];
      const [nobody, wrong] = ['neo4j://127.0.0.1:1', `bolt://127.0.0.1:${port}`];
      await engramWith([...build, '--store', 'jsonl'], {});
      const inAddress = `neo4j://neo4j:${secret}@127.0.0.1:1`;
      const commands: (readonly [args: readonly string[], environment?: Readonly<Record<string, string>>])[] = [
        [[...build, '--store', nobody]],
        [[...build, '--store', wrong, '--json']],
        [['sync', '--dir', out, '--store', wrong]],
        [['verify', '--dir', out, '--store', nobody, '--json']],
        [['doctor', '--config', await config('wrong.yaml', `store: {address: "${wrong}"}`)]],
        [[...build, '--store', inAddress]],
        [['sync', '--dir', out, '--store', inAddress, '--json']],
        [['doctor', '--config', await config('address.yaml', `store: {address: "${inAddress}"}`)]],
        [['doctor', '--config', await config('password.yaml', `store: {password: "${secret}"}`)]],
        [['doctor', '--json', '--config', await config('env.yaml', `store: {password: {env: "${secret}"}}`)]],
        [['doctor', '--config', await config('store.yaml', `store: "${inAddress}"`)]],
        [['doctor', '--config', await config('broken.yaml', `store: {password: {env: "${secret}"\n  x: [`)]],
        [['doctor'], { ENGRAM_STORE_PASSWORD: secret }],
        [['search', 'Ada', '--dir', out], { ENGRAM_STORE_ADDRESS: `http://x:${secret}@y` }],
        [[...build, '--store', `mysql://u:${secret}@h`, '--json']],
        ...(long ? [[['verify', '--repair', '--dir', out, '--store', wrong]], [['sync', '--dir', out, '--store', nobody]], [['related', 'Ada', '--dir', out]], [['export', '--format', 'jsonl', '--out', join(folder, 'export'), '--dir', out]]] as const : []),
      ];
      const leaks: string[] = [];
      let [lines, failed, tried] = [0, 0, 0];
      for (const [args, environment = {}] of long ? commands : commands.filter((_, at) => at % 2 === 1)) {
        const { code, said } = await engramWith(args, { NEO4J_PASSWORD: secret, NEO4J_USER: 'neo4j', ENGRAM_DEBUG: '1', ENGRAM_STORE_MAX_OUTAGE: '1', ...environment });
        tried++;
        lines += said.split('\n').length;
        if (code !== 0) failed++;
        if (pieces.some((piece) => said.includes(piece))) leaks.push(`${args[0]} ${args.at(-1)}`.replaceAll(secret, '…'));
      }
      const search = async (root: string): Promise<{ readonly files: number; readonly found: number }> => {
        const paths = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
        const contents = await Promise.all(paths.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
        return { files: contents.length, found: contents.filter((content) => pieces.some((piece) => content.includes(piece))).length };
      };
      const written = await search(out);
      server.close();
      await writeFile(join(out, 'planted.log'), `connecting as neo4j:${secret}`);
      const planted = await search(out);
      const wasSent = heard().includes(secret);
      return {
        held: leaks.length === 0 && written.found === 0 && wasSent,
        figures: `${leaks.length} of ${tried} commands (${failed} ended in an error, ENGRAM_DEBUG on) and ${written.found} of ${written.files} files hold it or a part of it, ${lines} lines searched; the server ${wasSent ? 'was' : 'was not'} given it${leaks.map((leak) => `; ${leak}`).join('')}`,
        control: `the same search finds ${planted.found} of 1 planted`,
        controlFailed: planted.found === 1 && failed > 0,
      };
    }),
};

function engramWith(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', ...args], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
    child.once('close', (code) => resolve({ code, said }));
  });
}

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: number[] };
}

/** A model file with another header, or other bytes; `isLayout` where no digest is needed to see it. */
function mutantOf(bytes: Buffer, random: Random): { readonly kind: string; readonly isLayout: boolean; readonly bytes: Buffer } {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Header;
  const body = bytes.subarray(8 + length);
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const [one, other] = random.shuffle(names).map((name) => header[name]!) as [Header[string], Header[string]];
  const whole = (changed = body, stated?: bigint): Buffer => {
    const json = Buffer.from(JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(stated ?? BigInt(json.length));
    return Buffer.concat([prefix, json, changed]);
  };
  const [from, to] = one.data_offsets as [number, number];
  const kinds: Readonly<Record<string, () => Buffer>> = {
    overlap: () => ((one.data_offsets = [other.data_offsets[0]!, other.data_offsets[0]! + to - from]), whole()),
    hole: () => whole(Buffer.concat([body, Buffer.alloc(1 + random.integer(64))])),
    'beyond the end': () => ((one.data_offsets = [from + body.length, to + body.length]), whole()),
    negative: () => ((one.data_offsets = [-1 - random.integer(100), to]), whole()),
    'turned round': () => ((one.data_offsets = [to, from]), whole()),
    'other type': () => ((one.dtype = one.dtype === 'F32' ? 'F16' : 'F32'), whole()),
    'unknown type': () => ((one.dtype = ['BF16', 'constructor', '__proto__', ''][random.integer(4)]!), whole()),
    'other shape': () => ((one.shape = [...one.shape, 2]), whole()),
    'huge shape': () => ((one.shape = [2 ** 53 - 1, 2 ** 53 - 1, 0.5]), whole()),
    cut: () => bytes.subarray(0, random.integer(bytes.length)),
    'long header': () => whole(body, BigInt(`${1 + random.integer(9)}`) << 60n),
    'tensor gone': () => (delete header[names[random.integer(names.length)]!], whole()),
    'layout': () => (((header['__metadata__'] as unknown as Record<string, string>)['layout'] = ['{}', '[', 'null', '{"format":"engram-network/1","task":"ner"}', '{"format":"engram-network/1","task":"ner","head":{},"layers":[{"input":1e9,"hidden":-1}],"tables":["x"],"labels":[1]}'][random.integer(5)]!), whole()),
    'bit of the header': () => withBit(bytes, random.integer(8 + length), random),
    'bit of the weights': () => withBit(bytes, 8 + length + random.integer(body.length), random),
    'two tensors changed round': () => ([one.data_offsets, other.data_offsets] = [other.data_offsets, one.data_offsets], whole()),
    'bytes of zero': () => {
      const copy = Buffer.from(bytes);
      const at = 8 + length + random.integer(body.length - 64);
      return copy.fill(copy[at] === 0 ? 1 : 0, at, at + 64);
    },
  };
  const undetectable = ['bit of the header', 'bit of the weights', 'two tensors changed round', 'bytes of zero'];
  const kind = Object.keys(kinds)[random.integer(Object.keys(kinds).length)]!;
  return { kind, isLayout: !undetectable.includes(kind), bytes: kinds[kind]!() };
}

function withBit(bytes: Buffer, place: number, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  copy[place]! ^= 1 << random.integer(8);
  return copy;
}

/** One mutant in so many is of a shipped model, which takes longer to load. */
const SHIPPED_EVERY = 50;

function writeLittleTagger(folder: string, seed: number): Buffer {
  const random = createRandom(seed);
  const { labels, tables } = loadTagger('small');
  const input = new WordInput({ ownWords: ['ada', 'grace'], characters: [...'abcdefgh'] }, loadWordVectors(), random);
  const weights = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal() / 10);
  const hidden = 2;
  const direction = () => ({ kernel: weights(input.size * 4 * hidden), recurrent: weights(hidden * 4 * hidden), bias: weights(4 * hidden) });
  const outputs = tagCountOf(labels.length);
  const path = join(folder, TAGGER_FILE);
  saveNetwork(path, { task: TAGGER_TASK, input, labels, tables, encoder: { layers: [{ inputSize: input.size, hiddenSize: hidden, forward: direction(), backward: direction() }], head: loadTagger('small').encoder.head, outputKernel: weights(2 * hidden * outputs), outputBias: weights(outputs), outputs } });
  loadTagger(folder);
  return readFileSync(path);
}

export const modelFiles: Proof = {
  id: 'S12',
  promise: 'a model file that was changed is refused: by its layout, or by the SHA-256 that is stated beside it',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const shipped = 'extractors/models/small';
      const [stated, bare] = [join(folder, 'stated'), join(folder, 'bare')];
      for (const each of [stated, bare]) await mkdir(each);
      const large = await readFile(join(shipped, 'tagger.safetensors'));
      await writeFile(join(stated, 'tagger.safetensors'), large);
      await copyFile(join(shipped, 'SHA256SUMS'), join(stated, 'SHA256SUMS'));
      const isWhole = loadTagger(stated).version === loadTagger('small').version;
      // One that is quick to load, as training writes it; every so often the shipped one.
      const little = writeLittleTagger(join(folder, 'little'), seed);
      const outcomeOf = (place: string): 'loaded' | 'refused' | string => {
        try {
          loadTagger(place);
          return 'loaded';
        } catch (error) {
          return error instanceof EngramError && error.code === 'ENGRAM_MODEL_INVALID' ? 'refused' : `crash ${String(error)}`;
        }
      };
      const count = long ? 10_000 : 500;
      const bad: string[] = [];
      let [byDigest, byLayout, same] = [0, 0, 0];
      for (let at = 0; at < count; at++) {
        const isLarge = at % SHIPPED_EVERY === 0;
        const original = isLarge ? large : little;
        if (at % SHIPPED_EVERY <= 1) await copyFile(join(isLarge ? shipped : join(folder, 'little'), 'SHA256SUMS'), join(stated, 'SHA256SUMS'));
        const { kind, isLayout, bytes } = mutantOf(original, random);
        if (bytes.equals(original)) {
          same++;
          continue;
        }
        for (const place of [stated, bare]) await writeFile(join(place, 'tagger.safetensors'), bytes);
        const [withDigest, without] = [outcomeOf(stated), outcomeOf(bare)];
        if (withDigest !== 'refused') bad.push(`${kind}: ${withDigest}`);
        if (without === 'loaded' && isLayout) bad.push(`${kind} loaded without a digest`);
        if (without.startsWith('crash')) bad.push(`${kind}: ${without}`);
        if (without === 'refused') byLayout++;
        else byDigest++;
      }
      return {
        held: bad.length === 0 && isWhole,
        figures: `${count} mutants (${same} came out unchanged): 0 loaded as another model and 0 crashes but ${bad.length}; ${byLayout} refused by their layout already, ${byDigest} by the digest alone${[...new Set(bad)].slice(0, 3).map((each) => `; ${each}`).join('')}`,
        control: `without the digest ${byDigest} would have loaded`,
        controlFailed: byDigest > 0,
      };
    }),
};
