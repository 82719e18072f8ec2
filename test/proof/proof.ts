// `npm run proof [-- ID… --part server|alone --long --seed N --json]`: what Engram promises when things go wrong, shown on this machine: real kills, a real proxy, a real Neo4j. Each has a
// control that has to fail. Without `--long` a short form of each. Those that need a Neo4j are one part, the others another: the two may run beside each other.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import { stopSharedNeo4j } from './neo4j-process.ts';
import * as imports from './import-proof.ts';
import * as inputs from './hostile-input-proofs.ts';
import * as names from './hostile-name-proofs.ts';
import * as models from './model-file-proof.ts';
import * as sequences from './sequence-proof.ts';
import * as secrets from './secret-proof.ts';
import * as memory from './memory-proof.ts';
import { NotHere } from './not-here.ts';
import * as queues from './queue-proofs.ts';
import * as runs from './run-proofs.ts';
import * as services from './service-proof.ts';
import * as syncs from './sync-proofs.ts';
import * as weather from './weather-proof.ts';

export interface ProofResult {
  readonly held: boolean;
  readonly figures: string;
  /** What happens without the device that keeps the promise, or shows that the fault was real. */
  readonly control: string;
  readonly controlFailed: boolean;
}

export interface Proof {
  readonly id: string;
  readonly promise: string;
  run(options: { readonly seed: number; readonly long: boolean }): Promise<ProofResult>;
}

const { values: flags, positionals: ids } = parseArgs({ allowPositionals: true, options: { part: { type: 'string' }, long: { type: 'boolean', default: false }, seed: { type: 'string', default: '17' }, json: { type: 'boolean', default: false } } });
const proofsOf = (...files: readonly Readonly<Record<string, Proof>>[]): readonly Proof[] => files.flatMap((file) => Object.values(file));
const PARTS: Readonly<Record<string, readonly Proof[]>> = { server: proofsOf(syncs, imports, names, weather), alone: proofsOf(runs, queues, inputs, secrets, sequences, memory, services, models) };
if (flags.part !== undefined && !Object.hasOwn(PARTS, flags.part)) throw new Error(`No part ${flags.part}; there are ${Object.keys(PARTS).join(' and ')}.`);
const all = (flags.part === undefined ? Object.values(PARTS).flat() : [...PARTS[flags.part]!]).sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
const unknown = ids.filter((id) => !all.some((proof) => proof.id === id));
if (unknown.length > 0) throw new Error(`No proof ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}.`);
if (!existsSync('.ci/neo4j.sh')) throw new Error('Run it from the root of the project.');
const rows = [];
for (const proof of all.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
  const started = performance.now();
  const result = await proof.run({ seed: Number(flags.seed), long: flags.long }).catch((error: unknown): ProofResult | NotHere => error instanceof NotHere ? error : ({ held: false, figures: `failed: ${error instanceof Error ? error.message : String(error)}`, control: '', controlFailed: false }));
  if (result instanceof NotHere) {
    note(`*** SKIPPED ${proof.id}: ${result.message} ***`);
    continue;
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  rows.push({ id: proof.id, promise: proof.promise, ...result, seconds });
  note(`${result.held && result.controlFailed ? 'held  ' : 'BROKEN'} ${proof.id} (${seconds} s): ${proof.promise}\n         ${result.figures}\n         control: ${result.control}`);
}
await stopSharedNeo4j();
if (flags.json) printJson({ seed: Number(flags.seed), long: flags.long, rows });
else {
  print(heading(`promises under faults, seed ${flags.seed}, ${flags.long ? 'long' : 'short'} form`));
  print(table([['', 'promise', 'seen', 'control'], ...rows.map(({ id, promise, held, controlFailed, figures, control }) => [`${held && controlFailed ? '✔' : '✘'} ${id}`, promise, figures, control])]));
}
if (rows.some(({ held, controlFailed }) => !held || !controlFailed)) process.exitCode = 1;
