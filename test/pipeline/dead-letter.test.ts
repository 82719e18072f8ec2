import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { countDeadLetters, openDeadLetters, readDeadLetters } from '../../pipeline/dead-letter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const letter = (line: number) => ({ uri: 'a.jsonl', line, stage: 'read', code: 'ENGRAM_TEXT_EMPTY', message: 'm', hint: 'h' });

test('dead letters are read back in the order they were appended', async (t) => {
  const dir = join(await temporaryFolder(t), 'new');
  t.deepEqual(await readDeadLetters(dir), []);
  const letters = await openDeadLetters(dir);
  await Promise.all([1, 2, 3].map((line) => letters.append(letter(line))));
  t.is(letters.count, 3);
  await letters.close();
  t.deepEqual(await readDeadLetters(dir), [letter(1), letter(2), letter(3)]);
  t.is(await countDeadLetters(dir), 3);
});

test('the next build begins an empty file', async (t) => {
  const dir = await temporaryFolder(t);
  const first = await openDeadLetters(dir);
  await first.append(letter(1));
  await first.close();
  const second = await openDeadLetters(dir);
  await second.close();
  t.is(await countDeadLetters(dir), 0);
});

test('a line cut off is passed over', async (t) => {
  const dir = await temporaryFolder(t);
  const letters = await openDeadLetters(dir);
  await letters.append(letter(1));
  await letters.close();
  await appendFile(letters.path, '{"uri":"b');
  t.deepEqual(await readDeadLetters(dir), [letter(1)]);
});

test('a folder that cannot be written is a clear error', async (t) => {
  const file = join(await temporaryFolder(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(openDeadLetters(file), { code: 'ENGRAM_CHECKPOINT_UNWRITABLE' });
});
