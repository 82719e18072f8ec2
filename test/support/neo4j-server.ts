// The Neo4j server of the tests (ENGRAM_TEST_NEO4J=bolt://…), and whose turn it is: test files run side by side,
// but each wants the database to itself.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export const neo4jAddress = process.env['ENGRAM_TEST_NEO4J'];
export const neo4jNotice = 'NOT RUN: no Neo4j server. Set ENGRAM_TEST_NEO4J=bolt://… (`.ci/neo4j.sh start` prints one).';

const turnPort = 47_687;

/** Waits until no other test process has the server; the turn ends with the process, however it ends. */
export async function takeNeo4jTurn(): Promise<void> {
  while (neo4jAddress !== undefined && !(await holdPort())) await sleep(200);
}

function holdPort(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(turnPort, '127.0.0.1', () => {
      server.unref();
      resolve(true);
    });
  });
}
