import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createRandom } from '../../../pipeline/core/random.ts';
import { engram } from '../../support/engram-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a model is learnt from labels, used, and refused where it does not fit', async (t) => {
  const dir = await temporaryFolder(t);
  const random = createRandom(11);
  const word = (): string => Array.from({ length: 6 }, () => 'abcdefghklmnoprstu'[random.integer(18)]).join('');
  const [table, labels, model] = ['t.csv', 'labels.csv', 'model.json'].map((name) => join(dir, name)) as [string, string, string];
  const rows: string[] = ['id,title,price,entity'];
  const pairs: string[] = ['a,b,same'];
  for (let i = 0; i < 120; i++) {
    const [a, b, c] = [word(), word(), word()];
    rows.push(`${i}x,${a} ${b} ${c},${10 + i},${i}`, `${i}y,${a} ${c}${i % 3 === 0 ? ` ${word()}` : ''},${10 + i},${i}`);
    pairs.push(`${i}x,${i}y,1`, `${i}x,${(i + 1) % 120}y,0`);
  }
  await writeFile(table, `${rows.join('\n')}\n`);
  await writeFile(labels, `${pairs.slice(0, 101).join('\n')}\n`);
  const columns = 'title=text,price=number';
  const trained = await engram(['train', 'resolution', '--data', table, '--columns', columns, '--pairs', labels, '--out', model]);
  t.is(trained.code, 0, trained.err);
  t.regex(trained.out, /learnt from \d+ of 100 labels/);
  const scored = JSON.parse((await engram(['evaluate', 'resolution', '--data', table, '--columns', columns, '--entity', 'entity', '--model', model, '--json'])).out) as { pairs: { f1: number } };
  t.true(scored.pairs.f1 > 90, `F1 ${scored.pairs.f1}`);
  const other = await engram(['evaluate', 'resolution', '--data', table, '--columns', 'title=text', '--entity', 'entity', '--model', model]);
  t.is(other.code, 2);
  t.regex(other.err, /was learnt from other columns/);
  await writeFile(labels, '0x,0y,1\n0x,nowhere,1\n');
  const unknown = await engram(['train', 'resolution', '--data', table, '--columns', columns, '--pairs', labels, '--out', model]);
  t.is(unknown.code, 2);
  t.regex(unknown.err, /line 2: expected the ids of two records and 1 or 0/);
  await writeFile(model, '{"version": 2}');
  const broken = await engram(['evaluate', 'resolution', '--data', table, '--columns', columns, '--entity', 'entity', '--model', model]);
  t.is(broken.code, 2);
  t.regex(broken.err, /cannot be used: columns/);
});
