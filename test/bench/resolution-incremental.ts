// `npm run bench:incremental [-- --documents 100000]`: what one further document costs the resolver when there are few and when there are many.
// Documents are synthetic: names of persons, companies and places of skewed frequency, in sentences of common words, so that surroundings
// are compared as well.
import { parseArgs } from 'node:util';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { createContextReader } from '../../graph/resolve/context.ts';
import { EntityResolver } from '../../graph/resolve/entity-resolver.ts';
import { formatCount, heading, print, printJson, table } from '../../pipeline/cli/output.ts';
import { generateExtractions } from '../support/generate-extractions.ts';

const SEED = 17;
/** Documents that a figure is the mean of. */
const WINDOW = 500;

const { values: flags } = parseArgs({ options: { documents: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } } });
const count = Number(flags.documents);
const marks = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000].filter((mark) => mark <= count);
const resolver = new EntityResolver({ functional: new Set(['dateOfBirth', 'dateOfDeath']), reader: createContextReader(loadWordVectors()) });
const rows: { readonly documents: number; readonly millisecondsEach: number; readonly median: number; readonly mebibytes: number }[] = [];
let times: number[] = [];
let read = 0;
for (const extraction of generateExtractions(count, SEED)) {
  const started = performance.now();
  resolver.add(extraction);
  resolver.settle();
  times.push(performance.now() - started);
  read++;
  if (times.length > WINDOW) times = times.slice(-WINDOW);
  if (!marks.includes(read)) continue;
  const sorted = [...times].sort((a, b) => a - b);
  rows.push({ documents: read, millisecondsEach: times.reduce((a, b) => a + b, 0) / times.length, median: sorted[sorted.length >> 1]!, mebibytes: process.memoryUsage().rss / 2 ** 20 });
}
if (flags.json) printJson({ seed: SEED, window: WINDOW, rows });
else {
  print(heading(`one further document, mean and median of the last ${WINDOW} (seed ${SEED})`));
  const right = { align: 'right' } as const;
  print(table([['documents', 'mean', 'median', 'memory'], ...rows.map((row) => [formatCount(row.documents), `${row.millisecondsEach.toFixed(2)} ms`, `${row.median.toFixed(2)} ms`, `${formatCount(row.mebibytes)} MiB`])], [right, right, right, right]));
}
