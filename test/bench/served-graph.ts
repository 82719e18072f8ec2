// A synthetic graph served for the bench of the service: `tsx served-graph.ts DOCUMENTS` prints a line of JSON when it is ready, and its memory on each line of input.
import { createInterface } from 'node:readline';
import { LiveGraph } from '../../graph/live-graph.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { settleHeap } from '../../pipeline/service/settle-heap.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { generateExtractions } from '../support/generate-extractions.ts';

const SEED = 17;
const MOST_REQUESTS = 10_000_000;

const say = (told: object): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
const extractions = [...generateExtractions(Number(process.argv[2]), SEED)];
const live = new LiveGraph();
live.apply({ added: extractions });
const service = await createGraphService({ name: 'bench', graph: live.graph, documents: documentsOf(extractions) }, DEFAULT_CONFIG);
const [app, limited] = [await createHttpServer(service, { requestsPerMinute: MOST_REQUESTS }), await createHttpServer(service)];
const [url, limitedUrl] = [await app.listen({ port: 0 }), await limited.listen({ port: 0 })];
const began = performance.now();
service.warm();
await app.inject({ url: '/search?q=warm%20up' });
settleHeap();
const entities = live.graph.entityIds();
const sample = Array.from({ length: 500 }, (_, at) => live.graph.entity(entities[Math.floor((at * entities.length) / 500)]!)!);
say({ url, limitedUrl, counts: live.graph.counts, warmSeconds: (performance.now() - began) / 1000, names: sample.map(({ name }) => name), ids: sample.map(({ id }) => id) });
for await (const _ of createInterface(process.stdin)) say({ mebibytes: process.memoryUsage().rss / 2 ** 20 });
await Promise.all([app.close(), limited.close()]);
await service.close();
