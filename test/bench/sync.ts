// `npm run bench:sync [-- --entities 20000 --facts 40000]`: rows a second into an empty Neo4j, in turns: the sync (digests, ledger, several writers), and a bare loop of the
// same UNWIND statements through the driver, a thousand rows a transaction, one after the other.
import { parseArgs } from 'node:util';
import neo4j from 'neo4j-driver';
import * as cypher from '../../graph/stores/cypher.ts';
import { mentionCounts, slicesOf } from '../../graph/stores/delta.ts';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import type { GraphDelta } from '../../pipeline/core/model.ts';
import { startNeo4j, type Neo4jProcess } from '../proof/neo4j-process.ts';
import { syntheticGraph } from '../proof/synthetic-graph.ts';

const SEED = 17;
const ROUNDS = 3;
const ROWS = 1000;

const { values: flags } = parseArgs({ options: { entities: { type: 'string', default: '20000' }, facts: { type: 'string', default: '40000' }, writers: { type: 'string', default: '2' }, json: { type: 'boolean', default: false } } });
const graph = syntheticGraph({ entities: Number(flags.entities), facts: Number(flags.facts) }, SEED);
const rows = graph.documents.length + graph.entities.length + graph.facts.length;
const server = await startNeo4j();
const rounds: { readonly bare: number; readonly sync: number }[] = [];
try {
  // The first round of each warms the server up.
  for (let round = 0; round <= ROUNDS; round++) {
    const bare = rows / (await timed(server, () => bareLoop(server, graph)));
    const sync = rows / (await timed(server, () => throughStore(server, graph)));
    note(`round ${round}: bare ${formatCount(Math.round(bare))}, sync ${formatCount(Math.round(sync))} rows/s, ratio ${(sync / bare).toFixed(2)}`);
    if (round > 0) rounds.push({ bare, sync });
  }
} finally {
  await server.stop();
}
const ratios = rounds.map(({ bare, sync }) => sync / bare).sort((a, b) => a - b);
if (flags.json) printJson({ rows, rounds, median: ratios[Math.floor(ROUNDS / 2)] });
else {
  print(heading(`${formatCount(rows)} rows into an empty Neo4j (${flags.writers} writers of entities)`));
  print(table([['round', 'bare loop, rows/s', 'sync, rows/s', 'ratio'], ...rounds.map(({ bare, sync }, at) => [String(at + 1), formatCount(Math.round(bare)), formatCount(Math.round(sync)), (sync / bare).toFixed(2)])], Array(4).fill({ align: 'right' })));
}

async function timed({ ask }: Neo4jProcess, work: () => Promise<void>): Promise<number> {
  await ask('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function throughStore({ address }: Neo4jProcess, delta: GraphDelta): Promise<void> {
  const store = createNeo4jStore(address, { writers: Number(flags.writers) });
  await store.prepare();
  await store.replaceAll(delta);
  await store.close();
}

async function bareLoop({ address }: Neo4jProcess, { documents, entities, facts }: GraphDelta): Promise<void> {
  const driver = neo4j.driver(address, undefined, { disableLosslessIntegers: true });
  const session = driver.session();
  const write = async (statement: string, all: readonly object[]): Promise<void> => {
    for (const slice of slicesOf(all, ROWS)) await session.executeWrite((transaction) => transaction.run(statement, { rows: slice }));
  };
  for (const statement of cypher.SCHEMA) await session.run(statement);
  await write(cypher.upsertDocuments, documents.map(({ id, ...rest }) => ({ id, properties: { uri: rest.uri, record: JSON.stringify({ id, ...rest }) } })));
  await write(cypher.upsertEntities('PER'), entities.map(({ id, type, name, aliases, attributes, mentions }) => ({ id, properties: { type, name, aliases, attributes: JSON.stringify(attributes), mentions: JSON.stringify(mentions), ...Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.value])) } })));
  await write(cypher.linkEntities, entities.flatMap((entity) => [...mentionCounts(entity)].map(([document, count]) => ({ id: entity.id, document, count }))));
  for (const predicate of new Set(facts.map((fact) => fact.predicate))) {
    await session.run(cypher.factConstraint(cypher.relationTypeOf(predicate)));
    const own = facts.filter((fact) => fact.predicate === predicate);
    await write(cypher.upsertFacts(cypher.relationTypeOf(predicate)), own.map(({ id, subject, object, probability, provenance }) => ({ id, subject, object, properties: { predicate, probability, provenance: JSON.stringify(provenance) } })));
  }
  await session.close();
  await driver.close();
}
