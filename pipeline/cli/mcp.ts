// `engram mcp [DIR|ADDRESS]`: the graph as tools of an assistant, over standard input and output.
import type { Command } from 'commander';
import { addCommonOptions, addExample, configOf, defaultDir, type CommonFlags } from './options.ts';

export function addMcpCommand(program: Command): void {
  const command = program.command('mcp').description('serve a graph to assistants by the Model Context Protocol, over standard input and output').argument('[source]', 'folder of a build, or neo4j://…', defaultDir());
  addExample(addCommonOptions(command), 'mcp graph');
  command.action(async (source: string, flags: CommonFlags) => {
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
    const { createGraphService } = await import('../service/graph-service.ts');
    const { openGraphSource } = await import('../service/graph-source.ts');
    const { serveMcp } = await import('../service/mcp-server.ts');
    const config = await configOf(flags);
    const service = await createGraphService(await openGraphSource(source, config), config);
    const server = await serveMcp(service, new StdioServerTransport());
    await new Promise<void>((resolve) => {
      server.server.onclose = resolve;
      process.stdin.once('end', resolve);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    await server.close();
    await service.close();
  });
}
