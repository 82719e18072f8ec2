// R15: a store that is hard to reach.
import { setTimeout as wait } from 'node:timers/promises';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import type { SyncReport } from '../../pipeline/core/stage.ts';
import { sharedNeo4j, startWeatherProxy, withServer, type Weather } from './neo4j-process.ts';
import type { Proof } from './proof.ts';
import { syntheticGraph } from './synthetic-graph.ts';

const MEGABYTE = 2 ** 20;
/** Into the writing, when the hole opens. */
const HOLE_AFTER_MS = 300;

interface Outcome {
  readonly report: SyncReport | undefined;
  readonly error: string | undefined;
  readonly isRight: boolean;
  readonly seconds: number;
  /** Of the heap, at most, in MiB. */
  readonly heap: number;
  readonly cuts: number;
}

/** A long way is no reason to send less at a time. */
const MOST_MORE_BATCHES = 2;

export const badWeather: Proof = {
  id: 'R15',
  promise: 'a slow, a lossy and a black-holed way to the store: the sync ends by itself, the graph stands whole, memory is bounded',
  async run({ seed, long }) {
    const [patience, delay, holeSeconds] = long ? [300_000, 100, 60] : [60_000, 100, 6];
    const graph = syntheticGraph(long ? { entities: 40_000, facts: 80_000 } : { entities: 4000, facts: 6000 }, seed);
    const server = await sharedNeo4j();
    const random = createRandom(seed);
    const syncIn = (weather: Weather, maxOutageMs: number, change: () => Promise<void> = async () => undefined): Promise<Outcome> =>
      withServer(server, async (direct) => {
        const proxy = await startWeatherProxy(server.address, weather);
        const store = createNeo4jStore(proxy.address, { maxOutageMs });
        let heap = 0;
        const watch = setInterval(() => (heap = Math.max(heap, process.memoryUsage().heapUsed / MEGABYTE)), 50);
        try {
          await store.prepare();
          const started = performance.now();
          const [ended] = await Promise.all([store.replaceAll(graph).catch((error: unknown) => error), change()]);
          const seconds = (performance.now() - started) / 1000;
          const error = ended instanceof EngramError ? ended.code : ended instanceof Error ? ended.message : undefined;
          return { report: error === undefined ? (ended as SyncReport) : undefined, error, isRight: error === undefined && (await direct.differences(graph)).length === 0, seconds, heap, cuts: proxy.cuts() };
        } finally {
          clearInterval(watch);
          proxy.close();
          await store.close();
        }
      });
    const inHole = async (seconds: number, maxOutageMs: number): Promise<Outcome> => {
      const weather: Weather = {};
      return syncIn(weather, maxOutageMs, async () => {
        await wait(HOLE_AFTER_MS);
        weather.isBlackHole = true;
        await wait(1000 * seconds);
        weather.isBlackHole = false;
      });
    };
    const fair = await syncIn({}, patience);
    const slow = await syncIn({ delay }, patience);
    const lossy = await syncIn({ cutAfter: () => 200_000 + random.integer(3_000_000) }, patience);
    const black = await inHole(holeSeconds, patience);
    const impatient = await inHole(20, 2000);
    const told = (name: string, { isRight, error, report, seconds, heap }: Outcome): string => `${name}: ${isRight ? 'whole' : `NOT whole ${error ?? ''}`} after ${seconds.toFixed(1)} s in ${report?.batches ?? 0} batches, ${report?.retries ?? 0} retries, heap ${heap.toFixed(0)} MB`;
    return {
      held: [fair, slow, lossy, black].every(({ isRight }) => isRight) && lossy.cuts > 0 && slow.report!.batches <= MOST_MORE_BATCHES * fair.report!.batches && black.report!.retries > 0 && Math.max(slow.heap, lossy.heap, black.heap) < 3 * fair.heap,
      figures: [told('undisturbed', fair), told(`${delay} ms each way`, slow), told(`cut ${lossy.cuts} times in mid-stream`, lossy), told(`black hole of ${holeSeconds} s`, black)].join('; '),
      control: `with 2 s of patience a hole of 20 s ends the sync: ${impatient.error ?? 'no error'} after ${impatient.seconds.toFixed(1)} s`,
      controlFailed: impatient.error === 'ENGRAM_STORE_UNAVAILABLE',
    };
  },
};
