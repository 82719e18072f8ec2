// `engram explain FACT…`: the sentences behind a fact or an attribute, with what claimed it, how surely, and for which words.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Claim, Explanation } from '../../graph/query/explain.ts';
import { EngramError } from '../core/errors.ts';
import type { DecisiveWord } from '../decisive-words.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { formatShare, paint, print, printJson, withUnit } from './output.ts';

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('show the evidence of facts and attributes')
    .argument('<fact...>', 'an id, "Subject predicate Object", "Subject predicate", or the name of an entity');
  command
    .option('--words', 'also the words that moved each decision most')
    .option('--html <file>', 'write a page that shows it, words included')
    .option('--merge', 'the arguments are two names: why they are one thing, or two')
    .option('--sentiment', 'the argument is a document: what each sentence thinks, and for which words');
  addExample(
    addDirOption(addCommonOptions(command)),
    'explain "Ada Lovelace placeOfBirth London"',
    'explain "Alan Turing employer" --json',
    'explain --merge "Bell Labs" "Bell Telephone Laboratories"',
    'explain --sentiment articles/report.txt --html report.html',
  );
  command.action(async (words: string[], flags: DirFlags & { readonly words?: boolean; readonly html?: string; readonly merge?: boolean; readonly sentiment?: boolean }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { explain } = await import('../../graph/query/explain.ts');
    const config = await configOf(flags);
    if (flags.merge) {
      if (words.length !== 2) throw new EngramError('ENGRAM_USAGE', { problem: `--merge takes two names, each in quotes; got ${words.length}.` });
      const { openResolution } = await import('../resolution.ts');
      const { explainMerge } = await import('./resolution.ts');
      return explainMerge(await openResolution(flags.dir, config), words[0]!, words[1]!, flags.json === true);
    }
    const { graph, documents } = await openGraph(flags.dir, config);
    const question = words.join(' ');
    if (flags.sentiment) return (await import('./explain-sentiment.ts')).explainSentiment(question, documents, config, flags);
    const explanation = explain(graph, documents, question);
    if (explanation.asked.kind !== 'entity' && explanation.facts.length + explanation.attributes.length === 0) {
      throw new EngramError('ENGRAM_USAGE', { problem: `The graph does not say '${question}'.` });
    }
    const decisive = new Map<Claim, readonly DecisiveWord[]>();
    if (flags.words || flags.html !== undefined) {
      const { createWordExplainer } = await import('../decisive-words.ts');
      const explainer = await createWordExplainer(config, documents);
      const claims = [...explanation.facts.map((f) => [f.predicate, f.claims] as const), ...explanation.attributes.map((a) => [a.name, a.claims] as const)];
      for (const [predicate, list] of claims) for (const claim of list) decisive.set(claim, await explainer.wordsOf(claim, predicate));
      await explainer.close();
    }
    const wordsOf = (claim: Claim): readonly DecisiveWord[] => decisive.get(claim) ?? [];
    if (flags.html !== undefined) {
      const { explanationPage } = await import('./explanation-page.ts');
      await writeFile(flags.html, explanationPage(question, explanation, wordsOf));
    }
    if (flags.json) printJson(decisive.size > 0 ? withWords(explanation, wordsOf) : explanation);
    else print(explanationText(explanation, wordsOf));
    if (flags.html !== undefined && !flags.json && !flags.quiet) print(`\nWrote ${flags.html}.`);
  });
}

type WordsOf = (claim: Claim) => readonly DecisiveWord[];

function withWords(explanation: Explanation, wordsOf: WordsOf): object {
  const add = <T extends { readonly claims: readonly Claim[] }>(item: T): object => ({ ...item, claims: item.claims.map((claim) => ({ ...claim, words: wordsOf(claim) })) });
  return { ...explanation, facts: explanation.facts.map(add), attributes: explanation.attributes.map(add) };
}

function explanationText({ asked, facts, attributes }: Explanation, wordsOf: WordsOf): string {
  const blocks = [
    ...attributes.map((a) => claimBlock(`${a.subject.name} ${paint(a.name, 'magenta')}: ${withUnit(a)}`, a.probability, a.claims, wordsOf)),
    ...facts.map((f) => claimBlock(`${f.subject.name} ─${paint(f.predicate, 'magenta')}→ ${f.object.name}`, f.probability, f.claims, wordsOf)),
  ];
  return blocks.length > 0 ? blocks.join('\n\n') : `The graph has no fact about ${asked.subject?.name ?? 'it'}.`;
}

function claimBlock(title: string, probability: number, claims: readonly Claim[], wordsOf: WordsOf): string {
  const lines = [`${title}  ${paint(formatShare(probability), 'green')}`];
  for (const claim of claims) {
    lines.push(`  “${markNames(claim)}”`);
    lines.push(paint(`   ${claim.uri}, characters ${claim.start}–${claim.end}, ${formatShare(claim.score)} by ${claim.extractor}`, 'dim'));
    const words = wordsOf(claim).map(({ text, effect }) => `${text} (−${effect.toFixed(2)})`);
    if (words.length > 0) lines.push(`   ${paint('decided by', 'dim')} ${words.join(', ')}`);
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
  return marked.replace(/\s+/g, (gap) => (gap.includes('\n') ? ' ' : gap));
}
