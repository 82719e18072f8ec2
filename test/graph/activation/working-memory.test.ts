import test from 'ava';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { WorkingMemory } from '../../../graph/activation/working-memory.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';
import { sampleGraph } from '../../support/sample-graph.ts';

const snapshot = createSnapshot(sampleGraph());
const [hopper, firm, eckert] = [entityIdOf('PER', 'grace hopper'), entityIdOf('ORG', 'remington rand'), entityIdOf('PER', 'j presper eckert')];

test('what is spoken of is in mind, what it leads to a little', (t) => {
  const memory = new WorkingMemory();
  memory.advance(0);
  memory.refresh(snapshot, [hopper]);
  t.is(memory.levelOf(hopper), 1);
  t.true(memory.levelOf(firm) > memory.levelOf(eckert));
  t.true(memory.levelOf(firm) < 0.5);
  t.is(memory.active()[0]!.id, hopper);
  t.is([...memory.seeds(snapshot)].length, memory.active().length);
});

test('it fades with every turn and with time, and speaking of it again brings it back', (t) => {
  const memory = new WorkingMemory({ keptPerTurn: 0.5, halfLife: 100 });
  memory.advance(0);
  memory.refresh(snapshot, [hopper]);
  memory.advance(0);
  t.is(memory.levelOf(hopper), 0.5);
  memory.advance(100_000);
  t.is(memory.levelOf(hopper), 0.125);
  memory.refresh(snapshot, [hopper]);
  t.is(memory.levelOf(hopper), 1);
  for (let turn = 0; turn < 20; turn++) memory.advance(100_000);
  t.deepEqual(memory.active(), []);
});

test('of what is active the strongest stay', (t) => {
  const memory = new WorkingMemory({ capacity: 2 });
  memory.advance(0);
  memory.refresh(snapshot, [hopper, eckert]);
  t.deepEqual(memory.active().map(({ id }) => id).sort(), [hopper, eckert].sort());
});

test('a conversation goes on from its file, and one with a clock set back does not grow stronger', (t) => {
  const memory = new WorkingMemory();
  memory.advance(5000);
  memory.refresh(snapshot, [hopper]);
  const state = JSON.parse(JSON.stringify(memory.state())) as ReturnType<typeof memory.state>;
  const again = new WorkingMemory({}, state);
  t.deepEqual(again.state(), memory.state());
  again.advance(0);
  t.true(again.levelOf(hopper) < 1);
});

test('entities that are no longer in the graph are forgotten in the next spreading', (t) => {
  const memory = new WorkingMemory({}, { version: 1, at: new Date(0).toISOString(), turn: 1, active: [{ id: entityIdOf('PER', 'nobody'), level: 1 }] });
  t.is(memory.seeds(snapshot).size, 0);
  t.notThrows(() => memory.refresh(snapshot, [entityIdOf('PER', 'nobody')]));
});
