// `engram ask QUESTION`: answers from the facts of the graph, with the sentences behind them; with `--conversation FILE` what was spoken of is kept.
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { WorkingMemoryState } from '../../graph/activation/working-memory.ts';
import type { AskResult } from '../ask.ts';
import { EngramError } from '../core/errors.ts';
import type { EntityId } from '../core/model.ts';
import { addCommonOptions, addDirOption, addExample, configOf, INFERRED_HELP, inferredOf, type DirFlags } from './options.ts';
import { formatShare, paint, print, printJson, shorten } from './output.ts';

const EVIDENCE_COLUMNS = 100;

const id = z.string().transform((text) => text as EntityId);
const level = z.number().min(0);
const conversationFile = z.object({
  version: z.literal(1),
  at: z.iso.datetime(),
  turn: z.number(),
  active: z.array(z.object({ id, level })),
  together: z.array(z.object({ a: id, b: id, weight: level })).optional(),
});

const REASONS = {
  'no question': 'That is no question about who, where, when, what or which, or one that yes answers.',
  'unknown name': "I don't know whom or what that is about: no name of the graph is in it.",
  'nobody meant': "I don't know who is meant: nothing that fits was spoken of before (--conversation FILE keeps it).",
  'not known': "I don't know: the graph has no such fact.",
} as const;

export function addAskCommand(program: Command): void {
  const command = program
    .command('ask')
    .description('answer a question from the facts of the graph')
    .argument('<question...>', 'who, where, when, what, which, or one that yes answers')
    .option('--conversation <file>', 'keeps what was spoken of, for "and where did she study?"')
    .option('--inferred', INFERRED_HELP);
  addExample(addDirOption(addCommonOptions(command)), 'ask "Where was Grace Hopper born?" --conversation talk.json', 'ask "And where did she study?" --conversation talk.json');
  command.action(async (words: string[], flags: DirFlags & { readonly conversation?: string; readonly inferred?: boolean }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { askedGraph, createAnswerer, loadAnswerModels } = await import('../ask.ts');
    const config = await configOf(flags, inferredOf(flags));
    const state = flags.conversation === undefined ? undefined : await readConversation(flags.conversation);
    const { graph, documents } = await openGraph(flags.dir, config);
    const asked = askedGraph(graph, documents, await readActivation(config.activation, graph, flags.dir));
    const models = await loadAnswerModels(config);
    try {
      const conversation = createAnswerer(models, asked).begin(state);
      const result = await conversation.ask(words.join(' '));
      if (flags.conversation !== undefined) await writeFile(flags.conversation, `${JSON.stringify(conversation.state(), undefined, 1)}\n`);
      if (flags.json) return printJson(result);
      print(answerText(result, !flags.quiet));
    } finally {
      await models.close();
    }
  });
}

function answerText({ answers, reason }: AskResult, withEvidence: boolean): string {
  if (reason !== undefined) return REASONS[reason];
  return answers
    .flatMap(({ text, about, predicate, entity, probability, inferred, evidence: [claim] }) => {
      const said = `${about.name} ─${predicate}─ ${entity?.name ?? text}${inferred === undefined ? '' : ` (inferred: ${inferred})`}`;
      const lines = [`${paint(text, 'bold')}  ${paint(formatShare(probability), 'green')}  ${paint(said, 'dim')}`];
      if (withEvidence && claim !== undefined) lines.push(paint(`    “${shorten(claim.text, EVIDENCE_COLUMNS)}” ${claim.uri}`, 'dim'));
      return lines;
    })
    .join('\n');
}

/** @throws EngramError `ENGRAM_DATA_INVALID` for a file that is no conversation; one that is not there begins one */
export async function readConversation(path: string): Promise<WorkingMemoryState | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return conversationFile.parse(JSON.parse(text)) satisfies WorkingMemoryState;
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'it is no conversation that `engram ask` wrote; name another file, or remove it to begin anew' }, { cause });
  }
}
