// What people say of what is one, from the command line on; each run is a process of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { engram } from '../../support/engram-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a merge is explained, taken apart, put together again, and asked about', async (t) => {
  const dir = await temporaryFolder(t);
  const [docs, out] = [join(dir, 'docs'), join(dir, 'out')];
  await mkdir(docs);
  await writeFile(join(docs, 'a.txt'), 'Grace Hopper was born in New York City in 1906. Grace Hopper studied at Vassar College.');
  await writeFile(join(docs, 'b.txt'), 'Grace Murray Hopper studied at Vassar College and at Yale University. Grace Murray Hopper joined the Navy.');
  await writeFile(join(docs, 'c.txt'), 'Hopper programmed the Harvard Mark I. The Navy sent Hopper to Harvard University.');
  t.is((await engram(['build', docs, '--out', out, '--quiet'])).code, 0);
  const hoppers = async (): Promise<number> => {
    const { entities } = JSON.parse((await engram(['search', 'hopper', '--dir', out, '--json'])).out) as { entities: { name: string; type: string }[] };
    return entities.filter(({ name, type }) => type === 'PER' && name.includes('Hopper')).length;
  };

  const explained = await engram(['explain', '--merge', 'Grace Hopper', 'Grace Murray Hopper', '--dir', out]);
  t.is(explained.code, 0);
  t.regex(explained.out, /name +\+[\d.]+ +fuller/);
  t.regex(explained.out, /One entity\./);
  const before = await hoppers();

  const apart = await engram(['unmerge', 'Grace Murray Hopper', '--dir', out]);
  t.is(apart.code, 0, apart.err);
  t.true((await hoppers()) > before);
  t.regex((await engram(['explain', '--merge', 'Grace Hopper', 'Grace Murray Hopper', '--dir', out])).out, /Two entities: a person said so/);
  t.is((await engram(['build', docs, '--out', out, '--quiet'])).code, 0, 'it outlives a build');
  t.true((await hoppers()) > before);

  t.is((await engram(['merge', 'Grace Hopper', 'Grace Murray Hopper', '--dir', out])).code, 0);
  t.is(await hoppers(), before);
  const again = await engram(['merge', 'Grace Hopper', 'Grace Murray Hopper', '--dir', out]);
  t.is(again.code, 2);
  t.regex(again.err, /are one already/);

  const listed = JSON.parse((await engram(['review', '--list', '--json', '--dir', out])).out) as { pairs: { probability: number }[] };
  for (const { probability } of listed.pairs) t.true(probability > 0.15 && probability < 0.85);
  const asked = await engram(['review', '--dir', out], 'y\n');
  t.is(asked.code, 0, asked.err);
  t.regex(asked.out, listed.pairs.length > 0 ? /1 answer kept\./ : /Nothing is in doubt\./);
});

test('names that mean nothing, things of two types and a single name are answered with what to do', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'a.txt'), 'Grace Hopper was born in London.');
  const out = join(dir, 'out');
  t.is((await engram(['build', join(dir, 'a.txt'), '--out', out, '--quiet'])).code, 0);
  for (const [args, message] of [
    [['merge', 'Grace Hopper', 'London'], /things of two types are never one/],
    [['merge', 'Grace Hopper', 'Qqqqq'], /No entity matches 'Qqqqq'/],
    [['unmerge', 'Grace Hopper'], /say which document is meant/],
    [['explain', '--merge', 'Grace Hopper'], /--merge takes two names/],
    [['unmerge', 'Grace Hopper @ other.txt'], /No entity matches/],
  ] as const) {
    const { code, err } = await engram([...args, '--dir', out]);
    t.is(code, 2, args.join(' '));
    t.regex(err, message);
  }
});
