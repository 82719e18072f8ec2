// R1, R11, R12, R13, R16, R17 and S13: builds and their journal under kills, damage, other settings, signals, and the taking back of documents.
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { messageOf } from '../../pipeline/core/errors.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { startExtractor } from '../../pipeline/extraction-process.ts';
import { forgetDocuments, removeDocuments } from '../../pipeline/forget.ts';
import { openJournal, readJournal } from '../../pipeline/journal.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { TROUBLES } from '../support/troubled-stages.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { NotHere } from './not-here.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

const CONFIG: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const SAMPLE = 'fixtures/documents';

export const killedBuilds: Proof = {
  id: 'R1',
  promise: 'kill -9 at random points of a build, run again: the graph of a build that was not killed',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const [kills, documents] = [long ? 100 : 6, 30];
      const docs = join(folder, 'docs');
      await mkdir(docs);
      for (let at = 0; at < documents; at++) await writeFile(join(docs, `${at}.txt`), `Ada${at} Kingston met Grace${at % 7} Boston`);
      const build = (out: string) => runBuild({ inputs: [docs], out, config: CONFIG, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
      const whole = (await build(join(folder, 'whole'))).manifest.digest!.graph;
      const random = createRandom(seed);
      let [identical, inTheMiddle] = [0, 0];
      for (let round = 0; round < kills; round++) {
        const out = join(folder, `killed-${round}`);
        const child = spawn(process.execPath, ['--import=tsx', 'test/support/slow-build.ts', docs, out], { stdio: ['ignore', 'pipe', 'ignore'] });
        await new Promise((resolve) => child.stdout.once('data', resolve));
        await wait(random.integer(2200));
        child.kill('SIGKILL');
        await new Promise((resolve) => child.once('close', resolve));
        const { manifest } = await build(out);
        if (manifest.counts!.extracted > 0 && manifest.counts!.unchanged > 0) inTheMiddle++;
        if (manifest.digest!.graph === whole) identical++;
      }
      return { held: identical === kills, figures: `${identical} of ${kills} identical; ${inTheMiddle} kills met the middle of the reading`, control: `what a kill left was incomplete ${inTheMiddle} times`, controlFailed: inTheMiddle > 0 };
    }),
};

/** Builds the sample on a disk of the sizes given, one after the other; says the exit code of each, and keeps what the first one left. */
const ON_A_SMALL_DISK = `
disk=$1 kept=$2; shift 2
for size in "$@"; do
  if mountpoint -q "$disk"; then mount -o remount,size="$size" "$disk"; else mount -t tmpfs -o size="$size" tmpfs "$disk"; fi
  "${process.execPath}" --import=tsx pipeline/cli/main.ts build ${SAMPLE} --out "$disk/graph" --quiet 2>&1 | grep -oE 'ENGRAM_[A-Z_]+|ENOSPC' | sort -u | tr '\\n' ' '
  echo "exit \${PIPESTATUS[0]}"
  [ -d "$kept/journal" ] || cp -r "$disk/graph/journal" "$kept/journal"
done
cp "$disk/graph/run.json" "$kept/run.json"`;

export const fullDisk: Proof = {
  id: 'R11',
  promise: 'the disk is full while the journal is written, and while the store is: a clear error and exit code, nothing corrupt, and with room the same command ends in the same graph',
  run: () =>
    withFolder(async (folder) => {
      const [disk, kept] = [join(folder, 'disk'), join(folder, 'kept')];
      await Promise.all([mkdir(disk), mkdir(kept)]);
      const sizes = ['200k', '1500k', '64m'];
      // A mount of its own, which nobody else sees and which goes with the process.
      const apart = (...command: readonly string[]) => promisify(execFile)('unshare', ['--map-root-user', '--mount', 'bash', '-c', ...command]);
      await apart('mount -t tmpfs tmpfs "$0"', disk).catch((error: unknown) => {
        throw new NotHere(`no small disk can be made: ${messageOf(error)}`);
      });
      const { stdout } = await apart(ON_A_SMALL_DISK, 'bash', disk, kept, ...sizes);
      const ends = stdout.trim().split('\n');
      const left = await readJournal(kept);
      let documents = 0;
      for await (const { id } of left.extractions()) documents += id === '' ? 0 : 1;
      await left.close();
      const whole = await runBuild({ inputs: [SAMPLE], out: join(folder, 'whole'), config: { ...CONFIG, store: { ...CONFIG.store, address: 'embedded' } } });
      const isSame = (await readManifest(kept))!.digest?.graph === whole.manifest.digest!.graph;
      return {
        held: /UNWRITABLE ENOSPC exit 3$/.test(ends[0] ?? '') && /STORE_FAILED ENOSPC exit 3$/.test(ends[1] ?? '') && ends[2] === 'exit 0' && isSame,
        figures: `${sizes.map((size, at) => `${size}: ${ends[at]}`).join('; ')}; the last graph is ${isSame ? 'that' : 'not that'} of a build with room`,
        control: `the first disk held ${documents} of ${whole.manifest.counts!.documents} documents`,
        controlFailed: documents < whole.manifest.counts!.documents,
      };
    }),
};

export const damagedJournal: Proof = {
  id: 'R12',
  promise: 'every truncation and bit flip in the last 4 KiB of the journal and of run.json: what is left is whole or told of, never silently different',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const journal = await openJournal(folder);
      const written = new Map<string, string>();
      for (const extraction of generateExtractions(8, seed)) {
        written.set(extraction.id, JSON.stringify(extraction));
        await journal.append({ kind: 'extraction', key: 'k', extraction });
      }
      await journal.close();
      const path = join(folder, 'journal', '000001.jsonl');
      const bytes = await readFile(path);
      const from = Math.max(0, bytes.length - 4096);
      const random = createRandom(seed);
      const places = Array.from({ length: bytes.length - from }, (_, at) => from + at).filter(() => long || random.next() < 0.02);
      const damages = [...places.map((length) => bytes.subarray(0, length)), ...places.flatMap((place) => Array.from({ length: 8 }, (_, bit) => flipped(bytes, place, bit)).filter(() => long || random.next() < 0.25))];
      let [silent, recovered, whole, unseen] = [0, 0, 0, 0];
      for (const damaged of damages) {
        await writeFile(path, damaged);
        const view = await readJournal(folder);
        const found: Extraction[] = [];
        for await (const extraction of view.extractions()) found.push(extraction);
        await view.close();
        const isSame = found.every((extraction) => written.get(extraction.id) === JSON.stringify(extraction));
        const isAll = found.length === written.size;
        if (!isSame || (!isAll && view.problems.length === 0 && !endsAtRecord(bytes, damaged))) silent++;
        else if (isAll) whole++;
        else recovered++;
        // What JSON alone would have taken for a record.
        if (damaged.length === bytes.length && differsUnchecked(damaged, written)) unseen++;
      }
      const manifest = await damagedManifests(join(folder, 'built'), (text) => long || random.next() < (text === 'cut' ? 0.05 : 0.02));
      return { held: silent === 0 && manifest.silent === 0, figures: `${silent} silent of ${damages.length} damages; ${recovered} left a part that was told of, ${whole} harmed no record; of run.json ${manifest.silent} silent of ${manifest.damages}, ${manifest.refused} refused`, control: `without the checksums ${unseen} would have been taken for what was written`, controlFailed: unseen > 0 };
    }),
};

async function damagedManifests(out: string, isTried: (damage: 'cut' | 'flip') => boolean) {
  await runBuild({ inputs: [SAMPLE], out, config: CONFIG, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  const path = join(out, 'run.json');
  const [bytes, written] = [await readFile(path), JSON.stringify(await readManifest(out))];
  const places = Array.from({ length: Math.min(4096, bytes.length) }, (_, at) => bytes.length - 1 - at);
  const damages = [...places.filter(() => isTried('cut')).map((place) => bytes.subarray(0, place)), ...places.flatMap((place) => Array.from({ length: 8 }, (_, bit) => bit).filter(() => isTried('flip')).map((bit) => flipped(bytes, place, bit)))];
  let [silent, refused] = [0, 0];
  for (const damaged of damages) {
    await writeFile(path, damaged);
    const found = await readManifest(out).catch(() => undefined);
    if (found === undefined) refused++;
    else if (JSON.stringify(found) !== written) silent++;
  }
  return { damages: damages.length, silent, refused };
}

function flipped(bytes: Buffer, place: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[place]! ^= 1 << bit;
  return copy;
}

/** Cut exactly between two records, which no reader can tell from a journal that was never longer. */
const endsAtRecord = (whole: Buffer, damaged: Buffer): boolean => damaged.length < whole.length && damaged.at(-1) === 0x0a;

function differsUnchecked(damaged: Buffer, written: ReadonlyMap<string, string>): boolean {
  return damaged.toString('utf8').split('\n').some((line) => {
    try {
      const { extraction } = JSON.parse(line.slice(line.indexOf(' ') + 1)) as { readonly extraction: Extraction };
      return written.get(extraction.id) !== JSON.stringify(extraction);
    } catch {
      return false;
    }
  });
}

export const lostReaders: Proof = {
  id: 'R13',
  promise: 'a document whose reading throws, exits, breaks, runs out of memory or hangs is tried three times at most, then told of; the rest is read',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const [good, each] = [join(folder, 'good'), long ? 4 : 1];
      const documents = long ? 400 : 60;
      await mkdir(good);
      for (let at = 0; at < documents; at++) await writeFile(join(good, `${at}.txt`), `Ada${at} Kingston met Grace${at % 7} Boston`);
      const all = join(folder, 'all');
      await cp(good, all, { recursive: true });
      const bad = createRandom(seed).shuffle(TROUBLES.flatMap((trouble) => Array.from({ length: each }, (_, at) => `${trouble}-${at}`)));
      for (const name of bad) await writeFile(join(all, `${name}.txt`), `Ada ${name}`);
      const log = join(folder, 'log');
      Object.assign(process.env, { ENGRAM_TEST_LOG: log, NODE_OPTIONS: '--max-old-space-size=100' });
      const config = { ...CONFIG, extract: { ...CONFIG.extract, batchDocuments: 8, deadline: 2 } };
      const createExtractor = () => startExtractor(config, undefined, new URL('../support/troubled-reader.ts', import.meta.url));
      const { manifest } = await runBuild({ inputs: [all], out: join(folder, 'out'), config, parts: { createExtractor } });
      delete process.env['NODE_OPTIONS'];
      const tries = new Map<string, number>();
      for (const text of (await readFile(log, 'utf8')).trim().split('\n')) tries.set(text, (tries.get(text) ?? 0) + 1);
      const letters = (await readFile(join(folder, 'out', 'dead-letter.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { readonly uri: string; readonly code: string });
      const fresh = await runBuild({ inputs: [good], out: join(folder, 'fresh'), config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
      const blamed = letters.map(({ uri }) => basename(uri, '.txt')).sort();
      const isExact = JSON.stringify(blamed) === JSON.stringify([...bad].sort());
      const isSame = manifest.counts!.documents === documents && manifest.counts!.facts === fresh.manifest.counts!.facts;
      const most = Math.max(...tries.values());
      await rm(all, { recursive: true });
      await mkdir(all);
      await writeFile(join(all, 'exits.txt'), 'Ada exits');
      const child = spawn(process.execPath, ['--import=tsx', 'test/support/slow-build.ts', all, join(folder, 'alone')], { stdio: 'ignore' });
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { held: isExact && isSame && most <= 3, figures: `${blamed.length} of ${bad.length} told of, ${documents} of ${manifest.counts!.documents} others read, tried ${most} times at most`, control: `read in the build's own process, one that exits ends it (exit ${code})`, controlFailed: code === 7 };
    }),
};

export const otherSettings: Proof = {
  id: 'R16',
  promise: 'one, two, four batches at once, any size of batch, shuffled input: the same graph',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const files = (await readdir(SAMPLE)).sort().map((name) => join(SAMPLE, name)).slice(0, long ? Infinity : 16);
      const settings = [[1, 64], [2, 7], [4, 1], ...(long ? [[1, 1], [2, 64], [4, 16]] : [])] as const;
      const digests = new Set<string>();
      for (const [at, [concurrency, batchDocuments]] of settings.entries()) {
        const { manifest } = await runBuild({ inputs: random.shuffle(files), out: join(folder, String(at)), config: { ...CONFIG, extract: { ...CONFIG.extract, concurrency, batchDocuments } } });
        digests.add(manifest.digest!.graph);
      }
      const { manifest: fewer } = await runBuild({ inputs: files.slice(1), out: join(folder, 'fewer'), config: CONFIG });
      return { held: digests.size === 1, figures: `${digests.size} graph from ${settings.length} settings, real models on ${files.length} documents`, control: `one document less is ${digests.has(fewer.digest!.graph) ? 'the same' : 'another'} graph`, controlFailed: !digests.has(fewer.digest!.graph) };
    }),
};

export const forgotten: Proof = {
  id: 'S13',
  promise: 'a forgotten document: none of its sentences and no name of it is in anything that Engram wrote',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const out = join(folder, 'out');
      const files = (await readdir(SAMPLE)).filter((name) => name.endsWith('.txt')).sort().map((name) => join(SAMPLE, name));
      const config = { ...CONFIG, store: { ...CONFIG.store, address: 'embedded' } };
      await runBuild({ inputs: [SAMPLE], out, config });
      const chosen = createRandom(seed).shuffle(files).slice(0, long ? 10 : 3);
      await removeDocuments(out, config, chosen.slice(0, 1));
      const text = (await readFile(chosen[0]!, 'utf8')).split('\n').find((line) => line.length > 40)!.slice(0, 40);
      const journal = await readFile(join(out, 'journal', '000001.jsonl'), 'utf8');
      await runBuild({ inputs: [SAMPLE], out, config });
      let [left, searched] = [0, 0];
      for (const file of chosen) {
        const { found, searched: files } = await forgetDocuments(out, config, [file]);
        left += found.length;
        searched += files;
      }
      const { manifest } = await runBuild({ inputs: (await readdir(SAMPLE)).map((name) => join(SAMPLE, name)).filter((name) => !chosen.includes(name)), out: join(folder, 'fresh'), config });
      const isSame = (await readManifest(out))!.digest!.graph === manifest.digest!.graph;
      return { held: left === 0 && isSame, figures: `${left} of ${searched} files searched hold anything of ${chosen.length} documents; the graph is ${isSame ? 'that' : 'not that'} of a build without them`, control: 'after a mere removal the journal still has the text', controlFailed: journal.includes(text) };
    }),
};

export const signals: Proof = {
  id: 'R17',
  promise: 'SIGTERM ends a build within 5 s, to be resumed; a second writer in one folder is refused',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const docs = join(folder, 'docs');
      for (let copy = 0; copy < 6; copy++) await cp(SAMPLE, join(docs, String(copy)), { recursive: true });
      const start = (out: string) => {
        const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', 'build', docs, '--out', out, '--store', 'jsonl', '--quiet'], { stdio: ['ignore', 'ignore', 'pipe'] });
        let told = '';
        child.stderr.on('data', (piece: Buffer) => (told += piece.toString()));
        return { child, ended: new Promise<number | null>((resolve) => child.once('close', resolve)), told: () => told };
      };
      const times: number[] = [];
      const codes = new Set<number | null>();
      let refusal = '';
      for (let round = 0; round < (long ? 10 : 2); round++) {
        const out = join(folder, `out-${round}`);
        const first = start(out);
        while (!(await readdir(join(out, 'journal')).catch(() => [] as string[])).includes('lock')) await wait(20);
        if (round === 0) {
          const second = start(out);
          refusal = `${String(await second.ended)} ${/ENGRAM_\w+/.exec(second.told())?.[0] ?? ''}`;
        }
        await wait(random.integer(1000));
        const sent = performance.now();
        first.child.kill('SIGTERM');
        codes.add(await first.ended);
        times.push((performance.now() - sent) / 1000);
      }
      const whole = await runBuild({ inputs: [docs], out: join(folder, 'whole'), config: CONFIG });
      const resumed = await runBuild({ inputs: [docs], out: join(folder, 'out-0'), config: CONFIG });
      const isSame = whole.manifest.digest!.graph === resumed.manifest.digest!.graph;
      const isRefused = /ENGRAM_CHECKPOINT_LOCKED/.test(refusal);
      return {
        held: Math.max(...times) < 5 && [...codes].every((code) => code === 3) && isSame && isRefused,
        figures: `longest ${Math.max(...times).toFixed(2)} s of ${times.length}, exit ${[...codes].join(', ')}; the second writer: ${refusal}; resumed: ${isSame ? 'identical' : 'different'}`,
        control: `of ${whole.manifest.counts!.read} documents the stopped build had read ${resumed.manifest.counts!.unchanged}`,
        controlFailed: resumed.manifest.counts!.unchanged < whole.manifest.counts!.read,
      };
    }),
};
