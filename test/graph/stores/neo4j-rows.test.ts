// What is sent to Neo4j for rows that go.
import test from 'ava';
import { changesFrom, checkDelta } from '../../../graph/stores/delta.ts';
import type { Run } from '../../../graph/stores/neo4j-connection.ts';
import { stepsOf } from '../../../graph/stores/neo4j-rows.ts';

const TYPES = Array.from({ length: 40 }, (_, at) => `TYPE_${at}`);
const nothing = checkDelta({ documents: [], entities: [], facts: [] }, 'test');
const standing = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => ({ id: `${prefix}-${at}`, digest: '0' }));

interface Sent {
  readonly kind: string;
  readonly statement: string;
  readonly ids: readonly string[];
}

/** What removing all that stands there sends, each step as one batch. */
async function sentFor(standsUnder?: ReadonlyMap<string, readonly string[]>): Promise<Sent[]> {
  const changes = { ...changesFrom(nothing, { documents: standing('d', 3), entities: standing('e', 5), facts: standing('f', 9) }), standsUnder };
  const sent: Sent[] = [];
  for (const step of stepsOf(changes, TYPES, 'test')) {
    const run = async (statement: string, { ids }: { readonly ids: readonly string[] }) => void sent.push({ kind: step.kind, statement, ids });
    await step.run({ run } as unknown as Run, step.rows);
  }
  return sent;
}

const typesIn = (statement: string): string[] => [...statement.matchAll(/`(TYPE_\d+)`/g)].map((found) => found[1]!);

test('a fact whose relation type is known is looked for under that type alone, and under each where it stands under several', async (t) => {
  const standsUnder = new Map(standing('f', 9).map(({ id }, at) => [id, at === 4 ? ['TYPE_1', 'TYPE_7'] : [`TYPE_${at % 3}`]]));
  const sent = (await sentFor(standsUnder)).filter(({ kind }) => kind === 'fact');
  t.deepEqual(
    sent.map(({ statement, ids }) => [typesIn(statement), [...ids].sort()]).sort(),
    [
      [['TYPE_0'], ['f-0', 'f-3', 'f-6']],
      [['TYPE_1'], ['f-1', 'f-4', 'f-7']],
      [['TYPE_2'], ['f-2', 'f-5', 'f-8']],
      [['TYPE_7'], ['f-4']],
    ],
  );
});

test('a fact of which nothing is known is looked for under every type', async (t) => {
  const sent = (await sentFor()).filter(({ kind }) => kind === 'fact');
  t.deepEqual(sent.flatMap(({ statement }) => typesIn(statement)).sort(), [...TYPES].sort());
  t.true(sent.every(({ ids }) => ids.length === 9));
});

test('entities that go are looked up once for the facts of all types', async (t) => {
  const sent = (await sentFor()).filter(({ kind }) => kind === 'entity');
  t.is(sent.length, 4);
  t.deepEqual(sent.map(({ statement }) => typesIn(statement).length), [40, 0, 0, 0]);
});
