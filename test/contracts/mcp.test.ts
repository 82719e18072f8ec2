// The graph as tools, asked by the protocol's own client: in one process, and over standard input and output of the command.
import test from 'ava';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { openStore } from '../../graph/stores/index.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { serveMcp } from '../../pipeline/service/mcp-server.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { sampleExtractions, sampleGraph } from '../support/sample-graph.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Told {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
}

test('an assistant lists the tools, looks things up and is told what is wrong', async (t) => {
  const service = await createGraphService({ name: 'sample', graph: sampleGraph(), documents: documentsOf(sampleExtractions) }, DEFAULT_CONFIG);
  const [here, there] = InMemoryTransport.createLinkedPair();
  const server = await serveMcp(service, there);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(here);
  t.teardown(async () => {
    await client.close();
    await server.close();
    await service.close();
  });
  const call = async (name: string, input: Record<string, unknown>): Promise<Told> => (await client.callTool({ name, arguments: input })) as Told;
  const answerOf = async <T>(name: string, input: Record<string, unknown>): Promise<T> => JSON.parse((await call(name, input)).content[0]!.text) as T;

  const { tools } = await client.listTools();
  t.deepEqual(tools.map(({ name }) => name).sort(), ['ask', 'document', 'entity', 'explain', 'facts', 'path', 'related', 'search']);
  for (const { name, description, inputSchema } of tools) t.true((description ?? '').length > 20 && Object.keys(inputSchema.properties ?? {}).length > 0, name);

  const { items } = await answerOf<{ readonly items: readonly { readonly id: string; readonly name: string }[] }>('search', { q: 'hopper' });
  t.is(items[0]!.name, 'Grace Hopper');
  const { facts } = await answerOf<{ readonly facts: readonly { readonly claims: readonly { readonly text: string }[] }[] }>('explain', { q: 'Grace Hopper employer' });
  t.is(facts[0]!.claims[0]!.text, 'Hopper worked for Remington Rand.');
  t.true((await answerOf<{ readonly related: readonly unknown[] }>('related', { entity: 'Grace Hopper', limit: 2 })).related.length > 0);
  const unknown = await call('entity', { id: 'e-00000000000000000000' });
  t.true(unknown.isError);
  t.regex(unknown.content[0]!.text, /ENGRAM_GRAPH_UNKNOWN_ENTITY/);
  t.true((await call('search', { q: 'x', limit: 1000 })).isError);

  const born = await answerOf<{ readonly answers: readonly { readonly text: string }[] }>('ask', { question: 'Where was Grace Hopper born?' });
  t.is(born.answers[0]!.text, 'New York City');
  const day = await answerOf<{ readonly answers: readonly { readonly text: string }[] }>('ask', { question: 'And when was she born?' });
  t.is(day.answers[0]!.text, '1906-12-09');
});

test('over standard input and output', async (t) => {
  const address = `jsonl:${await temporaryFolder(t)}`;
  const store = await openStore(address);
  await store.replaceAll(sampleGraph().toDelta());
  await store.close();
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: ['--import=tsx', 'pipeline/cli/main.ts', 'mcp', address], stderr: 'pipe' }));
  const { content } = (await client.callTool({ name: 'search', arguments: { q: 'hopper', limit: 1 } })) as Told;
  t.regex(content[0]!.text, /Grace Hopper/);
  await client.close();
});
