// What only a Neo4j store does; the contract it shares with the others is in test/contracts.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import neo4j, { Neo4jError } from 'neo4j-driver';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { createNeo4jStore } from '../../../graph/stores/neo4j.ts';
import { errorClassOf } from '../../../graph/stores/neo4j-connection.ts';
import { documentIdOf, entityIdOf, factIdOf } from '../../../pipeline/core/ids.ts';
import type { Entity, Fact, GraphDelta } from '../../../pipeline/core/model.ts';
import { neo4jAddress, neo4jNotice, takeNeo4jTurn } from '../../support/neo4j-server.ts';

test.before(takeNeo4jTurn);
const person = (name: string, attributes: Entity['attributes'] = []): Entity => ({
  id: entityIdOf('PER', name),
  type: 'PER',
  name,
  aliases: [],
  mentions: [{ documentId: documentIdOf('one'), sentence: 0, start: 0, end: 3, surface: name, score: 1 }],
  attributes,
});
const ada = person('Ada', [
  { name: 'dateOfBirth', value: '1815-12-10', surface: '1815', kind: 'date', probability: 0.9, provenance: [] },
  { name: 'age', value: '36', surface: '36', kind: 'number', probability: 0.9, provenance: [] },
  { name: 'name', value: 'not this', surface: 'x', kind: 'text', probability: 0.9, provenance: [] },
]);
const grace = person('Grace');
const triple = { subject: ada.id, predicate: 'placeOfBirth', object: grace.id };
const fact: Fact = { id: factIdOf(triple), ...triple, probability: 0.5, provenance: [] };
const graph: GraphDelta = { documents: [{ id: documentIdOf('one'), uri: 'one.txt' }], entities: [ada, grace], facts: [fact] };
const nothing: GraphDelta = { documents: [], entities: [], facts: [] };

type Run = (statement: string, parameters?: object) => Promise<Record<string, unknown>[]>;

async function withServer(t: ExecutionContext, body: (store: ReturnType<typeof createNeo4jStore>, run: Run) => Promise<void>): Promise<void> {
  if (neo4jAddress === undefined) {
    t.log(neo4jNotice);
    t.pass();
    return;
  }
  const store = createNeo4jStore(neo4jAddress);
  const driver = neo4j.driver(neo4jAddress, undefined, { disableLosslessIntegers: true });
  try {
    await store.prepare();
    await store.replaceAll(nothing);
    await body(store, async (statement, parameters) => (await driver.executeQuery(statement, parameters)).records.map((record) => record.toObject()));
  } finally {
    await driver.executeQuery("MATCH (n) WHERE n.owner = 'somebody else' OR n:Note DETACH DELETE n").catch(() => undefined);
    await driver.close();
    await store.close();
  }
}

test.serial('labels, relation types and readable properties are those people would query', (t) =>
  withServer(t, async (store, run) => {
    await store.write(graph);
    const [found] = await run('MATCH (a:Person:EngramEntity)-[f:PLACE_OF_BIRTH]->(b:Person), (a)-[m:MENTIONED_IN]->(d:EngramDocument) RETURN a.name AS name, a.dateOfBirth AS born, a.age AS age, f.probability AS probability, m.count AS mentions, d.uri AS uri');
    t.deepEqual(found, { name: 'Ada', born: '1815-12-10', age: 36, probability: 0.5, mentions: 1, uri: 'one.txt' });
    await store.write({ ...nothing, entities: [person('Ada')] });
    t.deepEqual(await run("MATCH (a:Person {name: 'Ada'}) RETURN a.dateOfBirth AS born, a.age AS age"), [{ born: null, age: null }]);
  }),
);

test.serial('ids are unique by constraint, of facts too', (t) =>
  withServer(t, async (store, run) => {
    await store.write(graph);
    await t.throwsAsync(run('CREATE (:EngramEntity {id: $id})', { id: ada.id }), { code: 'Neo.ClientError.Schema.ConstraintValidationFailed' });
    await t.throwsAsync(run('CREATE ()-[:PLACE_OF_BIRTH {id: $id}]->()', { id: fact.id }), { code: 'Neo.ClientError.Schema.ConstraintValidationFailed' });
  }),
);

test.serial('a fact that somebody copied under another relation type of Engram is removed from both', (t) =>
  withServer(t, async (store, run) => {
    const other = { ...triple, predicate: 'residence' };
    await store.write({ ...graph, facts: [fact, { ...fact, ...other, id: factIdOf(other) }] });
    await run('MATCH (a:EngramEntity {id: $a})-[f:PLACE_OF_BIRTH]->(b) CREATE (a)-[c:RESIDENCE]->(b) SET c = properties(f)', { a: ada.id });
    t.is((await store.counts()).facts, 3);
    await store.replaceAll({ ...graph, facts: [] });
    t.is((await store.counts()).facts, 0);
    t.deepEqual(await run('MATCH (:EngramEntity)-[f:PLACE_OF_BIRTH|RESIDENCE]->() RETURN f.id AS id'), []);
  }),
);

test.serial('what somebody else hung on the graph stays when Engram removes its part', (t) =>
  withServer(t, async (store, run) => {
    await store.write(graph);
    await run("MATCH (a:EngramEntity {id: $id}) SET a.owner = 'somebody else' CREATE (a)<-[:ABOUT]-(:Note {text: 'mine'})", { id: ada.id });
    await run('MATCH (a:EngramEntity {id: $a}), (b:EngramEntity {id: $b}) CREATE (a)-[:PLACE_OF_BIRTH {mine: true}]->(b)', { a: ada.id, b: grace.id });
    t.deepEqual(await store.readAll(), { ...graph, entities: [...graph.entities].sort((x, y) => (x.id < y.id ? -1 : 1)) });
    await store.replaceAll({ ...nothing, entities: [grace] });
    t.deepEqual(await store.counts(), { documents: 0, entities: 1, facts: 0 });
    const left = await run("MATCH (n)<-[:ABOUT]-(:Note) OPTIONAL MATCH (n)-[r:PLACE_OF_BIRTH]->() RETURN labels(n) AS labels, n.name AS name, n.owner AS owner, r.mine AS mine");
    t.deepEqual(left, [{ labels: [], name: null, owner: 'somebody else', mine: true }]);
  }),
);

test.serial('of an unchanged graph nothing is written, of a changed one what has changed', (t) =>
  withServer(t, async (store) => {
    t.like(await store.replaceAll(graph), { written: { documents: 1, entities: 2, facts: 1 }, batches: 1 });
    t.like(await store.replaceAll(graph), { written: { documents: 0, entities: 0, facts: 0 }, batches: 0 });
    const renamed = { ...grace, aliases: ['Amazing Grace'] };
    t.like(await store.replaceAll({ ...graph, entities: [ada, renamed] }), { written: { documents: 0, entities: 1, facts: 0 }, removed: { entities: 0, facts: 0 }, batches: 1 });
    t.like(await store.replaceAll({ ...graph, entities: [ada, renamed], facts: [] }), { written: { entities: 0 }, removed: { facts: 1 }, batches: 1 });
  }),
);

test.serial('a row that the server refuses is told of with its reason, and so is a fact that needs it; the rest is stored, and the next sync tries again', (t) =>
  withServer(t, async (store, run) => {
    await run('CREATE CONSTRAINT somebody_elses IF NOT EXISTS FOR (p:Person) REQUIRE p.name IS UNIQUE');
    await run("CREATE (:Person:Note {name: 'Grace'})");
    const others = Array.from({ length: 20 }, (_, at) => person(`Other ${at}`));
    const whole = { ...graph, entities: [...graph.entities, ...others] };
    const { refused } = await store.replaceAll(whole);
    t.deepEqual(refused.map(({ kind, id, code }) => [kind, id, code]), [
      ['entity', grace.id, 'Neo.ClientError.Schema.ConstraintValidationFailed'],
      ['fact', fact.id, 'ENGRAM_STORE_MISSING_ENTITY'],
    ]);
    t.regex(refused[0]!.reason, /Grace/);
    t.deepEqual(await store.counts(), { documents: 1, entities: 21, facts: 0 });
    t.deepEqual((await store.differences(whole)).map(({ id, problem }) => [id, problem]), [[grace.id, 'missing'], [fact.id, 'missing']]);
    await run('DROP CONSTRAINT somebody_elses');
    t.like(await store.replaceAll(whole), { refused: [], written: { entities: 1, facts: 1 } });
    t.deepEqual(await store.differences(whole), []);
  }),
);

test.serial('what somebody changed in the database is named, with labels, links and readable properties', (t) =>
  withServer(t, async (store, run) => {
    await store.replaceAll(graph);
    for (const change of [
      'MATCH (e:EngramEntity {id: $id}) SET e.dateOfBirth = 1',
      'MATCH (e:EngramEntity {id: $id}) REMOVE e:Person',
      'MATCH (e:EngramEntity {id: $id}) SET e:Location',
      'MATCH (e:EngramEntity {id: $id})-[m:MENTIONED_IN]->() SET m.count = 7',
      'MATCH (e:EngramEntity {id: $id}) SET e.digest = null',
    ]) {
      await run(change, { id: ada.id });
      t.deepEqual(await store.differences(graph), [{ kind: 'entity', id: ada.id, problem: 'changed' }], change);
      await store.repair(graph);
      t.deepEqual(await store.differences(graph), [], change);
    }
    await run("MATCH (e:EngramEntity {id: $id}) SET e.owner = 'somebody else', e:Mine", { id: ada.id });
    t.deepEqual(await store.differences(graph), []);
    await run('MATCH (e:EngramEntity {id: $id}) REMOVE e:Mine', { id: ada.id });
  }),
);

test.serial('a query reads with parameters and can change nothing', (t) =>
  withServer(t, async (store) => {
    await store.write(graph);
    t.deepEqual(await store.query('MATCH (e:EngramEntity {name: $name}) RETURN e.type AS type', { name: 'Ada' }), [{ type: 'PER' }]);
    await t.throwsAsync(store.query('MATCH (e:EngramEntity) DETACH DELETE e'), { code: 'ENGRAM_STORE_FAILED' });
    t.is((await store.counts()).entities, 2);
  }),
);

test('a server that is not there is reported at once, without the password', async (t) => {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  const store = createNeo4jStore(`bolt://127.0.0.1:${port}`, { user: 'me', password: 'open sesame' });
  const started = performance.now();
  const error = await t.throwsAsync(store.prepare(), { code: 'ENGRAM_STORE_UNAVAILABLE' });
  t.true(performance.now() - started < 5000);
  t.notRegex(`${error?.message} ${String(error?.cause)}`, /sesame/);
  await store.close();
});

test('what passes by itself, what is too large, what no server takes, and what is none of these', (t) => {
  const classOf = (code: string, message = 'told'): string => errorClassOf(new Neo4jError(message, code, '50N42', 'general processing exception'));
  t.is(classOf('ServiceUnavailable'), 'transient');
  t.is(classOf('Neo.TransientError.Transaction.DeadlockDetected'), 'transient');
  t.is(classOf('ProtocolError', 'Connection was closed by server'), 'transient', 'the server went away between two messages');
  t.is(classOf('ProtocolError', 'Failed to connect to server. Caused by: read ECONNRESET'), 'transient', 'the server went away while it was greeted');
  t.is(classOf('ProtocolError', 'Unknown packed value'), 'fatal');
  t.is(classOf('Neo.TransientError.General.MemoryPoolOutOfMemoryError'), 'resize');
  t.is(classOf('Neo.ClientError.Schema.ConstraintValidationFailed'), 'poison');
  t.is(classOf('Neo.ClientError.Statement.SyntaxError'), 'fatal');
  t.is(errorClassOf(new TypeError('told')), 'fatal');
});
