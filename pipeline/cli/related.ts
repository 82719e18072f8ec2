// `engram related ENTITY…`: what activation reaches from the named entities, and along which facts.
import type { Command } from 'commander';
import type { Evidence, PathStep, RelatedAnswer } from '../../graph/query/related.ts';
import { addCommonOptions, addDirOption, addExample, addRankingOptions, addStoreOption, configOf, inferredOf, type RankingFlags, type StoreFlags } from './options.ts';
import { formatShare, noteStore, paint, print, printJson, shorten } from './output.ts';

const EVIDENCE_COLUMNS = 100;
const BAR_CELLS = 10;

interface RelatedFlags extends RankingFlags, StoreFlags {
  readonly why?: boolean;
}

export function addRelatedCommand(program: Command): void {
  const command = program
    .command('related')
    .description('rank what is related to some entities, with the path and the evidence')
    .argument('<entity...>', 'names or ids, quoted when of several words')
    .option('--why', 'show the sentences behind every step');
  addExample(addRankingOptions(addStoreOption(addDirOption(addCommonOptions(command)))), 'related "Ada Lovelace"', 'related "Alan Turing" "Bletchley Park" --limit 5 --json');
  command.action(async (names: string[], flags: RelatedFlags) => {
    const { openRows } = await import('../open-rows.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { createSnapshot } = await import('../../graph/activation/snapshot.ts');
    const { related } = await import('../../graph/query/related.ts');
    const { relatedRows } = await import('../../graph/query/related-rows.ts');
    const config = await configOf(flags, inferredOf(flags));
    const opened = await openRows(flags.dir, config, flags.store, flags.dir);
    try {
      noteStore(opened, flags);
      const { held, rows, budget } = opened;
      const { spread, links } = await readActivation(config.activation, held?.graph, flags.dir);
      const options = { ...spread, limit: flags.limit, ...(flags.type === undefined ? {} : { types: flags.type }) };
      const answer =
        held === undefined
          ? await relatedRows(rows, names, { ...options, links, budget })
          : related(held.graph, names, { ...options, snapshot: createSnapshot(held.graph, links), textOf: (id) => held.documents.get(id)?.text });
      if (flags.json) return printJson(answer);
      print(relatedText(answer, flags.why ? 'all' : flags.quiet ? 'none' : 'last'));
    } finally {
      await opened.close();
    }
  });
}

/** Each result with its activation as a bar, the path to it, and the best sentence behind the last step, or all behind every step. */
export function relatedText(answer: RelatedAnswer, evidence: 'none' | 'last' | 'all'): string {
  const lines = [`Related to ${answer.seeds.map((seed) => paint(seed.name, 'bold')).join(' and ')}:`];
  if (answer.related.length === 0) lines.push('  nothing: no fact and no sentence joins it to another entity');
  const strongest = answer.related[0]?.activation ?? 1;
  for (const entity of answer.related) {
    const filled = Math.max(1, Math.round((entity.activation / strongest) * BAR_CELLS));
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
    lines.push(`  ${paint(bar, 'green')} ${formatShare(entity.activation)}  ${paint(entity.name, 'bold')} ${paint(entity.type, 'cyan')}`);
    if (entity.path.length === 0) continue;
    if (evidence !== 'all' || entity.path.length > 1) lines.push(`      ${pathText(entity.path)}`);
    if (evidence === 'last') lines.push(...entity.path.at(-1)!.evidence.slice(0, 1).map(quoted));
    if (evidence === 'all') lines.push(...entity.path.flatMap((step) => [`      ${pathText([step])} ${paint(formatShare(step.probability), 'green')}`, ...step.evidence.map(quoted)]));
  }
  return lines.join('\n');
}

/** From a store there is no sentence. */
const quoted = ({ text, uri }: Evidence): string => paint(text === undefined ? `      ${uri}` : `      “${shorten(text, EVIDENCE_COLUMNS)}” ${uri}`, 'dim');

function pathText(path: readonly PathStep[]): string {
  const steps = path.map((step) => {
    const link = paint(step.predicate, 'magenta');
    const origin = step.origin === undefined ? '' : paint(` (${step.origin === 'inference' ? 'inferred' : `spoken of together in ${step.because}`})`, 'dim');
    return `${step.reversed ? `←${link}─` : `─${link}→`} ${step.to.name}${origin}`;
  });
  return [path[0]!.from.name, ...steps].join(' ');
}
