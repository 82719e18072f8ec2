// The first half of a build, for benches: documents read into the journal, without the graph that follows.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runBuild, type BuildProgress } from '../../pipeline/build.ts';
import type { Config } from '../../pipeline/core/config.ts';

const SAMPLE = 'fixtures/documents';

class Read extends Error {}

/** @param onStart when the models are loaded @param onEnd when the last document is in the journal, before the models are given up */
export async function readOnly(input: string, out: string, config: Config, { onStart, onEnd }: { readonly onStart?: () => void; readonly onEnd?: () => void } = {}): Promise<{ readonly seconds: number; readonly words: number }> {
  let [start, end, words] = [0, 0, 0];
  const onProgress = (progress: BuildProgress): void => {
    if (progress.phase === 'extract' && start === 0) {
      start = performance.now();
      onStart?.();
    }
    if (progress.phase !== 'graph') return;
    [end, words] = [performance.now(), progress.words];
    onEnd?.();
    throw new Read();
  };
  await runBuild({ inputs: [input], out, config, onProgress }).catch((error: unknown) => {
    if (!(error instanceof Read)) throw error;
  });
  return { seconds: (end - start) / 1000, words };
}

export async function sampleTexts(): Promise<string[]> {
  return Promise.all((await readdir(SAMPLE)).sort().map((name) => readFile(join(SAMPLE, name), 'utf8')));
}

/** A file of so many documents, the texts over and over. */
export async function writeCopies(folder: string, texts: readonly string[], count: number): Promise<string> {
  const path = join(folder, `copies-${count}.jsonl`);
  await writeFile(path, Array.from({ length: count }, (_, at) => `${JSON.stringify({ id: `${at}`, text: texts[at % texts.length] })}\n`).join(''));
  return path;
}
