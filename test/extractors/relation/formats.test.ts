// The relation data sets as they come: what is read, and what is said of files that are not in order.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readLabelledPassages, relationFormatOf, toLearn, type RelationFormat } from '../../../extractors/relation/datasets.ts';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { scoreSemeval } from '../../../extractors/relation/semeval.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const wordsOf = ({ tokens, mentions, clusters }: LabelledPassage, cluster: number): string => {
  const { start, end } = mentions[clusters[cluster]![0]!]!;
  return tokens.slice(start, end).join(' ');
};
/** Relations as "head label tail". */
const said = (passage: LabelledPassage): string[] => passage.relations.map(({ head, tail, label }) => `${wordsOf(passage, head)} ${label} ${wordsOf(passage, tail)}`).sort();

async function read(t: ExecutionContext, name: string, content: string, format?: RelationFormat): Promise<LabelledPassage[]> {
  const path = join(await temporaryFolder(t), name);
  writeFileSync(path, content);
  return readLabelledPassages(path, format);
}

const docred = JSON.stringify([
  {
    title: 'A',
    sents: [['Ada', 'raised', 'Ben', 'in', ' ', 'Oslo', '.'], ['Ben', 'joined', 'Acme', '.']],
    vertexSet: [
      [{ pos: [0, 1], sent_id: 0, type: 'PER' }],
      [{ pos: [2, 3], sent_id: 0, type: 'PER' }, { pos: [0, 1], sent_id: 1, type: 'PER' }],
      [{ pos: [5, 6], sent_id: 0, type: 'LOC' }],
      [{ pos: [2, 3], sent_id: 1, type: 'ORG' }],
    ],
    labels: [{ h: 0, t: 1, r: 'P40' }, { h: 1, t: 2, r: 'P19' }, { h: 0, t: 3, r: 'P108' }, { h: 3, t: 1, r: 'P527' }],
  },
]);

test('a DocRED document is one passage with its chains, relations across sentences included', async (t) => {
  const [passage] = await read(t, 'a.json', docred);
  t.deepEqual(passage!.sentences, [[0, 6], [6, 10]]);
  t.deepEqual(passage!.clusters, [[0], [1, 3], [2], [4]]);
  t.deepEqual(said(passage!), ['Acme P527 Ben', 'Ada P108 Acme', 'Ada P40 Ben', 'Ben P19 Oslo']);
  t.is(passage!.completeness, 1);
});

test('what DocRED marks both ways is learnt one way', async (t) => {
  const [passage] = await read(t, 'a.json', docred);
  const learnt = toLearn(passage!);
  t.deepEqual(said(learnt), ['Ada P108 Acme', 'Ada P40 Ben', 'Ben P19 Oslo', 'Ben P361 Acme']);
  t.false(learnt.annotated.has('P527'));
  t.true(learnt.annotated.has('P361'));
});

test('SemEval gives a pair of nominals a sentence, with the direction of the relation, Other without one', async (t) => {
  const passages = await read(
    t,
    'TRAIN_FILE.TXT',
    '1\t"The <e1>fire</e1> came from a <e2>spark</e2>."\nCause-Effect(e2,e1)\nComment: none\n\n2\t"A <e1>cat</e1> on a <e2>mat</e2>."\nOther\nComment:\n',
  );
  t.deepEqual(passages.map(said), [['spark Cause-Effect fire'], []]);
});

const conll04 = '#doc 7\n0\tAda\tB-Peop\t[\'N\']\t[0]\n1\tLee\tI-Peop\t[\'Live_In\', \'Work_For\']\t[3, 5]\n2\tof\tO\t[\'N\']\t[2]\n3\tOslo\tB-Loc\t[\'N\']\t[3]\n4\tat\tO\t[\'N\']\t[4]\n5\tAcme\tB-Org\t[\'N\']\t[5]\n';

test('CoNLL04 relations join the entities that end at the tokens they name', async (t) => {
  const [passage] = await read(t, 'train.txt', conll04);
  t.deepEqual(said(passage!), ['Ada Lee Live_In Oslo', 'Ada Lee Work_For Acme']);
  t.deepEqual(passage!.mentions.map(({ label }) => label), ['PER', 'LOC', 'ORG']);
});

test('a passage a line, with probabilities, is what a teacher writes', async (t) => {
  const line = JSON.stringify({ tokens: ['Ada', 'slept', 'in', 'Oslo'], sentences: [[0, 4]], mentions: [{ start: 0, end: 1, label: 'PER' }, { start: 3, end: 4, label: 'LOC' }], clusters: [[0], [1]], relations: [{ head: 0, tail: 1, label: 'P551', probability: 0.4 }] });
  const [passage] = await read(t, 'silver.jsonl', `${line}\n\n`);
  t.deepEqual(passage!.relations, [{ head: 0, tail: 1, label: 'P551', probability: 0.4 }]);
});

const faults: readonly (readonly [name: string, content: string, expected: RegExp])[] = [
  ['FILE.TXT', '1\tno quotes\n', /line 1: expected a number, a tab and a sentence in quotes/],
  ['FILE.TXT', '1\t"A <e1>cat</e1> on a <e2>mat</e2>."\nOn(e1)\n', /line 2: expected a relation such as/],
  ['FILE.TXT', '1\t"A cat on a <e2>mat</e2>."\nOther\n', /line 1: expected one <e1>/],
  ['train.txt', '#doc 1\n0\tAda\tB-Peop\n', /line 2: expected index, token, BIO tag/],
  ['train.txt', "#doc 1\n0\tAda\tB-Peop\t['N', 'Kill']\t[0]\n", /line 2: expected as many relations as token numbers/],
  ['train.txt', "#doc 1\n0\tAda\tB-Peop\t['Kill']\t[1]\n1\truns\tO\t['N']\t[1]\n", /line 2: 'Kill' joins tokens that end no entity/],
  ['train.txt', '\n', /no sentence in it/],
  ['a.json', '{}', /not a list of DocRED documents/],
  ['a.jsonl', '{"tokens": []}\n', /line 1: sentences: .*expected an object with tokens, sentences/],
  ['a.jsonl', `{"tokens": ["a"], "sentences": [[0, 1]], "mentions": [{"start": 0, "end": 2, "label": "X"}], "clusters": [], "relations": []}\n`, /mention 0 \(0 to 2\) is no stretch of the 1 tokens/],
  ['a.jsonl', `{"tokens": ["a"], "sentences": [[0, 1]], "mentions": [], "clusters": [[0]], "relations": []}\n`, /cluster 0 names a mention that is not there/],
  ['a.jsonl', `{"tokens": ["a"], "sentences": [[0, 1]], "mentions": [], "clusters": [], "relations": [{"head": 0, "tail": 1, "label": "r"}]}\n`, /relation 0 \(0 to 1\) does not join two of the 0 clusters/],
];
for (const [name, content, expected] of faults) {
  test(`${name} with ${JSON.stringify(content)} is refused with the place and what was expected`, async (t) => {
    await t.throwsAsync(read(t, name, content), { code: 'ENGRAM_DATA_INVALID', message: expected });
  });
}

test('the format is told from the name of the file', (t) => {
  t.deepEqual(['rows.html.gz', 'dev.json', 'silver.jsonl', 'TEST_FILE_FULL.TXT', 'train.txt'].map((name) => relationFormatOf(name)), ['knowledgenet', 'docred', 'jsonl', 'semeval', 'conll04']);
  t.is(relationFormatOf('train.txt', 'docred'), 'docred');
});

test('the official SemEval score is the mean over relations; a wrong direction is a miss and a false find', async (t) => {
  const gold = await read(t, 'FILE.TXT', '1\t"<e1>fire</e1> from <e2>sparks</e2>"\nCause-Effect(e2,e1)\n\n2\t"<e1>cat</e1> on <e2>mat</e2>"\nOther\n\n3\t"<e1>wheel</e1> of <e2>car</e2>"\nComponent-Whole(e1,e2)\n');
  const perfect = scoreSemeval(gold, gold.map(({ relations }) => relations));
  t.like(perfect.macro, { precision: 100, recall: 100, f1: 100, gold: 2, predicted: 2, correct: 2 });
  const turned = scoreSemeval(gold, [[{ head: 0, tail: 1, label: 'Cause-Effect' }], [], gold[2]!.relations]);
  t.like(turned.macro, { f1: 50, gold: 2, predicted: 2, correct: 1 });
  t.is(turned.byType['Cause-Effect']!.f1, 0);
});
