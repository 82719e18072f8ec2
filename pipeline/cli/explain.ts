// `engram explain FACT…`: the sentences behind a fact or an attribute, with what claimed it and how surely.
import type { Command } from 'commander';
import type { Claim, Explanation } from '../../graph/query/explain.ts';
import { EngramError } from '../core/errors.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { formatShare, paint, print, printJson } from './output.ts';

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('show the evidence of facts and attributes')
    .argument('<fact...>', 'an id, "Subject predicate Object", "Subject predicate", or the name of an entity');
  addExample(
    addDirOption(addCommonOptions(command)),
    'explain "Ada Lovelace placeOfBirth London"',
    'explain "Alan Turing employer" --json',
  );
  command.action(async (words: string[], flags: DirFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { explain } = await import('../../graph/query/explain.ts');
    const { graph, extractions } = await openGraph(flags.dir, await configOf(flags));
    const question = words.join(' ');
    const explanation = explain(graph, extractions, question);
    if (explanation.asked.kind !== 'entity' && explanation.facts.length + explanation.attributes.length === 0) {
      throw new EngramError('ENGRAM_USAGE', { problem: `The graph does not say '${question}'.` });
    }
    if (flags.json) printJson(explanation);
    else print(explanationText(explanation));
  });
}

function explanationText({ asked, facts, attributes }: Explanation): string {
  const blocks = [
    ...attributes.map((a) => claimBlock(`${a.subject.name} ${paint(a.name, 'magenta')}: ${a.value}`, a.probability, a.claims)),
    ...facts.map((f) => claimBlock(`${f.subject.name} ─${paint(f.predicate, 'magenta')}→ ${f.object.name}`, f.probability, f.claims)),
  ];
  return blocks.length > 0 ? blocks.join('\n\n') : `The graph has no fact about ${asked.subject?.name ?? 'it'}.`;
}

function claimBlock(title: string, probability: number, claims: readonly Claim[]): string {
  const lines = [`${title}  ${paint(formatShare(probability), 'green')}`];
  for (const claim of claims) {
    lines.push(`  “${markNames(claim)}”`);
    lines.push(paint(`   ${claim.uri}, characters ${claim.start}–${claim.end}, ${formatShare(claim.score)} by ${claim.extractor}`, 'dim'));
  }
  return lines.join('\n');
}

function markNames({ text, head, tail }: Claim): string {
  const [first, second] = head.start <= tail.start ? [head, tail] : [tail, head];
  if (first.end > second.start) return text;
  const marked =
    text.slice(0, first.start) +
    paint(text.slice(first.start, first.end), 'bold') +
    text.slice(first.end, second.start) +
    paint(text.slice(second.start, second.end), 'bold') +
    text.slice(second.end);
  return marked.replace(/\s*\n\s*/g, ' ');
}
