// `npm run bench:sync [-- --entities 20000 --facts 40000 --writers 4 --types 40]`: rows a second into an empty Neo4j, in turns: the sync (digests, ledger) by one writer and by several, and a
// bare loop of the same UNWIND statements through the driver, a thousand rows a transaction, one after the other. Then the same graph with its facts of so many
// relation types: how fast a sync of nothing removes it, beside how fast it was written.
import { parseArgs } from 'node:util';
import neo4j from 'neo4j-driver';
import * as cypher from '../../graph/stores/cypher.ts';
import { mentionCounts, slicesOf } from '../../graph/stores/delta.ts';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import { factIdOf } from '../../pipeline/core/ids.ts';
import type { GraphDelta } from '../../pipeline/core/model.ts';
import { startNeo4j, type Neo4jProcess } from '../proof/neo4j-process.ts';
import { syntheticGraph } from '../proof/synthetic-graph.ts';

const SEED = 17;
const ROUNDS = 3;
const ROWS = 1000;

const { values: flags } = parseArgs({ options: { entities: { type: 'string', default: '20000' }, facts: { type: 'string', default: '40000' }, writers: { type: 'string', default: '4' }, types: { type: 'string', default: '40' }, json: { type: 'boolean', default: false } } });
const graph = syntheticGraph({ entities: Number(flags.entities), facts: Number(flags.facts) }, SEED);
const rows = graph.documents.length + graph.entities.length + graph.facts.length;
const server = await startNeo4j();
const manyTypes: GraphDelta = {
  ...graph,
  facts: graph.facts.map((fact, at) => {
    const triple = { ...fact, predicate: `predicate${at % Number(flags.types)}` };
    return { ...triple, id: factIdOf(triple) };
  }),
};
const nothing: GraphDelta = { documents: [], entities: [], facts: [] };
const rounds: { readonly bare: number; readonly one: number; readonly several: number; readonly written: number; readonly removed: number }[] = [];
let deadlocks = 0;
try {
  // The first round of each warms the server up.
  for (let round = 0; round <= ROUNDS; round++) {
    const bare = rows / (await timed(server, () => bareLoop(server, graph)));
    const one = rows / (await timed(server, () => throughStore(server, graph, 1)));
    const several = rows / (await timed(server, () => throughStore(server, graph, Number(flags.writers))));
    const written = rows / (await timed(server, () => throughStore(server, manyTypes, 1)));
    const removed = rows / (await seconds(() => throughStore(server, nothing, 1)));
    note(`round ${round}: bare ${formatCount(Math.round(bare))}, one writer ${formatCount(Math.round(one))}, ${flags.writers} writers ${formatCount(Math.round(several))} rows/s; of ${flags.types} types written ${formatCount(Math.round(written))}, removed ${formatCount(Math.round(removed))}`);
    if (round > 0) rounds.push({ bare, one, several, written, removed });
  }
} finally {
  await server.stop();
}
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const ratios = { oneToBare: median(rounds.map(({ bare, one }) => one / bare)), severalToOne: median(rounds.map(({ one, several }) => several / one)), removedToWritten: median(rounds.map(({ written, removed }) => removed / written)) };
if (flags.json) printJson({ rows, rounds, ...ratios, deadlocks });
else {
  print(heading(`${formatCount(rows)} rows into an empty Neo4j, rows/s`));
  print(table([['round', 'bare loop', 'one writer', `${flags.writers} writers`, `${flags.types} types`, 'removed again'], ...rounds.map(({ bare, one, several, written, removed }, at) => [String(at + 1), ...[bare, one, several, written, removed].map((rate) => formatCount(Math.round(rate)))])], Array(6).fill({ align: 'right' })));
  print(`Medians: one writer ${ratios.oneToBare.toFixed(2)} of the bare loop, ${flags.writers} writers ${ratios.severalToOne.toFixed(2)} of one; ${deadlocks} deadlocks; removed ${ratios.removedToWritten.toFixed(2)} times as fast as written`);
}

async function timed({ ask }: Neo4jProcess, work: () => Promise<void>): Promise<number> {
  await ask('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
  return seconds(work);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function throughStore({ address }: Neo4jProcess, delta: GraphDelta, writers: number): Promise<void> {
  const store = createNeo4jStore(address, { writers });
  await store.prepare();
  deadlocks += (await store.replaceAll(delta)).deadlocks;
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
