import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createSnapshot } from '../../graph/activation/snapshot.ts';
import { WorkingMemory } from '../../graph/activation/working-memory.ts';
import { related } from '../../graph/query/related.ts';
import { ASSOCIATED_WITH, consolidate, forgetAssociations, readAssociations } from '../../pipeline/associations.ts';
import { entityIdOf } from '../../pipeline/core/ids.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { writeManifest, type RunManifest } from '../../pipeline/manifest.ts';
import { sampleGraph } from '../support/sample-graph.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const graph = sampleGraph();
const idOf = (name: string) => graph.entities().find((entity) => entity.name === name)!.id;
const [hopper, walesa] = [idOf('Grace Hopper'), idOf('Łukasz Wałęsa')];

/** A folder that holds a build, as far as associations ask. */
async function buildFolder(t: ExecutionContext): Promise<string> {
  const dir = await temporaryFolder(t);
  await writeManifest(dir, {} as RunManifest);
  return dir;
}

/** A talk of so many turns about both. */
function talkOf(turns: number): WorkingMemory {
  const memory = new WorkingMemory();
  for (let turn = 0; turn < turns; turn++) {
    memory.advance(turn * 1000);
    memory.refresh(createSnapshot(graph), [hopper, walesa]);
  }
  return memory;
}

test('what is often active together in a talk becomes a weak link with its origin, in place of what the talk gave before', async (t) => {
  const dir = await buildFolder(t);
  t.is(await consolidate(dir, 'short.json', talkOf(1).coActive()), 0);
  t.false(existsSync(join(dir, 'associations.json')));
  t.is(await consolidate(dir, 'talk.json', talkOf(3).coActive()), 1);
  t.is(await consolidate(dir, 'talk.json', talkOf(5).coActive()), 1);
  const further = await readAssociations(dir, graph);
  t.deepEqual(further.map(({ subject, object, predicate, because }) => [[subject, object].sort(), predicate, because]), [[[hopper, walesa].sort(), ASSOCIATED_WITH, 'talk.json']]);
  t.true(further[0]!.strength > 0 && further[0]!.strength <= 0.3);

  const isReached = (links: typeof further) => related(graph, [hopper], { snapshot: createSnapshot(graph, { further: links, maxCoMentions: 0 }) }).related.find(({ id }) => id === walesa);
  t.is(isReached([]), undefined);
  t.deepEqual(isReached(further)?.path.map(({ predicate, origin, because }) => ({ predicate, origin, because })), [{ predicate: ASSOCIATED_WITH, origin: 'conversation', because: 'talk.json' }]);
  // The facts are what they were.
  t.deepEqual(graph.toDelta(), sampleGraph().toDelta());
});

test('links are taken back by conversation, or all', async (t) => {
  const dir = await buildFolder(t);
  await consolidate(dir, 'one.json', talkOf(4).coActive());
  await consolidate(dir, 'two.json', talkOf(4).coActive());
  const error = await t.throwsAsync(forgetAssociations(dir, 'three.json'), { instanceOf: EngramError });
  t.true(error.message.includes("'one.json', 'two.json'"));
  t.is(await forgetAssociations(dir, 'one.json'), 1);
  t.deepEqual((await readAssociations(dir, graph)).map(({ because }) => because), ['two.json']);
  t.is(await forgetAssociations(dir), 1);
  t.deepEqual(await readAssociations(dir, graph), []);
  t.is(await forgetAssociations(dir), 0);
});

test('entities that are gone are left out, and a file that is none is told of', async (t) => {
  const dir = await buildFolder(t);
  await consolidate(dir, 'talk.json', [{ a: hopper, b: entityIdOf('PER', 'nobody'), weight: 9 }]);
  t.deepEqual(await readAssociations(dir, graph), []);
  await writeFile(join(dir, 'associations.json'), '{"version": 2}');
  t.is((await t.throwsAsync(readAssociations(dir, graph), { instanceOf: EngramError })).code, 'ENGRAM_CHECKPOINT_CORRUPT');
  await t.throwsAsync(consolidate(join(dir, 'elsewhere'), 'talk.json', []), { code: 'ENGRAM_CHECKPOINT_MISSING' });
});

test('a talk that goes on from its file counts each turn once', (t) => {
  const whole = talkOf(4);
  const half = talkOf(2);
  const rest = new WorkingMemory({}, JSON.parse(JSON.stringify(half.state())) as ReturnType<typeof half.state>);
  for (let turn = 2; turn < 4; turn++) {
    rest.advance(turn * 1000);
    rest.refresh(createSnapshot(graph), [hopper, walesa]);
  }
  t.is(rest.coActive().length, 1);
  t.true(Math.abs(rest.coActive()[0]!.weight - whole.coActive()[0]!.weight) < 1e-9);
  t.is(whole.coActive()[0]!.weight, 4);
});
