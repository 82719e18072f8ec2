// The page in a real browser: what a person does there, with a mouse, with the keyboard, by a link, on a phone; and that nothing of a document runs.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { buildGraph } from '../../graph/build-graph.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { bornInExtractions } from '../support/born-in.ts';
import { find, openPage, SCREENSHOTS, seriousFindings, until, walkFromHopper } from '../support/explorer-page.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { hostileExtraction, HOSTILE_TEXTS } from '../support/hostile-page.ts';
import { sampleExtractions } from '../support/sample-graph.ts';

const opened = (t: ExecutionContext, extractions: readonly Extraction[] = sampleExtractions, link = '', viewport = { width: 1280, height: 800 }, token?: string): Promise<Page | undefined> =>
  openPage(t, { name: 'sample', graph: buildGraph(extractions), documents: documentsOf(extractions) }, DEFAULT_CONFIG, { link, viewport, ...(token === undefined ? {} : { token }) });

const rested = (page: Page): Promise<void> => until(page, 'engramIsStill()');

test('search, click, open, evidence, document, related, path', async (t) => {
  const page = await opened(t);
  if (page === undefined) return;
  await find(page, 'grace hoper');
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');
  t.regex(await page.innerText('#panel'), /dateOfBirth: 1906-12-09/);
  t.regex(await page.innerText('#counts'), /2 documents, 6 entities/);

  await rested(page);
  const place = (await page.evaluate(`engramPlaceOf(location.hash.match(/open=([^&]+)/)[1])`)) as { readonly x: number; readonly y: number };
  const box = (await page.locator('#graph').boundingBox())!;
  await page.mouse.click(box.x + place.x, box.y + place.y);
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');

  await walkFromHopper(t, page, 'explorer');
  t.log(`screenshots in ${SCREENSHOTS}`);
});

test('by the keyboard alone, and by a link that brings the view back', async (t) => {
  const page = await opened(t);
  if (page === undefined) return;
  await page.keyboard.press('Tab');
  await page.keyboard.type('rem');
  await page.waitForSelector('#suggestions li');
  t.is(await page.getAttribute('#query', 'aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  t.is(await page.getAttribute('#query', 'aria-activedescendant'), 'suggestion-0');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#panel h2:has-text("Remington Rand")');
  await page.locator('#types label', { hasText: 'Organization' }).locator('input').uncheck();
  await page.fill('#least', '0.7');
  await page.selectOption('#predicate', 'employer');
  const link = new URL(page.url()).hash;
  t.regex(link, /without=ORG&predicate=employer&least=0\.7/);
  const again = await opened(t, sampleExtractions, link);
  await again!.waitForSelector('#panel h2:has-text("Remington Rand")');
  t.false(await again!.locator('#types label', { hasText: 'Organization' }).locator('input').isChecked());
  t.is(await again!.inputValue('#predicate'), 'employer');
  t.is(new URL(again!.url()).hash, link);
});

test('links that no document states are dashed where they are wanted, and named as such', async (t) => {
  const page = await opened(t, bornInExtractions);
  if (page === undefined) return;
  /** Pixels that the layer of dashed arrows has. */
  const dashed = (): Promise<unknown> => page.evaluate("(() => { const { width, height } = document.querySelector('.sigma-dashed'); return document.querySelector('.sigma-dashed').getContext('2d').getImageData(0, 0, width, height).data.filter((value, at) => at % 4 === 3 && value > 0).length; })()");
  await find(page, 'lena');
  await page.waitForSelector('#panel h2:has-text("Lena")');
  await page.click('#panel button:has-text("Related")');
  await page.waitForSelector('#panel h2:has-text("Related to Lena")');
  t.deepEqual([await page.locator('#panel .inferred').count(), await dashed()], [0, 0]);
  await page.check('#inferred');
  await page.waitForSelector('#panel .inferred');
  t.true(((await dashed()) as number) > 0);
  await page.screenshot({ path: join(SCREENSHOTS, 'inferred.png') });
  const link = new URL(page.url()).hash;
  t.regex(link, /inferred=1/);
  const again = await opened(t, bornInExtractions, link);
  await again!.waitForSelector('#panel h2:has-text("Lena")');
  t.true(await again!.isChecked('#inferred'));
  await page.uncheck('#inferred');
  await page.waitForSelector('#panel .inferred', { state: 'detached' });
  t.is(await dashed(), 0);
});

test('no text of a document runs, and accessibility has no serious finding, wide and narrow, light and dark', async (t) => {
  for (const [width, colorScheme] of [[1280, 'light'], [390, 'dark']] as const) {
    const page = await opened(t, [...sampleExtractions, hostileExtraction], '', { width, height: 800 });
    if (page === undefined) return;
    await page.emulateMedia({ colorScheme });
    await page.evaluate('globalThis.hasRun = 0; globalThis.ran = () => globalThis.hasRun++');
    await find(page, 'mallory');
    await page.waitForSelector('#panel h2:has-text("Mallory")');
    await page.locator('#panel .fact').first().click();
    await page.waitForSelector('blockquote mark');
    await page.locator('#panel button', { hasText: '<script>' }).first().click();
    await page.waitForSelector('.document');
    t.true((await page.innerText('.document')).includes('<img src=x onerror=ran()>'));
    t.is(await page.evaluate('hasRun'), 0);
    t.is(await page.locator('#panel img, #panel script, #panel iframe, #panel svg, #panel a').count(), 0);
    await page.screenshot({ path: join(SCREENSHOTS, `document-${width}-${colorScheme}.png`) });
    t.deepEqual(await seriousFindings(page), [], `${width} ${colorScheme}`);
  }
});

test('a server with a token asks for it and then shows the graph', async (t) => {
  const page = await opened(t, sampleExtractions, '', { width: 1280, height: 800 }, 'secret');
  if (page === undefined) return;
  await page.waitForSelector('#access:not([hidden])');
  t.regex(await page.innerText('#status'), /token/i);
  await page.fill('#token', 'secret');
  await page.click('#access button');
  await page.waitForSelector('#counts:has-text("2 documents")');
});

test('the control: the same names as markup would have run', async (t) => {
  const page = await opened(t);
  if (page === undefined) return;
  await page.goto('about:blank');
  await page.evaluate('globalThis.hasRun = 0; globalThis.ran = () => globalThis.hasRun++');
  await page.evaluate(`document.body.innerHTML = ${JSON.stringify(HOSTILE_TEXTS.join(' '))}`);
  await until(page, 'hasRun > 0');
  t.true(((await page.evaluate('hasRun')) as number) > 0);
});
