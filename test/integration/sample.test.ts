// The sample corpus from end to end, with the shipped models: scores against gold, repeated builds, the command line.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DEFAULT_CONFIG, runBuild, type BuildResult, type Config } from '../../pipeline/index.ts';
import { scoreGraph } from '../../graph/score-graph.ts';
import { readActivation } from '../../pipeline/activation-weights.ts';
import { askedGraph, createAnswerer, loadAnswerModels } from '../../pipeline/ask.ts';
import { judgeQuestions, readQuestions } from '../../pipeline/evaluate-questions.ts';
import { readGold } from '../../pipeline/read-gold.ts';
import { readRelationSchema } from '../../pipeline/read-schema.ts';

const DOCUMENTS = 'fixtures/documents';
const CONFIG: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };

/** About five points under what the shipped models reach. */
const FLOORS = {
  entities: { precision: 79, recall: 83, f1: 81 },
  facts: { precision: 67, recall: 46, f1: 55 },
} as const;

const SMALL_BATCHES = { ...CONFIG.extract, batchDocuments: 5, concurrency: 1 };
const reversed = readdirSync(DOCUMENTS).sort().reverse().map((name) => join(DOCUMENTS, name));

const folder = mkdtempSync(join(tmpdir(), 'engram-sample-'));
const out = join(folder, 'graph');
let built: BuildResult;

test.before('build the sample', async (t) => {
  t.timeout(120_000);
  built = await runBuild({ inputs: [DOCUMENTS], out, config: CONFIG });
});

test.after.always(() => rmSync(folder, { recursive: true, force: true }));

test.serial('every document of the sample is read and journalled', (t) => {
  const { status, counts } = built.manifest;
  t.is(status, 'complete');
  t.is(counts!.read, 46);
  t.is(counts!.extracted, 46);
  t.is(counts!.deadLetters, 0);
  t.deepEqual(built.store, { documents: counts!.documents, entities: counts!.entities, facts: counts!.facts });
});

test.serial('entities and facts of the sample agree with gold', async (t) => {
  const scores = scoreGraph(built.held!.graph, await readGold('fixtures/gold'), await readRelationSchema());
  for (const what of ['entities', 'facts'] as const) {
    const { precision, recall, f1, right, predicted, gold } = scores[what];
    t.log(`${what}: precision ${precision.toFixed(1)}, recall ${recall.toFixed(1)}, F1 ${f1.toFixed(1)} (${right} right, ${predicted} predicted, ${gold} gold)`);
    for (const measure of ['precision', 'recall', 'f1'] as const) {
      const [reached, floor] = [scores[what][measure], FLOORS[what][measure]];
      t.true(reached >= floor, `${measure} of ${what} is ${reached.toFixed(1)}, under ${floor}`);
    }
  }
});

test.serial('four of five questions about the sample are answered right', async (t) => {
  const { graph, documents } = built.held!;
  const asked = askedGraph(graph, documents, await readActivation(CONFIG.activation, graph, out));
  const models = await loadAnswerModels(CONFIG);
  const judged = await judgeQuestions(graph, createAnswerer(models, asked), await readQuestions('fixtures/questions/sample.jsonl'));
  await models.close();
  t.true(judged.length >= 60);
  for (const part of ['dev', 'test']) {
    const own = judged.filter((each) => each.part === part);
    const right = own.filter(({ isRight }) => isRight).length;
    t.log(`questions, ${part}: ${right} of ${own.length} right`);
    t.true(right / own.length >= 0.8, part);
  }
});

test.serial('a second build reads nothing anew and gives the same graph', async (t) => {
  const again = await runBuild({ inputs: [DOCUMENTS], out, config: CONFIG });
  t.is(again.manifest.counts!.extracted, 0);
  t.is(again.manifest.counts!.unchanged, built.manifest.counts!.read);
  t.deepEqual(again.manifest.digest, built.manifest.digest);
});

test.serial('order of documents, size of batches and number in flight do not change the graph', async (t) => {
  const other = await runBuild({ inputs: reversed, out: join(folder, 'other-order'), config: { ...CONFIG, extract: SMALL_BATCHES } });
  t.deepEqual(other.manifest.counts, built.manifest.counts);
  t.is(other.manifest.digest!.graph, built.manifest.digest!.graph);
});

test.serial('every reading command answers about the graph that the command line built', async (t) => {
  t.timeout(120_000);
  const dir = join(folder, 'by-command');
  const report = await engram<{ status: string; digest: { graph: string } }>('build', DOCUMENTS, '--out', dir);
  t.is(report.status, 'complete');
  t.is(report.digest.graph, built.manifest.digest!.graph);

  const { id, name } = bestKnown(built);
  const found = await engram<{ entities: { id: string }[] }>('search', name, '--dir', dir);
  t.true(found.entities.some((entity) => entity.id === id), name);
  const near = await engram<{ related: unknown[] }>('related', name, '--dir', dir);
  t.true(near.related.length > 0, name);
  const why = await engram<{ facts: { claims: { text: string }[] }[] }>('explain', name, '--dir', dir);
  t.true(why.facts.length > 0, name);
  for (const { claims } of why.facts) t.true(claims.length > 0 && claims.every(({ text }) => text !== ''), name);

  for (const format of ['jsonl', 'graphml', 'csv']) {
    const written = await engram<{ format: string; files: string[]; facts: number }>('export', '--dir', dir, '--format', format, '--out', join(dir, `as-${format}`));
    t.is(written.format, format);
    t.true(written.files.length > 0, format);
    t.is(written.facts, built.manifest.counts!.facts, format);
  }
  t.true((await engram<{ ready: boolean }>('doctor')).ready);
});

/** The entity with the most facts. */
function bestKnown({ held }: BuildResult): { readonly id: string; readonly name: string } {
  const { graph } = held!;
  const [best] = graph.entities().sort((a, b) => graph.factsOf(b.id).length - graph.factsOf(a.id).length);
  return best!;
}

/** What the command prints under --json; anything but exit code 0 is an error. */
function engram<T>(...args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`engram ${args.join(' ')} ended with ${code}: ${said}`));
      try {
        resolve(JSON.parse(printed) as T);
      } catch {
        reject(new Error(`engram ${args.join(' ')} printed no JSON: ${printed.slice(0, 200)}`));
      }
    });
  });
}
