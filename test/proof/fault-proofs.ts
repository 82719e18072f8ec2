// R15 and IMPORT: a store that is hard to reach, and the graph through Neo4j's own import.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { documentIdOf, entityIdOf } from '../../pipeline/core/ids.ts';
import type { Attribute, DocumentRecord, Entity } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { exportGraph } from '../../pipeline/export.ts';
import { sharedNeo4j, startNeo4j, startWeatherProxy, withServer, type Weather } from './neo4j-process.ts';
import type { Proof } from './proof.ts';
import { startSync, type SyncOutcome } from './start-sync.ts';
import { syntheticGraph } from './synthetic-graph.ts';
import { withFolder } from './with-folder.ts';

/** What a table, a shell or a list of values could take for something else. */
const AWKWARD = ['"', '""', "'", ';', 'a;b', ',', '\\', '\\"', '\n', 'two\r\nlines', '\u0000', '\u001f', ' both ', '\t', '=1+1', '#', '@x', 'null', '0', '-0', '1e400', '9007199254740993', '𝕏 \u{1F9E0}', '\uffff', '\ue000', '`]->() DETACH DELETE n //', ''];

function awkwardGraph(): { readonly documents: readonly DocumentRecord[]; readonly entities: readonly Entity[] } {
  const documents = AWKWARD.map((text, at): DocumentRecord => ({ id: documentIdOf(`awkward ${at}`), uri: text, title: text, metadata: { note: text } }));
  const entities = AWKWARD.flatMap((text, at) =>
    ['PER', 'Ship', 'SHIP'].map((type): Entity => {
      const attribute = (name: string, kind: Attribute['kind'], value: string): Attribute => ({ name, value, surface: value, kind, probability: 0.5, provenance: [{ documentId: documents[at]!.id, sentence: 0, start: 0, end: 1, head: [0, 1], tail: [0, 1], extractor: 'proof', score: 0.5 }] });
      return {
        id: entityIdOf(type, `awkward ${at}`),
        type,
        name: text,
        aliases: at % 3 === 0 ? [] : at % 3 === 1 ? [`${text} `, text] : [` ${text}`],
        mentions: [{ documentId: documents[at]!.id, sentence: 0, start: 0, end: text.length, surface: text, score: 0.9 }],
        // A number of one, a text of another.
        attributes: at % 2 === 0 ? [attribute('population', 'number', String(at)), attribute('constructor', 'text', text)] : [attribute('population', 'text', text)],
      };
    }),
  );
  return { documents, entities };
}

export const imported: Proof = {
  id: 'IMPORT',
  promise: "an export for `neo4j-admin` taken in by Neo4j's own tool is what a sync would have written",
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const synthetic = syntheticGraph(long ? { entities: 200_000, facts: 400_000 } : { entities: 4000, facts: 6000 }, seed);
      const awkward = awkwardGraph();
      const graph = KnowledgeGraph.fromDelta({ documents: [...synthetic.documents, ...awkward.documents], entities: [...synthetic.entities, ...awkward.entities], facts: synthetic.facts });
      const delta = graph.toDelta();
      const place = join(folder, 'import');
      const files = await exportGraph(graph, 'neo4j-admin', place);
      const started = performance.now();
      const server = await startNeo4j('', place);
      const seconds = (performance.now() - started) / 1000;
      const store = createNeo4jStore(server.address);
      try {
        await store.prepare();
        const first = await store.replaceAll(delta);
        // Without the note that the graph is whole each row is compared by its digest.
        await server.ask("MATCH (s:EngramSync {stream: 'graph'}) REMOVE s.graph");
        const again = await store.replaceAll(delta);
        const differing = (await store.differences(delta)).length;
        await server.ask('MATCH (e:EngramEntity {id: $id}) SET e.aliases = []', { id: delta.entities.find(({ aliases }) => aliases.length > 0)!.id });
        const tampered = (await store.differences(delta)).length;
        const { documents, entities, facts } = delta;
        return {
          held: first.batches === 0 && again.batches === 0 && differing === 0,
          figures: `${files.length} files of ${documents.length} documents, ${entities.length} entities, ${facts.length} facts, taken in and the server started in ${seconds.toFixed(1)} s; ${first.batches} batches written by the sync after it, ${again.batches} when it compares every row, ${differing} differences`,
          control: `one alias taken away by hand: ${tampered} difference`,
          controlFailed: tampered === 1,
        };
      } finally {
        await store.close();
        await server.stop();
      }
    }),
};

const MEGABYTE = 2 ** 20;

export const badWeather: Proof = {
  id: 'R15',
  promise: 'a slow, a lossy and a black-holed way to the store: the sync ends right, its memory is bounded',
  async run({ seed, long }) {
    const size = long ? { entities: 40_000, facts: 80_000 } : { entities: 4000, facts: 6000 };
    const [outageMs, holeSeconds] = long ? [120_000, 60] : [25_000, 7];
    const server = await sharedNeo4j();
    const random = createRandom(seed);
    const graph = syntheticGraph(size, seed);
    const syncIn = (weather: Weather, patience: number, change: (weather: Weather) => Promise<void> = async () => undefined) =>
      withServer(server, async (store) => {
        const proxy = await startWeatherProxy(server.address, weather);
        try {
          const started = performance.now();
          const sync = startSync(proxy.address, size, seed, 0, patience);
          await sync.writing;
          await change(weather);
          const [outcome, code] = [await sync.outcome, await sync.ended];
          const seconds = (performance.now() - started) / 1000;
          return { outcome, code, cuts: proxy.cuts(), seconds, isRight: code === 0 && outcome.error === undefined && (await store.differences(graph)).length === 0 };
        } finally {
          proxy.close();
        }
      });
    const hole = (seconds: number) => async (weather: Weather) => {
      await wait(500);
      weather.isBlackHole = true;
      await wait(1000 * seconds);
      weather.isBlackHole = false;
    };
    const fair = await syncIn({}, outageMs);
    const slow = await syncIn({ delayMs: long ? 100 : 40 }, outageMs);
    const lossy = await syncIn({ cutAfter: () => 30_000 + random.integer(long ? 2_000_000 : 400_000) }, outageMs);
    const black = await syncIn({}, outageMs, hole(holeSeconds));
    const impatient = await syncIn({}, 2000, hole(holeSeconds + 8));
    const worst = Math.max(...[slow, lossy, black].map(({ outcome }) => outcome.rss)) / fair.outcome.rss;
    const told = (name: string, { isRight, seconds, outcome }: { isRight: boolean; seconds: number; outcome: SyncOutcome }): string => `${name}: ${isRight ? 'right' : `WRONG ${outcome.error ?? ''}`} in ${seconds.toFixed(1)} s, ${outcome.retries} retries, ${Math.round(outcome.rss / MEGABYTE)} MB`;
    return {
      held: [fair, slow, lossy, black].every(({ isRight }) => isRight) && lossy.cuts > 0 && black.outcome.retries > 0 && worst < 1.5,
      figures: [told('undisturbed', fair), told('slow', slow), told(`lossy, cut ${lossy.cuts} times`, lossy), told(`black hole of ${holeSeconds} s`, black)].join('; '),
      control: `with 2 s of patience the black hole ends the sync: ${impatient.outcome.error ?? 'no error'}, exit ${String(impatient.code)}`,
      controlFailed: impatient.outcome.error === 'ENGRAM_STORE_UNAVAILABLE',
    };
  },
};
