// R14: what reading keeps in memory of each document.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

const SAMPLE = 'fixtures/documents';
/** MiB for 10,000 documents; a document's index has an id, a key, an address and a checksum. */
const MOST_GROWTH = 6;
/** Of the process with the models, from a quarter of the documents on. */
const MOST_READER_GROWTH = 1.25;

interface Measured {
  readonly points: readonly { readonly documents: number; readonly own: number; readonly reader: number }[];
  /** Documents read and not yet in the journal, at most, and how many may be. */
  readonly waiting: number;
  readonly most: number;
}

/** By least squares over the later three quarters, for 10,000 documents. */
function slope(points: Measured['points'], of: 'own' | 'reader'): number {
  const later = points.slice(points.length >> 2);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(later.map(({ documents }) => documents)), mean(later.map((point) => point[of]))];
  const [xy, xx] = [mean(later.map((point) => (point.documents - x) * (point[of] - y))), mean(later.map(({ documents }) => (documents - x) ** 2))];
  return (10_000 * xy) / xx;
}

export const memory: Proof = {
  id: 'R14',
  promise: `memory grows by less than ${MOST_GROWTH} MB for 10,000 documents read (the journal's index), net of the graph; what waits is bounded`,
  run: ({ long }) =>
    withFolder(async (folder) => {
      const [many, read] = long ? [200_000, 40_000] : [20_000, 400];
      const texts = await Promise.all((await readdir(SAMPLE)).filter((name) => name.endsWith('.txt')).sort().map((name) => readFile(join(SAMPLE, name), 'utf8')));
      const filled = async (name: string, count: number, textOf: (at: number) => string): Promise<string> => {
        const path = join(folder, name);
        const file = createWriteStream(path);
        for (let at = 0; at < count; at++) if (!file.write(`${JSON.stringify({ id: `document-${at}`, text: textOf(at) })}\n`)) await once(file, 'drain');
        file.end();
        await once(file, 'close');
        return path;
      };
      const small = await filled('small.jsonl', many, (at) => `Ada${at % 977} Kingston met Grace${at % 7} Boston ${'and said much more of what there was '.repeat(20)}`);
      const real = await filled('real.jsonl', read, (at) => texts[at % texts.length]!.slice(0, 1000));
      const measured = async (file: string, out: string, ...options: readonly string[]): Promise<Measured> =>
        JSON.parse((await promisify(execFile)(process.execPath, ['--expose-gc', '--import=tsx', 'test/support/measured-build.ts', file, join(folder, out), ...options])).stdout) as Measured;
      const [own, reader, keeping] = [await measured(small, 'own', 'fake'), await measured(real, 'reader', 'real'), await measured(small, 'keeping', 'fake', 'keep')];
      const [grows, readerGrows, keepingGrows] = [slope(own.points, 'own'), slope(reader.points, 'reader'), slope(keeping.points, 'own')];
      const first = own.points[own.points.length >> 2]!;
      return {
        held: grows < MOST_GROWTH && reader.points.at(-1)!.reader < MOST_READER_GROWTH * reader.points[reader.points.length >> 2]!.reader && own.waiting <= own.most && reader.waiting <= reader.most,
        figures: `${grows.toFixed(1)} MB for 10,000 of ${many} documents (${first.own.toFixed(0)} MB at ${first.documents}, ${own.points.at(-1)!.own.toFixed(0)} at the end); the process with the models, ${read} documents: ${reader.points[reader.points.length >> 2]!.reader.toFixed(0)} to ${reader.points.at(-1)!.reader.toFixed(0)} MB resident (${readerGrows.toFixed(1)} for 10,000); ${Math.max(own.waiting, reader.waiting)} documents waited at most, ${own.most} may`,
        control: `with 32 KB kept of each batch: ${keepingGrows.toFixed(1)} MB`,
        controlFailed: keepingGrows > MOST_GROWTH,
      };
    }),
};
