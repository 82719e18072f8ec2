// A graph served on a port until it is told to stop.
import { runBuild } from '../build.ts';
import type { Config } from '../core/config.ts';
import { EngramError, messageOf } from '../core/errors.ts';
import { manifestOf, readManifest } from '../manifest.ts';
import { createGraphService } from './graph-service.ts';
import { openGraphSource } from './graph-source.ts';
import { createHttpServer } from './http-server.ts';
import { settleHeap } from './settle-heap.ts';
import { watchFolders } from './watch.ts';

export interface ServeOptions {
  /** A build folder, or the address of a store. */
  readonly source: string;
  readonly config: Config;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly token?: string;
  readonly requestsPerMinute?: number;
  /** Whether documents may be added and removed; nobody else can write to the folder then. */
  readonly writable?: boolean;
  /** Folders whose files are in the graph, and a moment after each change as well; the source is writable then, and made where it is not there. */
  readonly watch?: readonly string[];
  /** Told of what could not be read, and of changes that failed. */
  readonly onTrouble?: (message: string) => void;
}

export interface Served {
  readonly url: string;
  readonly counts: { readonly documents: number; readonly entities: number; readonly facts: number };
  close(): Promise<void>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * @throws EngramError `ENGRAM_USAGE` for an address that other machines reach and no token, or a port that is taken; and as `openGraphSource`
 */
export async function serve({ source: place, config, host, port, token, requestsPerMinute, writable = false, watch = [], onTrouble = () => undefined }: ServeOptions): Promise<Served> {
  if (!LOOPBACK.test(host) && token === undefined) throw new EngramError('ENGRAM_USAGE', { problem: `'${host}' can be reached from other machines: set ENGRAM_TOKEN, which callers then send, or leave --host out.` });
  if (watch.length > 0 && (await readManifest(place)) === undefined) await runBuild({ inputs: watch, out: place, config });
  const source = await openGraphSource(place, config, writable || watch.length > 0);
  /** What was started, to be ended the last first. */
  const started: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of started.reverse()) await end();
  };
  const onFailure = (error: unknown): void => onTrouble(messageOf(error));
  try {
    started.push(async () => source.build?.close());
    const service = await createGraphService(source, config);
    started.push(() => service.close());
    const app = await createHttpServer(service, { onFailure, ...(token === undefined ? {} : { token }), ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }) });
    started.push(() => app.close());
    const url = await app.listen({ host, port }).catch((cause: unknown) => {
      throw new EngramError('ENGRAM_USAGE', { problem: `Port ${port} of ${host} cannot be had: ${messageOf(cause)}; name another with --port.` }, { cause });
    });
    if (watch.length > 0) {
      // Tables have the columns that the build was told of.
      const { sources } = (await manifestOf(place)).config;
      const watching = await watchFolders(service, watch, { ...config, sources }, { onDeadLetter: ({ uri, code, message }) => onTrouble(`${uri}: ${code} ${message}`), onFailure });
      started.push(() => watching.close());
    }
    service.warm();
    settleHeap();
    return { url, counts: source.graph.counts, close };
  } catch (error) {
    await close();
    throw error;
  }
}
