// A Neo4j server of a proof's own, which may be killed and started again on its data; and a proxy in front of it that cuts connections.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import neo4j from 'neo4j-driver';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';

const run = promisify(execFile);

export interface Neo4jProcess {
  readonly address: string;
  /** At once, as when the power goes. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  ask(statement: string, parameters?: object): Promise<Record<string, unknown>[]>;
  /** Names the last transaction that was committed: another one after any write. */
  bookmark(): Promise<string>;
  stop(): Promise<void>;
}

let shared: Promise<Neo4jProcess> | undefined;

/** One server for all proofs that ask nothing special of it. */
export const sharedNeo4j = (): Promise<Neo4jProcess> => (shared ??= startNeo4j());

export async function stopSharedNeo4j(): Promise<void> {
  await (await shared)?.stop();
}

/**
 * @param settings lines of neo4j.conf
 * @param imported folder of an export for `neo4j-admin`, which Neo4j's own tool takes in before the server starts
 */
export async function startNeo4j(settings = '', imported?: string): Promise<Neo4jProcess> {
  const home = join(await mkdtemp(join(tmpdir(), 'engram-proof-')), 'neo4j');
  const script = async (...command: readonly string[]): Promise<string> => (await run('.ci/neo4j.sh', command, { env: { ...process.env, ENGRAM_NEO4J_HOME: home, ENGRAM_NEO4J_CONF: settings } })).stdout.trim();
  const address = await script('start', ...(imported === undefined ? [] : [imported]));
  let driver = neo4j.driver(address, undefined, { disableLosslessIntegers: true });
  return {
    address,
    async kill() {
      process.kill(Number(await readFile(join(home, 'pid'), 'utf8')), 'SIGKILL');
      await driver.close();
    },
    async startAgain() {
      await script('again');
      driver = neo4j.driver(address, undefined, { disableLosslessIntegers: true });
    },
    async ask(statement, parameters) {
      // A session's own transactions: some statements run in no other.
      const session = driver.session();
      try {
        return (await session.run(statement, parameters)).records.map((record) => record.toObject());
      } finally {
        await session.close();
      }
    },
    async bookmark() {
      const session = driver.session();
      try {
        await session.run('MATCH (n) RETURN n LIMIT 1');
        return session.lastBookmarks().join(' ');
      } finally {
        await session.close();
      }
    },
    async stop() {
      await driver.close();
      await script('stop');
      await rm(join(home, '..'), { recursive: true, force: true });
    },
  };
}

/** With a server that holds nothing. */
export async function withServer<T>(server: Neo4jProcess, work: (store: ReturnType<typeof createNeo4jStore>) => Promise<T>, options: Parameters<typeof createNeo4jStore>[1] = {}): Promise<T> {
  const store = createNeo4jStore(server.address, options);
  try {
    await server.ask('DROP CONSTRAINT somebody_elses IF EXISTS');
    await server.ask('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
    await store.prepare();
    return await work(store);
  } finally {
    await store.close();
  }
}

export interface Proxy {
  readonly address: string;
  readonly cuts: () => number;
  close(): void;
}

/** A COMMIT of Bolt as it travels: one chunk of two bytes, and its end. */
const COMMIT = Buffer.from([0x00, 0x02, 0xb0, 0x12, 0x00, 0x00]);

/** Cuts the connection when the server has answered a COMMIT, before the answer is passed on; at most so many times. */
export async function startCuttingProxy(address: string, most: number): Promise<Proxy> {
  let cuts = 0;
  const proxy = await startProxy(address, (line) => {
    let isCommitted = false;
    return {
      fromClient(data) {
        if (data.includes(COMMIT) && cuts < most) isCommitted = true;
        line.upstream.write(data);
      },
      fromServer(data) {
        if (!isCommitted) return void line.client.write(data);
        cuts++;
        line.cut();
      },
    };
  });
  return { ...proxy, cuts: () => cuts };
}

export interface Weather {
  /** Milliseconds that everything is on its way, each way. */
  readonly delay?: number;
  /** Bytes after which a connection is cut, in the middle of what was sent; drawn anew for each. */
  readonly cutAfter?: () => number;
  /** Nothing is passed on and no connection is ended, as behind a broken route: what was sent meanwhile is lost for good. */
  isBlackHole?: boolean;
}

/** Passes everything on, but for the weather. */
export async function startWeatherProxy(address: string, weather: Weather): Promise<Proxy> {
  let cuts = 0;
  const proxy = await startProxy(address, (line) => {
    let left = weather.cutAfter?.() ?? Infinity;
    let isLost = false;
    const pass = (data: Buffer, to: Socket): void => {
      isLost ||= weather.isBlackHole === true;
      if (isLost || to.destroyed) return;
      const isLast = data.length >= left;
      to.write(isLast ? data.subarray(0, left) : data);
      left -= data.length;
      if (!isLast) return;
      cuts++;
      line.cut();
    };
    // Timers of one delay fire in the order they were set.
    const later = (data: Buffer, to: Socket): void => void (weather.delay === undefined ? pass(data, to) : setTimeout(() => pass(data, to), weather.delay));
    return { fromClient: (data) => later(data, line.upstream), fromServer: (data) => later(data, line.client), isDeaf: () => isLost };
  });
  return { ...proxy, cuts: () => cuts };
}

interface Line {
  readonly client: Socket;
  readonly upstream: Socket;
  cut(): void;
}

interface Operator {
  fromClient(data: Buffer): void;
  fromServer(data: Buffer): void;
  /** Does not even pass on that one side hung up. */
  isDeaf?(): boolean;
}

/** @param operate makes what stands on each line */
async function startProxy(address: string, operate: (line: Line) => Operator): Promise<Omit<Proxy, 'cuts'>> {
  const port = Number(new URL(address).port);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    const operator = operate({ client, upstream, cut });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (operator.isDeaf?.() !== true) cut();
      });
    }
    client.on('data', (data) => operator.fromClient(data));
    upstream.on('data', (data) => operator.fromServer(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  return {
    address: `bolt://127.0.0.1:${own}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
