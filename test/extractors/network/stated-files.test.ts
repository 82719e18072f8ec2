import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readStatedFile, writeStatedFile } from '../../../extractors/network/stated-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a file that is not the one stated beside it is refused; one of which nothing is stated is read', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.bin');
  writeStatedFile(path, Uint8Array.of(1, 2));
  writeStatedFile(join(folder, 'b.bin'), Uint8Array.of(3));
  t.deepEqual([...readStatedFile(path)], [1, 2]);
  t.is((await readFile(join(folder, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n').length, 2);
  await writeFile(path, Uint8Array.of(1, 3));
  t.is((t.throws(() => readStatedFile(path)) as { code?: string }).code, 'ENGRAM_MODEL_INVALID');
  writeStatedFile(path, Uint8Array.of(1, 3));
  t.deepEqual([...readStatedFile(path)], [1, 3]);
  await writeFile(join(folder, 'c.bin'), Uint8Array.of(4));
  t.deepEqual([...readStatedFile(join(folder, 'c.bin'))], [4]);
});
