// Writes the passages a teacher of relations learns from and the ones it labels, as JSON lines:
//   tsx .tooling/teacher/export-passages.ts DATA OUT
// OUT/train.jsonl and OUT/development.jsonl hold labels; OUT/texts.jsonl holds passages with mentions and chains alone.
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toLearn } from '../../extractors/passages/datasets.ts';
import { markedDocuments as docredDocuments, readDocred } from '../../extractors/passages/docred.ts';
import { findPassages } from '../../extractors/passages/found-passages.ts';
import { markedDocuments } from '../../extractors/passages/knowledgenet.ts';
import type { LabelledPassage } from '../../extractors/passages/labelled-passages.ts';
import { isHeldOut, readPassages } from '../../extractors/relation/knowledgenet.ts';
import { digestOf } from '../../pipeline/core/ids.ts';

const [data, out] = process.argv.slice(2) as [string, string];
mkdirSync(out, { recursive: true });

function write(name: string, passages: readonly LabelledPassage[]): void {
  const file = createWriteStream(join(out, `${name}.jsonl`));
  for (const passage of passages.map(toLearn)) file.write(`${JSON.stringify({ ...passage, annotated: [...passage.annotated] })}\n`);
  file.end();
  process.stderr.write(`${name}: ${passages.length} passages, ${passages.reduce((n, { tokens }) => n + tokens.length, 0)} tokens\n`);
}

const redocred = await readDocred(join(data, 'redocred', 'dev_revised.json'));
const redocredTest = await readDocred(join(data, 'redocred', 'test_revised.first250.json'));
const passages = await readPassages(join(data, 'knowledgenet', 'rows.folds1-3.html.gz'));
// Documents that validate a training are neither learnt from nor labelled, so that nothing a teacher says of them is learnt.
const validates = (document: string): boolean => digestOf(document).startsWith('0');
const knowledgeNet = await findPassages(markedDocuments(passages.filter(({ document }) => !isHeldOut(document) && !validates(document))));
write('train', [...redocred.filter(({ document }) => !validates(document)), ...knowledgeNet]);
write('development', [...redocredTest, ...(await findPassages([...docredDocuments(redocredTest), ...markedDocuments(passages.filter(({ document }) => isHeldOut(document)))]))]);
write('texts', [...(await readDocred(join(data, 'redocred', 'docred_test_entities.json.gz'))), ...knowledgeNet]);
