// The graph as tools of the Model Context Protocol (modelcontextprotocol.io), so that an assistant can look things up in it and name its sources.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { EngramError } from '../core/errors.ts';
import { engramVersion } from '../manifest.ts';
import type { GraphService } from './graph-service.ts';
import { OPERATIONS, type CheckedInputOf, type Operation, type OutputOf } from './operations.ts';

/** Which operations are tools, and what an assistant should know of each beside its summary. */
const TOOLS = {
  search: 'Begin here: other tools take the ids that it gives, or names.',
  entity: 'Names, attributes and counts of one entity.',
  facts: '',
  related: 'Each result has the path that leads to it and the sentences of every step.',
  path: '',
  explain: 'Use it to quote: each claim has the sentence, its document and a probability.',
  document: '',
} as const satisfies Partial<Record<keyof typeof OPERATIONS, string>>;

/** Ends when the transport does. */
export async function serveMcp(service: GraphService, transport: Transport): Promise<McpServer> {
  const server = new McpServer({ name: 'engram', version: engramVersion() }, { instructions: 'A knowledge graph built from documents: entities, facts between them with probabilities, and the sentences that state them. What it does not say it does not know.' });
  for (const name of Object.keys(TOOLS) as (keyof typeof TOOLS)[]) {
    const { summary, params, query }: Operation = OPERATIONS[name];
    const handler = service.handlers[name] as (input: object) => unknown;
    server.registerTool(name, { description: `${summary}. ${TOOLS[name]}`.trim(), inputSchema: { ...params?.shape, ...query?.shape }, annotations: { readOnlyHint: true, openWorldHint: false } }, (input: object) => answered(() => handler(input)));
  }
  addAsking(server, service);
  await server.connect(transport);
  return server;
}

/** A conversation lasts as long as the connection: "and where did she study?" is understood. */
function addAsking(server: McpServer, service: GraphService): void {
  let state: OutputOf<'ask'>['state'] | undefined;
  const { question } = OPERATIONS.ask.body.shape;
  server.registerTool('ask', { description: 'A question about one fact, in plain words (who, where, when, what, which, or one that yes answers), answered from the facts with their sentences. What was spoken of before is remembered.', inputSchema: { question }, annotations: { readOnlyHint: true, openWorldHint: false } }, (input) =>
    answered(async () => {
      const { state: next, ...answer } = await service.handlers.ask({ question: input.question, state } as CheckedInputOf<'ask'>);
      state = next;
      return answer;
    }),
  );
}

/** An error is an answer too: the assistant reads what to do. */
async function answered(work: () => unknown): Promise<{ readonly content: { readonly type: 'text'; readonly text: string }[]; readonly isError?: boolean }> {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await work()) }] };
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    return { content: [{ type: 'text', text: `${error.code}: ${error.message} ${error.hint}` }], isError: true };
  }
}
