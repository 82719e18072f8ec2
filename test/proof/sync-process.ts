// A sync for proofs that kill it: `tsx sync-process.ts ADDRESS ENTITIES FACTS SEED VERSION` says `writing` when it begins to write, and ends with 0.
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { syntheticGraph } from './synthetic-graph.ts';

const [address, entities, facts, seed, version] = process.argv.slice(2) as [string, string, string, string, string];
const store = createNeo4jStore(address);
await store.prepare();
const graph = syntheticGraph({ entities: Number(entities), facts: Number(facts) }, Number(seed), Number(version));
process.stdout.write('writing\n');
await store.replaceAll(graph);
await store.close();
