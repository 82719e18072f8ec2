#!/usr/bin/env -S node --max-semi-space-size=64 --no-memory-reducer
// The `engram` command: which commands there are, and what exit code an outcome gets.
import { Command } from 'commander';
import { engramVersion } from '../manifest.ts';
import { addAskCommand } from './ask.ts';
import { addBuildCommand, addRetryCommand } from './build.ts';
import { addConsolidateCommand } from './consolidate.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addExplainCommand } from './explain.ts';
import { addExportCommand } from './export.ts';
import { addFeatureCommands } from './features.ts';
import { addInferCommand } from './infer.ts';
import { addMcpCommand } from './mcp.ts';
import { addQueueCommands } from './queue.ts';
import { addRelatedCommand } from './related.ts';
import { addRemoveCommands } from './remove.ts';
import { addResolutionCommands } from './resolution.ts';
import { addSearchCommand } from './search.ts';
import { addSentimentCommand } from './sentiment.ts';
import { addServeCommand } from './serve.ts';
import { addSyncCommands } from './sync.ts';
import { addTopicsCommand } from './topics.ts';
import { addTrainCommand } from './train.ts';
import { addWorkerCommand } from './worker.ts';
import { reportError } from './output.ts';

const program = new Command('engram')
  .description('Documents in, a resolved and explainable knowledge graph out.')
  .version(engramVersion(), '--version')
  .showSuggestionAfterError()
  .showHelpAfterError('See --help for an example.')
  .exitOverride();
program.addHelpText(
  'after',
  `
Example:
  $ engram build articles/ --show
  $ engram related "Ada Lovelace"

Exit codes: 0 done, 1 some documents could not be read, 2 bad usage or config, 3 a needed part is out of reach
(run the same command again to resume), 70 a bug in Engram.`,
);

addBuildCommand(program);
addRetryCommand(program);
addWorkerCommand(program);
addQueueCommands(program);
addSearchCommand(program);
addRelatedCommand(program);
addExplainCommand(program);
addAskCommand(program);
addConsolidateCommand(program);
addInferCommand(program);
addRemoveCommands(program);
addResolutionCommands(program);
addSentimentCommand(program);
addTopicsCommand(program);
addFeatureCommands(program);
addExportCommand(program);
addServeCommand(program);
addMcpCommand(program);
addSyncCommands(program);
addEvaluateCommand(program);
addTrainCommand(program);
addDoctorCommand(program);

// A reader such as `head` may leave before the end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const LONGEST_FAREWELL_MS = 1000;

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, { json: process.argv.includes('--json') });
} finally {
  // A stopped build may leave standard input open, which would keep the process waiting.
  process.stdin.destroy();
  // So may a connection to a server that is no longer there: all is done, and the process ends without it.
  process.stdout.write('', () => void setTimeout(() => process.exit(), LONGEST_FAREWELL_MS).unref());
}
