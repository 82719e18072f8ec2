// `engram related ENTITY…`: what activation reaches from the named entities, and along which facts.
import type { Command } from 'commander';
import type { PathStep, RelatedAnswer } from '../../graph/query/related.ts';
import { addCommonOptions, addDirOption, addExample, configOf, wholeNumber, type DirFlags } from './options.ts';
import { formatShare, paint, print, printJson, shorten } from './output.ts';

const EVIDENCE_COLUMNS = 100;
const BAR_CELLS = 10;

export function addRelatedCommand(program: Command): void {
  const command = program
    .command('related')
    .description('rank what is related to some entities, with the path and the evidence')
    .argument('<entity...>', 'names or ids, quoted when of several words')
    .option('--limit <count>', 'most entities to show', wholeNumber(1), 10);
  addExample(addDirOption(addCommonOptions(command)), 'related "Ada Lovelace"', 'related "Alan Turing" "Bletchley Park" --limit 5 --json');
  command.action(async (names: string[], flags: DirFlags & { readonly limit: number }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { createSnapshot } = await import('../../graph/activation/snapshot.ts');
    const { related } = await import('../../graph/query/related.ts');
    const config = await configOf(flags);
    const { graph, extractions } = await openGraph(flags.dir, config);
    const texts = new Map(extractions.map((extraction) => [extraction.id, extraction.text]));
    const { spread, links } = await readActivation(config.activation);
    const answer = related(graph, names, { ...spread, snapshot: createSnapshot(graph, links), limit: flags.limit, textOf: (id) => texts.get(id) });
    if (flags.json) return printJson(answer);
    print(relatedText(answer, !flags.quiet));
  });
}

/** Each result with its activation as a bar, the path to it, and the sentence behind the last step. */
export function relatedText(answer: RelatedAnswer, withEvidence: boolean): string {
  const lines = [`Related to ${answer.seeds.map((seed) => paint(seed.name, 'bold')).join(' and ')}:`];
  if (answer.related.length === 0) lines.push('  nothing: no fact and no sentence joins it to another entity');
  const strongest = answer.related[0]?.activation ?? 1;
  for (const entity of answer.related) {
    const filled = Math.max(1, Math.round((entity.activation / strongest) * BAR_CELLS));
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
    lines.push(`  ${paint(bar, 'green')} ${formatShare(entity.activation)}  ${paint(entity.name, 'bold')} ${paint(entity.type, 'cyan')}`);
    if (entity.path.length === 0) continue;
    lines.push(`      ${pathText(entity.path)}`);
    const evidence = entity.path.at(-1)!.evidence[0];
    if (withEvidence && evidence?.text) lines.push(paint(`      “${shorten(evidence.text, EVIDENCE_COLUMNS)}” ${evidence.uri}`, 'dim'));
  }
  return lines.join('\n');
}

function pathText(path: readonly PathStep[]): string {
  const steps = path.map((step) => {
    const link = paint(step.predicate, 'magenta');
    return `${step.reversed ? `←${link}─` : `─${link}→`} ${step.to.name}`;
  });
  return [path[0]!.from.name, ...steps].join(' ');
}
