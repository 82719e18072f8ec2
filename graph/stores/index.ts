// Which stores there are, and which one an address means. Adding a store is one file and one line of `STORES`.
import { join } from 'node:path';
import { withoutCredentials } from '../../pipeline/core/address.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { GraphStore } from '../../pipeline/core/stage.ts';
import { openEmbedded } from './embedded.ts';
import { createJsonLinesStore } from './json-lines.ts';
import { createNeo4jStore } from './neo4j.ts';

export { openEmbedded } from './embedded.ts';
export type { CypherRow, EmbeddedOptions, QueryableStore } from './embedded.ts';

export interface StoreOptions {
  /** Folder of the build: a bare `embedded` or `jsonl` address lies in it. */
  readonly directory?: string;
  /** Neo4j; else NEO4J_USER and NEO4J_PASSWORD of the environment. */
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly maxOutageMs?: number;
  readonly writers?: number;
  /** What to do with a corrupt embedded file; see `openEmbedded`. */
  readonly onCorrupt?: 'rebuild' | 'refuse';
}

interface StoreEntry {
  readonly kind: string;
  /** What an address looks like, for messages. */
  readonly example: string;
  readonly matches: RegExp;
  open(address: string, options: StoreOptions): Promise<GraphStore>;
}

/** The file of a bare `embedded` address, in the folder of the build. */
export const EMBEDDED_FILE = 'graph.lbug';
const jsonLinesFolder = 'graph';

export const STORES: readonly StoreEntry[] = [
  {
    kind: 'embedded',
    example: 'embedded:PATH',
    matches: /^embedded(:|$)/,
    async open(address, options) {
      const { store } = await openEmbedded(placeOf(address, EMBEDDED_FILE, options), { onCorrupt: options.onCorrupt ?? 'refuse' });
      return store;
    },
  },
  {
    kind: 'neo4j',
    example: 'neo4j://HOST:7687',
    matches: /^(neo4j|bolt)(\+s|\+ssc)?:\/\//,
    async open(address, { user = process.env['NEO4J_USER'], password = process.env['NEO4J_PASSWORD'], database, maxOutageMs, writers }) {
      return createNeo4jStore(serverOf(address), { user, password, database, maxOutageMs, writers });
    },
  },
  {
    kind: 'jsonl',
    example: 'jsonl:FOLDER',
    matches: /^jsonl(:|$)/,
    async open(address, options) {
      return createJsonLinesStore(placeOf(address, jsonLinesFolder, options));
    },
  },
];

/** @throws EngramError `ENGRAM_USAGE` for an address that no store knows */
export async function openStore(address: string, options: StoreOptions = {}): Promise<GraphStore> {
  const entry = STORES.find(({ matches }) => matches.test(address));
  if (entry === undefined) {
    const known = STORES.map(({ example }) => example).join(', ');
    throw new EngramError('ENGRAM_USAGE', { problem: `No store has the address '${withoutCredentials(address)}'. Known: ${known}.` });
  }
  return entry.open(address, options);
}

function placeOf(address: string, bareName: string, { directory = '.' }: StoreOptions): string {
  const place = address.slice(address.indexOf(':') + 1);
  return address.includes(':') && place !== '' ? place : join(directory, bareName);
}

/** The address as the driver takes it; a user or password written into it would end up in logs, so it is refused. */
function serverOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.host === '') throw new EngramError('ENGRAM_USAGE', { problem: `'${withoutCredentials(address)}' names no server.` });
  if (url.username !== '' || url.password !== '') {
    throw new EngramError('ENGRAM_USAGE', { problem: 'A store address must not hold a user or password: set NEO4J_USER and NEO4J_PASSWORD instead.' });
  }
  return `${url.protocol}//${url.host}${url.search}`;
}
