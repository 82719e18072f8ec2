// R19: any sequence of what people and faults do to a build folder.
import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openConfiguredStore, runBuild, type BuildParts } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { forgetDocuments, removeDocuments } from '../../pipeline/forget.ts';
import { readJournal } from '../../pipeline/journal.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

const FILES = Array.from({ length: 8 }, (_, at) => `${at}.txt`);
const WORDS = ['Ada', 'Grace', 'Linus', 'Dennis', 'Kingston', 'Boston', 'Arlington', 'met', 'left'];

const pick = <T>(items: readonly T[], random: Random): T => items[random.integer(items.length)]!;

class Fault extends Error {}

interface Place {
  readonly docs: string;
  readonly out: string;
  readonly config: Config;
  readonly random: Random;
}

const COMMANDS: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  write: ({ docs, random }) => writeFile(join(docs, pick(FILES, random)), Array.from({ length: 3 + random.integer(6) }, () => pick(WORDS, random)).join(' ')),
  delete: ({ docs, random }) => rm(join(docs, pick(FILES, random)), { force: true }),
  build: (place) => build(place),
  stop: async (place) => {
    const stop = new AbortController();
    const left = place.random.integer(4);
    await build(place, { createExtractor: async () => extractorOf(createFakeStages({ before: onceAfter(left, () => stop.abort()) })) }, stop.signal);
  },
  crash: async (place) => {
    const { random, out } = place;
    const left = random.integer(4);
    await build(place, {
      createExtractor: async () => {
        const extractor = extractorOf(createFakeStages());
        let batches = 0;
        return {
          ...extractor,
          extract: async (documents) => {
            if (batches++ >= left) throw new Fault('the process is gone');
            return extractor.extract(documents);
          },
        };
      },
    });
    // Half a record, as a kill leaves it.
    const segments = (await readdir(join(out, 'journal')).catch(() => [] as string[])).filter((name) => name.endsWith('.jsonl')).sort();
    if (segments.length > 0 && random.integer(2) === 0) await appendFile(join(out, 'journal', segments.at(-1)!), '0123456789abcdef {"kind":"extraction","id":"d-0'.slice(0, 1 + random.integer(40)));
  },
  outage: async (place) => {
    const isAcknowledgementLost = place.random.integer(2) === 0;
    await build(place, {
      openStore: async (config, out) => {
        const store = await openConfiguredStore(config, out);
        return {
          ...store,
          replaceAll: async (delta) => {
            if (isAcknowledgementLost) await store.replaceAll(delta);
            throw new Fault('the store is gone');
          },
        };
      },
    });
  },
  remove: (place) => taken(place, removeDocuments),
  forget: (place) => taken(place, forgetDocuments),
};

function onceAfter(left: number, work: () => void): () => void {
  let calls = 0;
  return () => {
    if (calls++ === left) work();
  };
}

async function build({ docs, out, config }: Place, parts: Partial<BuildParts> = {}, signal?: AbortSignal): Promise<void> {
  try {
    await runBuild({ inputs: [docs], out, config, parts: { createExtractor: async () => extractorOf(createFakeStages()), ...parts }, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof EngramError && error.code === 'ENGRAM_RUN_INTERRUPTED')) throw error;
  }
}

async function taken({ out, config, random }: Place, take: typeof removeDocuments): Promise<void> {
  if ((await readManifest(out)) === undefined) return;
  const journal = await readJournal(out);
  const uris = [...journal.documents()].map(({ uri }) => uri).sort();
  await journal.close();
  if (uris.length > 0) await take(out, config, [pick(uris, random)]);
}

export const sequences: Proof = {
  id: 'R19',
  promise: 'any sequence of changed and removed files, builds, stops, crashes, outages, `remove` and `forget`: the next build ends in the graph of a fresh one, and so does the store',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const [rounds, counts] = [long ? 1000 : 40, new Map<string, number>()];
      let [identical, inStep, behind] = [0, 0, 0];
      for (let round = 0; round < rounds; round++) {
        const [docs, out] = [join(folder, `docs-${round}`), join(folder, `out-${round}`)];
        const config: Config = { ...DEFAULT_CONFIG, extract: { ...DEFAULT_CONFIG.extract, batchDocuments: 2 }, store: { ...DEFAULT_CONFIG.store, address: round % 10 === 0 ? 'embedded' : 'jsonl' } };
        const place = { docs, out, config, random };
        await mkdir(docs);
        for (let at = 0; at < 4; at++) await COMMANDS['write']!(place);
        for (let at = 4 + random.integer(8); at > 0; at--) {
          const name = pick(Object.keys(COMMANDS), random);
          counts.set(name, (counts.get(name) ?? 0) + 1);
          await COMMANDS[name]!(place);
        }
        const before = (await readManifest(out))?.digest?.graph;
        await build(place);
        const fresh = { ...place, out: join(folder, `fresh-${round}`), config: { ...config, store: { ...config.store, address: 'jsonl' } } };
        await build(fresh);
        const expected = (await readManifest(fresh.out))!.digest!.graph;
        if (before !== expected) behind++;
        if ((await readManifest(out))!.digest!.graph === expected) identical++;
        if ((await verifyStore(out, config, false)).found.length === 0) inStep++;
        for (const each of [docs, out, fresh.out]) await rm(each, { recursive: true });
      }
      const commands = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return {
        held: identical === rounds && inStep === rounds,
        figures: `${identical} of ${rounds} graphs identical, ${inStep} stores in step; ${commands} commands (${[...counts].sort().map(([name, count]) => `${count} ${name}`).join(', ')})`,
        control: `before that build ${behind} were not`,
        controlFailed: behind > 0,
      };
    }),
};
