// IMPORT: the graph through Neo4j's own import.
import { join } from 'node:path';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { documentIdOf, entityIdOf } from '../../pipeline/core/ids.ts';
import type { Attribute, DocumentRecord, Entity } from '../../pipeline/core/model.ts';
import { exportGraph } from '../../pipeline/export.ts';
import { startNeo4j } from './neo4j-process.ts';
import type { Proof } from './proof.ts';
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
        const stands = await store.counts();
        const first = await store.replaceAll(delta);
        // Without the note that the graph is whole each row is compared by its digest.
        await server.ask("MATCH (s:EngramSync {stream: 'graph'}) REMOVE s.graph");
        const again = await store.replaceAll(delta);
        const differing = (await store.differences(delta)).length;
        await server.ask('MATCH (e:EngramEntity {id: $id}) SET e.aliases = []', { id: delta.entities.find(({ aliases }) => aliases.length > 0)!.id });
        const tampered = (await store.differences(delta)).length;
        const { documents, entities, facts } = delta;
        return {
          held: stands.facts === facts.length && stands.entities === entities.length && first.batches === 0 && again.batches === 0 && differing === 0,
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
