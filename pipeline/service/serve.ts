// A graph served on a port until it is told to stop.
import type { Config } from '../core/config.ts';
import { EngramError, messageOf } from '../core/errors.ts';
import { createGraphService } from './graph-service.ts';
import { openGraphSource } from './graph-source.ts';
import { createHttpServer } from './http-server.ts';

export interface ServeOptions {
  /** A build folder, or the address of a store. */
  readonly source: string;
  readonly config: Config;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly token?: string;
  /** Whether documents may be added and removed; nobody else can write to the folder then. */
  readonly writable?: boolean;
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
export async function serve({ source: place, config, host, port, token, writable }: ServeOptions): Promise<Served> {
  if (!LOOPBACK.test(host) && token === undefined) throw new EngramError('ENGRAM_USAGE', { problem: `'${host}' can be reached from other machines: set ENGRAM_TOKEN, which callers then send, or leave --host out.` });
  const source = await openGraphSource(place, config, writable);
  const service = await createGraphService(source, config);
  const app = await createHttpServer(service, token === undefined ? {} : { token });
  const url = await app.listen({ host, port }).catch((cause: unknown) => {
    throw new EngramError('ENGRAM_USAGE', { problem: `Port ${port} of ${host} cannot be had: ${messageOf(cause)}; name another with --port.` }, { cause });
  });
  service.warm();
  return {
    url,
    counts: source.graph.counts,
    async close() {
      await app.close();
      await service.close();
    },
  };
}
