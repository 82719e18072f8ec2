// How CoNLL04 (Roth & Yih 2004; the columns of Bekoulis et al. 2018, arXiv:1804.07847) becomes labelled passages. A relation stands on
// the last token of its head and names the last token of its tail.
import { EngramError } from '../../pipeline/core/errors.ts';
import { readLines } from '../text/data-files.ts';
import { clustersOfOne, RelationSet, type LabelledPassage } from './labelled-passages.ts';
import type { PassageMention } from './passage.ts';

/** Its types by the names that taggers here have; another type keeps its own. `engram train ner --map Peop=PER,Org=ORG,Loc=LOC,Other=MISC` agrees. */
const TYPES: Readonly<Record<string, string>> = { Peop: 'PER', Org: 'ORG', Loc: 'LOC', Other: 'MISC' };
const typeOf = (tag: string): string => TYPES[tag.slice(2)] ?? tag.slice(2);

interface Row {
  readonly token: string;
  readonly tag: string;
  readonly relations: readonly string[];
  readonly tails: readonly number[];
  readonly line: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` with the line and what was expected */
export async function readConll04(path: string): Promise<LabelledPassage[]> {
  const passages: LabelledPassage[] = [];
  const annotated = new Set<string>();
  let [document, rows]: [string, Row[]] = ['', []];
  const finish = (): void => {
    if (rows.length > 0) passages.push(passageOf(path, document, rows, annotated));
    rows = [];
  };
  for await (const { line, number } of readLines(path)) {
    if (line.startsWith('#doc')) {
      finish();
      document = line.slice('#doc'.length).trim();
    } else if (line.trim() !== '') rows.push(rowOf(path, line, number));
  }
  finish();
  if (passages.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no sentence in it; expected #doc lines and tab-separated rows' });
  return passages;
}

function rowOf(path: string, line: string, number: number): Row {
  const cells = line.split('\t');
  const [, token, tag, relations, tails] = cells;
  const list = (cell: string | undefined): string[] | undefined => /^\[(.*)\]$/.exec(cell?.trim() ?? '')?.[1]!.split(',').map((item) => item.trim().replace(/^'|'$/g, ''));
  const [names, places] = [list(relations), list(tails)];
  const problem =
    cells.length !== 5 || !token || !/^(?:O|[BI]-.+)$/.test(tag ?? '') ? 'expected index, token, BIO tag, [relations] and [heads], separated by tabs'
    : !names || !places || names.length !== places.length || places.some((place) => !/^\d+$/.test(place)) ? `expected as many relations as token numbers, got ${relations} and ${tails}`
    : undefined;
  if (problem !== undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem });
  return { token: token!, tag: tag!, relations: names!, tails: places!.map(Number), line: number };
}

function passageOf(path: string, document: string, rows: readonly Row[], annotated: Set<string>): LabelledPassage {
  const mentions: PassageMention[] = [];
  rows.forEach(({ tag }, t) => {
    if (tag === 'O') return;
    const last = mentions.at(-1);
    if (tag.startsWith('I-') && last?.end === t && last.label === typeOf(tag)) mentions[mentions.length - 1] = { ...last, end: t + 1 };
    else mentions.push({ start: t, end: t + 1, label: typeOf(tag) });
  });
  const endingAt = new Map(mentions.map(({ end }, index) => [end - 1, index]));
  const relations = new RelationSet();
  rows.forEach((row, t) =>
    row.relations.forEach((label, i) => {
      if (label === 'N') return;
      const [head, tail] = [endingAt.get(t), endingAt.get(row.tails[i]!)];
      if (head === undefined || tail === undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: row.line, problem: `'${label}' joins tokens that end no entity` });
      annotated.add(label);
      relations.add(head, tail, label);
    }),
  );
  return {
    tokens: rows.map(({ token }) => token), sentences: [[0, rows.length]], mentions, clusters: clustersOfOne(mentions),
    relations: relations.list(), annotated, completeness: 1, negatives: [], unknown: [], document, source: 'conll04', weight: 1,
  };
}
