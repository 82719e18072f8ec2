// `engram export` to be looked at: pictures and the page, what they hold, and what is refused.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'cheerio';
import anyTest, { type TestFn } from 'ava';
import { PNG } from 'pngjs';
import { engram } from '../../support/engram-process.ts';

const test = anyTest as TestFn<{ readonly folder: string; readonly dir: string }>;
const TEXT = 'Grace Hopper was born in New York City on 9 December 1906. Grace Hopper studied at Vassar College and Yale University. Grace Hopper died in Arlington, Virginia.';

test.before(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'engram-export-'));
  await writeFile(join(folder, 'hopper.txt'), TEXT);
  const dir = join(folder, 'graph');
  t.context = { folder, dir };
  const { code, err } = await engram(['build', join(folder, 'hopper.txt'), '--out', dir, '--quiet']);
  t.is(code, 0, err);
});

test.after.always((t) => rm(t.context.folder, { recursive: true, force: true }));

test('an SVG of what lies around an entity, the same each time', async (t) => {
  const { folder, dir } = t.context;
  const [one, other] = [join(folder, 'one.svg'), join(folder, 'other.svg')];
  const { code, out, err } = await engram(['export', '--dir', dir, '--format', 'svg', '--around', 'grace hoper', '--hops', '1', '--out', one]);
  t.is(code, 0, err);
  t.regex(out, /^Wrote \d+ entities and \d+ facts to .*one\.svg\n$/);
  await engram(['export', '--dir', dir, '--format', 'svg', '--around', 'Grace Hopper', '--hops', '1', '--out', other]);
  const svg = await readFile(one, 'utf8');
  t.is(svg, await readFile(other, 'utf8'));
  const $ = load(svg, { xml: true });
  t.is($('svg > title').text(), 'Grace Hopper');
  t.true($('.entities').text().includes('Vassar College'));
  t.true($('.predicates').text().includes('educatedAt'));
});

test('a PNG of all of a small graph, into a folder, with its counts as JSON', async (t) => {
  const { folder, dir } = t.context;
  const { code, out, err } = await engram(['export', '--dir', dir, '--format', 'png', '--scale', '1', '--out', `${folder}/pictures/`, '--json']);
  t.is(code, 0, err);
  const told = JSON.parse(out) as { readonly format: string; readonly files: readonly string[]; readonly entities: number; readonly facts: number };
  t.is(told.format, 'png');
  t.deepEqual(told.files, [join(folder, 'pictures', 'graph.png')]);
  t.true(told.entities >= 4 && told.facts >= 3, out);
  const { width, height } = PNG.sync.read(await readFile(told.files[0]!));
  t.true(width >= 500 && height >= 300, `${width} × ${height}`);
});

test('a page that holds the graph', async (t) => {
  const { folder, dir } = t.context;
  const path = join(folder, 'graph.html');
  const { code, err } = await engram(['export', '--dir', dir, '--format', 'html', '--around', 'Grace Hopper', '--limit', '5', '--out', path]);
  t.is(code, 0, err);
  const $ = load(await readFile(path, 'utf8'));
  t.is($('title').text(), 'Grace Hopper – Engram');
  const { graph, texts } = JSON.parse($('#embedded-graph').text()) as { readonly graph: { readonly entities: readonly unknown[] }; readonly texts: readonly { readonly text: string }[] };
  t.is(graph.entities.length, 5);
  t.is(texts[0]!.text, TEXT);
  t.is($('script[src], link[rel=stylesheet], img').length, 0);
});

test('a file has the same lines from memory and from the store', async (t) => {
  const { folder, dir } = t.context;
  const linesOf = async (name: string, more: readonly string[]): Promise<string[]> => {
    const { code, err } = await engram(['export', '--dir', dir, '--format', 'graphml', '--out', join(folder, name), ...more]);
    t.deepEqual([code, err], [0, '']);
    return (await readFile(join(folder, name), 'utf8')).split('\n').sort();
  };
  t.deepEqual(await linesOf('stored.graphml', ['--store', 'embedded']), await linesOf('held.graphml', []));
});

test('what cannot be shown is told, with what to do, and nothing is written', async (t) => {
  const { folder, dir } = t.context;
  const path = join(folder, 'none.svg');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--format', 'svg', '--around', 'Zzyzx'], /No entity matches 'Zzyzx'/],
    [['--format', 'png', '--limit', '201', '--around', 'Grace Hopper'], /A picture shows at most 200 entities.*smaller --limit/],
    [['--format', 'svg', '--limit', '5'], /name it with --around/],
    [['--format', 'csv', '--around', 'Grace Hopper'], /--around, --hops and --limit are for svg, png, html/],
    [['--format', 'svg', '--scale', '3'], /--scale is for png/],
    [['--format', 'svg', '--hops', '0', '--around', 'Grace Hopper'], /whole number from 1 on/],
    [['--format', 'svg', '--store', 'embedded'], /--store is for files of all of a graph/],
    [['--format', 'csv', '--store', 'mongodb://x'], /No store has the address/],
    [['--format', 'gif'], /Allowed choices are .*svg, png, html/],
  ];
  for (const [flags, message] of cases) {
    const { code, err } = await engram(['export', '--dir', dir, '--out', path, ...flags]);
    t.is(code, 2, flags.join(' '));
    t.regex(err, message, flags.join(' '));
  }
  t.false(existsSync(path));
});
