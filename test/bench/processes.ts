// `npm run bench:processes [-- --processes 1,2 --documents 2000 --turns 3 --json]`: whether further processes that read pay on this machine. In turns, with each number of
// processes; for one, how busy its first thread was, which no further core relieves (Linux).
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { readOnly, sampleTexts, writeCopies } from './read-only.ts';

const cores = availableParallelism();
const doublings = Array.from({ length: Math.ceil(Math.log2(cores)) + 1 }, (_, power) => Math.min(cores, 2 ** power));
const { values: flags } = parseArgs({
  options: { processes: { type: 'string', default: [...new Set(doublings)].join(',') }, documents: { type: 'string', default: '2000' }, turns: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});

interface Use {
  /** CPU seconds of the first threads and of all others. */
  readonly first: number;
  readonly others: number;
  /** MiB in memory now, together. */
  readonly mebibytes: number;
}

const TICKS_PER_SECOND = 100;
const PAGES_PER_MEBIBYTE = 256;

/** Of the processes that this one started (proc(5)). */
function useOfChildren(): Use {
  let [first, others, mebibytes] = [0, 0, 0];
  for (const pid of readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean))) {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const [user, system] = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8').replace(/^.*\) /, '').split(' ').slice(11, 13).map(Number);
      const seconds = (user! + system!) / TICKS_PER_SECOND;
      if (task === pid) first += seconds;
      else others += seconds;
    }
    mebibytes += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) / PAGES_PER_MEBIBYTE;
  }
  return { first, others, mebibytes };
}

const folder = await mkdtemp(join(tmpdir(), 'engram-processes-'));
try {
  const input = await writeCopies(folder, await sampleTexts(), Number(flags.documents));
  const rows: { readonly turn: number; readonly processes: number; readonly wordsPerSecond: number; readonly first?: number; readonly others?: number; readonly mebibytes?: number }[] = [];
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    for (const processes of flags.processes.split(',').map(Number)) {
      const config = { ...DEFAULT_CONFIG, extract: { ...DEFAULT_CONFIG.extract, processes }, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
      const uses: Use[] = [];
      const look = (): void => void (process.platform === 'linux' && uses.push(useOfChildren()));
      const { seconds, words } = await readOnly(input, join(folder, `${turn}-${processes}`), config, { onStart: look, onEnd: look });
      const [before, after] = uses;
      const use = before && after && { first: (after.first - before.first) / seconds, others: (after.others - before.others) / seconds, mebibytes: after.mebibytes };
      rows.push({ turn: turn + 1, processes, wordsPerSecond: words / seconds, ...use });
      note(`turn ${turn + 1}, ${processes} ${processes === 1 ? 'process' : 'processes'}: ${formatCount(words / seconds)} words/s`);
    }
  }
  const oneOf = (turn: number): number => rows.find((row) => row.turn === turn)!.wordsPerSecond;
  if (flags.json) printJson({ cores, documents: Number(flags.documents), rows });
  else {
    print(heading(`${formatCount(Number(flags.documents))} documents read into the journal, ${cores} cores; cores kept busy by the first thread of each process and by all other threads`));
    print(
      table(
        [
          ['turn', 'processes', 'words/s', `beside ${rows[0]!.processes}`, 'first threads', 'other threads', 'memory'],
          ...rows.map(({ turn, processes, wordsPerSecond, first = NaN, others = NaN, mebibytes = NaN }) => [String(turn), String(processes), formatCount(wordsPerSecond), (wordsPerSecond / oneOf(turn)).toFixed(2), first.toFixed(2), others.toFixed(2), `${formatCount(mebibytes)} MiB`]),
        ],
        Array(7).fill({ align: 'right' }),
      ),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
