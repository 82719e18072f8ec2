// S1 to S4: hostile files, strings made for regular expressions, gzip bombs, links and ids that lead elsewhere.
import { spawn } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { createGunzip, createGzip, gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import ts from 'typescript';
import { segmentText } from '../../extractors/text/segmenter.ts';
import { EXPORTERS } from '../../graph/export/index.ts';
import { createSearch, findEntity, searchWords } from '../../graph/query/search.ts';
import { parseDate } from '../../graph/resolve/parse-date.ts';
import { parseQuantity } from '../../graph/resolve/parse-number.ts';
import { normalizeDate } from '../../graph/resolve/records/record-date.ts';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { ERROR_TABLE, type ErrorCode } from '../../pipeline/core/errors.ts';
import { displayName, nameKey, normalizeName, spelledName } from '../../pipeline/core/names/normalize-name.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { readDeadLetters } from '../../pipeline/dead-letter.ts';
import { readJournal } from '../../pipeline/journal.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { DEFAULT_SOURCE_OPTIONS, openSource } from '../../pipeline/sources/index.ts';
import { isTooNested, readHtml } from '../../pipeline/sources/html-text.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { exported } from '../support/exported.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { hostileInputs } from '../support/hostile-inputs.ts';
import { sampleGraph } from '../support/sample-graph.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

const CONFIG: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const FAKE = { createExtractor: async () => extractorOf(createFakeStages()) };

/** Errors that say that a document was to blame, not Engram. */
const isOfDocument = (code: string): boolean => Object.hasOwn(ERROR_TABLE, code) && ERROR_TABLE[code as ErrorCode].exit !== 70;

const LONGEST_SILENCE_S = 30;

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
/** How many times as long four times the length may take: 4 where time grows with the length, 16 with its square. */
const MOST_GROWTH = 8;
const ATTACK_UNITS = [
  'a', ' ', '.', '(', ')', '1', 'A.B.', 'a.', 'a. ', '&', '<', '-', "'", '"', '\n', '\t', '<td', '<a>', '<b>x</b>', '<br>', '</b>', '&amp;', 'x@', 'a@b.', 'http://', 'www.a', '1,', '1.', 'the ', 'on ', 'in ', 'é', '\u0301',
  '😀', '\ud800', '[', '{', '*', 'A ', 'Mr. ', '"a" ', 'U.S.A', '\u00a0', '<p>', '<td>', '<pre>', '<!--', '<script>', '<a b="', " '", '1-', 'a-', 'T1:11', '汉', '\u0e01', '\u200b', '\u202e', '/*', '`', '\\', '\\"\\', '<e1>', '#', '=', '@ ', '0:00 ', '~~~\n',
];
const ATTACK_ENDS = ['', '!', 'a', ' x', '\n', '\n\u0000'];

type Reader = (text: string) => unknown;

async function msOf(read: Reader, text: string): Promise<number> {
  const started = performance.now();
  await read(text);
  return performance.now() - started;
}

/** Whether time grows faster than length: the least of several in turn, as other work on the machine only adds. */
async function growthOf(read: Reader, attack: (length: number) => string, length: number): Promise<{ readonly whole: number; readonly isGrowing: boolean }> {
  let [quarter, whole] = [Infinity, Infinity];
  for (let turn = 0; turn < 7 && (turn < 2 || whole > MOST_GROWTH * quarter); turn++) {
    quarter = Math.min(quarter, await msOf(read, attack(length / 4)));
    whole = Math.min(whole, await msOf(read, attack(length)));
  }
  return { whole, isGrowing: whole > MOST_GROWTH * quarter };
}

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
    const readers: Readonly<Record<string, Reader>> = {
      sentences: (text) => segmentText(text),
      html: readHtml,
      names: (text) => ['PER', 'ORG', 'LOC'].map((type) => [normalizeName(text, type), displayName(text, type)]),
      keys: (text) => [nameKey(text), spelledName(text)],
      dates: (text) => [parseDate(text), normalizeDate(text)],
      numbers: parseQuantity,
      search: (text) => [searchWords(text), search.search(text), findEntity(graph, search, text)],
    };
    const ends = long ? ATTACK_ENDS : ['!'];
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
          const { whole, isGrowing } = await growthOf(read, attack, size);
          if (whole >= (name === 'html' ? NESTED_LIMIT_MS : ATTACK_LIMIT_MS) && isGrowing) slow.push(`${name} ${JSON.stringify(unit)} ${Math.round(whole)} ms`);
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
        runInNewContext('for (const text of strings) { const started = now(); expression.test(text); taken.push(now() - started); }', { expression, strings, taken, now }, { timeout: 1000 });
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
    const { isGrowing: isSquareSeen } = await growthOf((text) => /\s+$/.test(text), (length) => `${' '.repeat(length)}x`, size / 8);
    const [isBlownUp, isOverBySquare] = [isOver(/(a+)+$/, `${'a'.repeat(30)}!`), isOver(/\s+$/, `${' '.repeat(size / 4)}x`)];
    return {
      held: bad.length === 0,
      figures: `${tried} attacks of 100 KB on ${Object.keys(readers).join(', ')}: longest ${Math.round(longest)} ms, ${byScaling} judged by 25 against 100 KB, ${slow.length} grew faster than their length (of HTML, over ${NESTED_LIMIT_MS} ms; 16 MB of nesting are refused); ${expressions.length} expressions of the sources × ${texts.length} strings: ${blownUp.size} over ${ATTACK_LIMIT_MS} ms${bad.slice(0, 3).map((each) => `; ${each}`).join('')}`,
      control: `(a+)+$ on 30 letters is ${isBlownUp ? 'over' : 'under'} ${ATTACK_LIMIT_MS} ms; \\s+$ on ${size / 4} spaces is ${isOverBySquare ? 'over' : 'under'}, and is ${isSquareSeen ? '' : 'not '}seen to grow with the square`,
      controlFailed: isBlownUp && isOverBySquare && isSquareSeen,
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
          const { held } = await runBuild({ inputs: [input], out: join(out, `${at}-${address}`), config: { ...CONFIG, store: { ...CONFIG.store, address } }, parts: FAKE });
          const { graph } = held!;
          const letters = await readDeadLetters(join(out, `${at}-${address}`));
          told += letters.filter(({ code }) => code === 'ENGRAM_SOURCE_OUTSIDE').length;
          secret += graph.entities().filter(({ name }) => /Secret|Hidden/.test(name)).length;
          isOpen &&= letters.every(({ code }) => isOfDocument(code)) && graph.entities().length > 0;
          for (const exporter of Object.values(EXPORTERS)) isOpen &&= [...(await exported(exporter, graph)).keys()].every((name) => /^[\w-]+\.[a-z]+$/.test(name));
        }
      }
      const after = await filesBelow(folder);
      const stray = after.filter((path) => !before.includes(path) && path !== 'work' && !path.startsWith('work/out'));
      const named = await runBuild({ inputs: [join(inputs, 'file.txt')], out: join(out, 'named'), config: CONFIG, parts: FAKE });
      const isRead = named.held!.graph.entities().some(({ name }) => name.includes('Secret'));
      const followed = (await Promise.all(links.map(([path]) => readFile(join(folder, path), 'utf8').catch(() => '')))).filter((text) => text.includes('Secret')).length;
      return {
        held: secret === 0 && stray.length === 0 && told > 0 && isOpen && isRead,
        figures: `${links.length} links out of the folder, walked as a folder and by 3 globs into 2 stores: ${secret} read, ${told} told of; ${ids.length} ids that climb: ${stray.length} files outside the output; a link that is named is read`,
        control: `to plain readFile ${followed} of the links give the secret`,
        controlFailed: followed > 0,
      };
    }),
};
