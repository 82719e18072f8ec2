// How SemEval-2010 Task 8 (Hendrickx et al. 2010, S10-1006) becomes labelled passages, and its official score: the macro-averaged F1
// of nine relations with direction, Other left out.
import { EngramError } from '../../pipeline/core/errors.ts';
import { scoresOf, type Scores } from '../ner/span-scores.ts';
import { readLines } from '../text/data-files.ts';
import { tokenize } from '../text/tokenize.ts';
import type { LabelledPassage, LabelledRelation } from './labelled-passages.ts';

const SENTENCE = /^(\d+)\t"(.*)"\s*$/;
const RELATION = /^(Other|([A-Z][A-Za-z]+-[A-Z][A-Za-z]+)\((?:e1,e2|e2,e1)\))\s*$/;

/** @throws EngramError `ENGRAM_DATA_INVALID` with the line and what was expected */
export async function readSemeval(path: string): Promise<LabelledPassage[]> {
  const passages: LabelledPassage[] = [];
  const annotated = new Set<string>();
  const invalid = (line: number, problem: string): EngramError => new EngramError('ENGRAM_DATA_INVALID', { path, line, problem });
  let sentence: RegExpExecArray | undefined;
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '' || line.startsWith('Comment')) continue;
    if (sentence === undefined) {
      sentence = SENTENCE.exec(line) ?? undefined;
      if (sentence === undefined) throw invalid(number, 'expected a number, a tab and a sentence in quotes');
      continue;
    }
    const [, relation, label] = RELATION.exec(line) ?? [];
    if (relation === undefined) throw invalid(number, `expected a relation such as Cause-Effect(e1,e2) or Other, got '${line.slice(0, 40)}'`);
    const passage = passageOf(sentence[1]!, sentence[2]!, annotated);
    if (passage === undefined) throw invalid(number - 1, 'expected one <e1>…</e1> and one <e2>…</e2>');
    if (label !== undefined) annotated.add(label);
    const [head, tail] = relation.endsWith('(e1,e2)') ? [0, 1] : [1, 0];
    passages.push({ ...passage, relations: label === undefined ? [] : [{ head, tail, label }] });
    sentence = undefined;
  }
  return passages;
}

function passageOf(id: string, marked: string, annotated: ReadonlySet<string>): LabelledPassage | undefined {
  const pieces = marked.split(/(<\/?e[12]>)/);
  const parts = pieces.filter((_, at) => at % 2 === 0);
  if (pieces.filter((_, at) => at % 2 === 1).join('') !== '<e1></e1><e2></e2>' || parts[1] === '' || parts[3] === '') return undefined;
  const tokens: string[] = [];
  const ranges = parts.map((part): [number, number] => {
    const start = tokens.length;
    tokens.push(...tokenize(part).map((token) => token.text));
    return [start, tokens.length];
  });
  const mentions = [ranges[1]!, ranges[3]!].map(([start, end]) => ({ start, end, label: 'nominal' }));
  return {
    tokens, mentions, sentences: [[0, tokens.length]], clusters: [[0], [1]],
    relations: [], annotated, completeness: 1, negatives: [], unknown: [], document: id, source: 'semeval', weight: 1,
  };
}

/** The one relation of each sentence: its surest prediction, or none. */
export function surestOf<R extends LabelledRelation>(relations: readonly R[]): R[] {
  return relations.length < 2 ? [...relations] : [relations.reduce((best, r) => ((r.probability ?? 1) > (best.probability ?? 1) ? r : best))];
}

/** A relation with the wrong direction counts as predicted and as missed, as the official scorer has it. */
export function scoreSemeval(gold: readonly LabelledPassage[], predicted: readonly (readonly LabelledRelation[])[]): { readonly macro: Scores; readonly byType: Readonly<Record<string, Scores>> } {
  const counts = new Map([...gold[0]!.annotated].sort().map((label) => [label, { gold: 0, predicted: 0, right: 0 }]));
  gold.forEach(({ relations }, i) => {
    const [expected] = relations;
    const [found] = surestOf(predicted[i]!);
    if (expected) counts.get(expected.label)!.gold++;
    if (found) counts.get(found.label)!.predicted++;
    if (expected && found && expected.label === found.label && expected.head === found.head) counts.get(found.label)!.right++;
  });
  const byType = Object.fromEntries([...counts].map(([label, c]) => [label, scoresOf(c.gold, c.predicted, c.right)]));
  const mean = (of: keyof Scores): number => Object.values(byType).reduce((sum, s) => sum + s[of], 0) / counts.size;
  const sum = (of: 'gold' | 'predicted' | 'correct'): number => Object.values(byType).reduce((total, s) => total + s[of], 0);
  return { macro: { ...scoresOf(sum('gold'), sum('predicted'), sum('correct')), precision: mean('precision'), recall: mean('recall'), f1: mean('f1') }, byType };
}
