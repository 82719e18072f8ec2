// A sync for proofs that kill it: `tsx sync-process.ts ADDRESS ENTITIES FACTS SEED VERSION [OUTAGE_MS]` says `writing` when it begins to write, then a line of
// JSON with how it went and what memory it took at most (`rss`, bytes), and ends with 0.
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { syntheticGraph } from './synthetic-graph.ts';

const [address, entities, facts, seed, version, outage] = process.argv.slice(2) as [string, string, string, string, string, string?];
const store = createNeo4jStore(address, outage === undefined ? {} : { maxOutageMs: Number(outage) });
await store.prepare();
const graph = syntheticGraph({ entities: Number(entities), facts: Number(facts) }, Number(seed), Number(version));
process.stdout.write('writing\n');
const report = await store.replaceAll(graph).catch((error: unknown) => ({ error: error instanceof EngramError ? error.code : String(error), retries: 0 }));
process.stdout.write(`${JSON.stringify({ ...report, rss: process.resourceUsage().maxRSS * 1024 })}\n`);
await store.close();
// As the command line does.
setTimeout(() => process.exit(), 1000).unref();
