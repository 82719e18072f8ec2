// Reviewing what is one, in a real browser: an answer is in the graph that is drawn, in the panel and in the counts; and the words that moved a decision.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import { openLiveBuild, type LiveBuild } from '../../pipeline/live-build.ts';
import { openGraphSource } from '../../pipeline/service/graph-source.ts';
import { find, openPage, type PageOptions, SCREENSHOTS, seriousFindings, until } from '../support/explorer-page.ts';
import { itemsOf } from '../support/fake-stages.ts';
import { buildSmiths, readNames, smithsConfig } from '../support/smiths.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

async function opened(t: ExecutionContext, options: PageOptions = {}): Promise<{ readonly page: Page; readonly build: LiveBuild } | undefined> {
  const dir = await buildSmiths(t);
  const build = await openLiveBuild(dir, smithsConfig, { createExtractor: readNames });
  const page = await openPage(t, { name: dir, graph: build.live.graph, documents: build.documents, build }, smithsConfig, options);
  if (page !== undefined) return { page, build };
  await build.close();
  return undefined;
}

const pairOf = (page: Page, ...names: readonly string[]) => names.reduce((cards, name) => cards.filter({ has: page.locator('h3', { hasText: new RegExp(`^${name}$`) }) }), page.locator('.pair'));
const untilDrawn = (page: Page, id: string, isDrawn = true): Promise<unknown> => until(page, `(engramPlaceOf(${JSON.stringify(id)}) !== undefined) === ${isDrawn}`);

test('a pair is decided, taken back and skipped; graph, panel, counts and link follow', async (t) => {
  const all = await opened(t);
  if (all === undefined) return;
  const { page, build } = all;
  await find(page, 'john a. smith');
  await page.waitForSelector('#panel h2:has-text("John A. Smith")');
  const counts = await page.innerText('#counts');
  await page.click('#review');
  await page.waitForSelector('.pair');
  t.regex(page.url(), /review=1/);
  const before = await page.locator('.pair').count();
  const pair = pairOf(page, 'John A. Smith', 'John Smith');
  t.deepEqual(await pair.locator('blockquote mark').allInnerTexts(), ['John A. Smith', 'John Smith']);
  t.true((await pair.locator('.weights tr').count()) >= 3);
  t.regex(await pair.innerText(), /The graph has one now/);
  await page.screenshot({ path: join(SCREENSHOTS, 'review.png') });

  await pair.getByRole('button', { name: 'Two' }).click();
  await page.waitForSelector('.said:has-text("two from now on")');
  t.is(await pairOf(page, 'John A. Smith', 'John Smith').count(), 0);
  await until(page, `document.getElementById('counts').textContent !== ${JSON.stringify(counts)}`);
  const smiths = build.live.graph.entities().filter(({ name }) => name.includes('Smith')).map(({ id }) => id);
  t.true(smiths.length >= 2);
  // Whoever uses the keyboard goes on with the next pair.
  await until(page, 'document.activeElement.closest(".pair, .said") !== null');

  await page.locator('.said button').click();
  await page.waitForSelector('.said', { state: 'detached' });
  t.is(await page.locator('.pair').count(), before);
  t.is(await page.innerText('#counts'), counts);
  await page.locator('.pair').first().getByRole('button', { name: 'Skip' }).click();
  await page.waitForSelector('text=1 skipped');
  t.is(await page.locator('.pair').count(), before - 1);

  const again = await opened(t, { link: new URL(page.url()).hash });
  await again!.page.waitForSelector('.pair');
  await page.click('#review');
  await page.waitForSelector('#panel h2:has-text("John A. Smith")');
});

test('on its panel an entity is made one with another, and a name is separated from it', async (t) => {
  const all = await opened(t);
  if (all === undefined) return;
  const { page, build } = all;
  await find(page, 'kingston');
  await page.waitForSelector('#panel h2:has-text("Kingston")');
  const [kingston] = build.live.graph.entities().filter(({ name }) => name === 'Kingston');
  await page.click('#panel button:has-text("Same as")');
  await find(page, 'boston');
  await page.waitForSelector('#panel h2:has-text("one?")');
  await page.screenshot({ path: join(SCREENSHOTS, 'merging.png') });
  await page.locator('.pair').getByRole('button', { name: 'One' }).click();
  await page.waitForSelector('#panel:has-text("named 3 times in 3 documents")');
  await until(page, `engramPlaceOf(${JSON.stringify(kingston!.id)}) === undefined`);

  await page.locator('summary').click();
  await page.waitForSelector('.names > li');
  t.deepEqual(await page.locator('.names > li > strong').allInnerTexts(), ['Boston', 'Kingston']);
  await page.screenshot({ path: join(SCREENSHOTS, 'names.png') });
  await page.locator('.names > li', { hasText: 'Kingston' }).getByRole('button', { name: 'Not this one' }).first().click();
  await page.waitForSelector('.said:has-text("another one")');
  t.deepEqual(build.live.graph.entities().filter(({ type }) => type === 'LOC').map(({ name, mentions }) => `${name} ${mentions.length}`).sort(), ['Arlington 1', 'Boston 2', 'Kingston 1']);
});

test('what changes while somebody looks is drawn, and told in the panel', async (t) => {
  const all = await opened(t);
  if (all === undefined) return;
  const { page, build } = all;
  await find(page, 'arlington');
  await page.waitForSelector('#panel h2:has-text("Arlington")');
  // As a watched folder hands them over; the service follows the build.
  await build.change(itemsOf({ id: documentIdOf('new.txt'), uri: 'new.txt', text: 'Wilson saw Arlington' }));
  await page.waitForSelector('#panel:has-text("in 2 documents")');
  await page.waitForSelector('#panel li:has-text("placeOfBirth")');
  const wilson = build.live.graph.entities().find(({ name }) => name === 'Wilson')!;
  await untilDrawn(page, wilson.id);
  await build.remove([documentIdOf('new.txt')]);
  await page.waitForSelector('#panel:has-text("in 1 document")');
  await untilDrawn(page, wilson.id, false);
  t.pass();
});

test('reviewing by the keyboard alone; accessibility has no serious finding, wide and narrow, light and dark', async (t) => {
  for (const [width, colorScheme] of [[1280, 'light'], [390, 'dark']] as const) {
    const all = await opened(t, { viewport: { width, height: 800 } });
    if (all === undefined) return;
    const { page, build } = all;
    await page.emulateMedia({ colorScheme });
    await page.focus('#review');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.pair');
    await until(page, `document.activeElement.textContent === 'One or two?'`);
    await page.screenshot({ path: join(SCREENSHOTS, `review-${width}-${colorScheme}.png`) });
    t.deepEqual(await seriousFindings(page), [], `${width} ${colorScheme}`);
    for (let at = 0; at < 20 && (await page.evaluate('document.activeElement.textContent')) !== 'Two'; at++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.said');
    t.is(build.live.resolver.decided().length, 1);
  }
});

test('of a server that is only read pairs are shown and nobody is asked; of a store there is no review', async (t) => {
  const dir = await buildSmiths(t);
  const page = await openPage(t, await openGraphSource(dir, smithsConfig), smithsConfig);
  if (page === undefined) return;
  await page.click('#review');
  await page.waitForSelector('.pair');
  t.is(await page.locator('.answers button').count(), 0);
  t.regex(await page.innerText('#panel'), /read only/);
  await find(page, 'smith');
  await page.waitForSelector('summary');
  await page.locator('summary').click();
  await page.waitForSelector('.names > li');
  t.is(await page.locator('button:has-text("Not this one"), button:has-text("Same as")').count(), 0);
  const stored = await openPage(t, await openGraphSource(`jsonl:${join(dir, 'graph')}`, smithsConfig), smithsConfig);
  await stored!.waitForSelector('#counts:has-text("6 documents")');
  t.true(await stored!.locator('#review').isHidden());
  await find(stored!, 'kingston');
  await stored!.waitForSelector('#panel h2');
  t.is(await stored!.locator('summary').count(), 0);
});

test('the words that moved the decision on a fact are marked beside its two names', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(join(folder, 'docs'), { 'a.txt': 'Grace Hopper was born in New York City in 1906. Later she moved.' });
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
  await runBuild({ inputs: [join(folder, 'docs')], out: join(folder, 'out'), config });
  const page = await openPage(t, await openGraphSource(join(folder, 'out'), config), config);
  if (page === undefined) return;
  await find(page, 'grace');
  await page.waitForSelector('#panel .fact');
  await page.locator('#panel li', { hasText: 'placeOfBirth' }).locator('.fact').click();
  await page.waitForSelector('blockquote u.word.strong');
  t.deepEqual(await page.locator('blockquote mark').allInnerTexts(), ['Grace Hopper', 'New York City']);
  t.is(await page.locator('blockquote u.strong').first().innerText(), 'born');
  t.regex(await page.innerText('#panel'), /Decided by born \(−\d+ %\)/);
  t.deepEqual(await seriousFindings(page), []);
  await page.screenshot({ path: join(SCREENSHOTS, 'words.png') });
});
