// The explorer as one file, opened from the disk with no network: search, facts, evidence, documents, what is related, the path; and nothing of a document runs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { buildGraph } from '../../graph/build-graph.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { depict, type DepictOptions } from '../../pipeline/depict.ts';
import { startBrowser } from '../support/browser.ts';
import { find, SCREENSHOTS, until, walkFromHopper } from '../support/explorer-page.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { hostileExtraction, HOSTILE_TEXTS } from '../support/hostile-page.ts';
import { sampleExtractions } from '../support/sample-graph.ts';

async function pageOf(extractions: readonly Extraction[], options: DepictOptions = {}): Promise<string> {
  const { piece } = await depict({ graph: buildGraph(extractions), documents: documentsOf(extractions) }, 'sample', DEFAULT_CONFIG, 'html', options);
  return piece.content as string;
}

/** @returns the page, every address it asked for, and what the browser found wrong with it */
async function opened(t: ExecutionContext, html: string): Promise<{ readonly page: Page; readonly asked: readonly string[]; readonly wrong: readonly string[] } | undefined> {
  const browser = await startBrowser(t);
  if (browser === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'engram-page-'));
  await writeFile(join(folder, 'graph.html'), html);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, offline: true });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
  t.teardown(async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  });
  await page.addInitScript('globalThis.hasRun = 0; globalThis.ran = () => globalThis.hasRun++');
  await page.goto(pathToFileURL(join(folder, 'graph.html')).href);
  return { page, asked, wrong };
}

test('from a disk, without a network: search, evidence, document, related, path, filters, and a link that brings the view back', async (t) => {
  const found = await opened(t, await pageOf(sampleExtractions));
  if (found === undefined) return;
  const { page, asked, wrong } = found;
  // What has facts is there at first.
  await until(page, 'engramShown().entities === 4 && engramShown().facts === 3');
  t.is(await page.title(), 'sample – Engram');
  t.regex(await page.innerText('#counts'), /2 documents, 6 entities, 3 facts/);
  await find(page, 'j presper ekert');
  await page.waitForSelector('#panel h2:has-text("J. Presper Eckert")');
  await find(page, 'grace hoper');
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');
  t.regex(await page.innerText('#panel'), /dateOfBirth: 1906-12-09/);

  await walkFromHopper(t, page, 'file');

  await page.locator('#types input').first().uncheck();
  await page.fill('#least', '0.65');
  const link = page.url();
  t.regex(link, /#.*without=LOC.*least=0\.65/);
  await page.reload();
  await page.waitForSelector('#types input');
  t.false(await page.locator('#types input').first().isChecked());
  t.is(page.url(), link);
  t.true(asked.every((url) => url.startsWith('file:') || url.startsWith('data:')), asked.join('\n'));
  t.deepEqual(wrong, []);
});

test('only what lies around some entities is in the file', async (t) => {
  const html = await pageOf(sampleExtractions, { around: ['eckert'], hops: 1 });
  t.true(html.includes('Remington Rand'));
  t.false(html.includes('placeOfBirth"'));
  const found = await opened(t, html);
  if (found === undefined) return;
  await found.page.waitForSelector('#panel h2:has-text("J. Presper Eckert")');
  t.regex(await found.page.innerText('#counts'), /2 documents, 2 entities, 1 fact/);
});

test('no text of a document runs, and none ends the data that it is in', async (t) => {
  const html = await pageOf([...sampleExtractions, hostileExtraction]);
  const found = await opened(t, html);
  if (found === undefined) return;
  const { page, wrong } = found;
  await find(page, 'mallory');
  await page.waitForSelector('#panel h2:has-text("Mallory")');
  await page.locator('#panel .fact').first().click();
  await page.waitForSelector('blockquote mark');
  await page.locator('#panel button', { hasText: '<script>' }).first().click();
  await page.waitForSelector('.document');
  for (const text of HOSTILE_TEXTS) t.true((await page.innerText('.document')).includes(text), text);
  t.is(await page.evaluate('hasRun'), 0);
  t.is(await page.locator('#panel img, #panel script, #panel iframe, #panel svg, #panel a').count(), 0);
  await page.screenshot({ path: join(SCREENSHOTS, 'file-hostile.png') });
  t.deepEqual(wrong, []);
});

test('the control: written as they are the same texts run, and the policy alone stops them too', async (t) => {
  const html = await pageOf([...sampleExtractions, hostileExtraction]);
  const written = html.replaceAll('\\u003c', '<');
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
  t.regex(html, policy);
  const [free, held] = [await opened(t, written.replace(policy, '')), await opened(t, written)];
  if (free === undefined || held === undefined) return;
  await until(free.page, 'hasRun > 0');
  t.true(held.wrong.some((text) => text.includes('Content Security Policy')), held.wrong.join('\n'));
  t.is(await held.page.evaluate('hasRun'), 0);
});

test('what is too large for a page is told, with the limit and what to do', async (t) => {
  const large = sampleExtractions.map((extraction, at) => (at === 0 ? { ...extraction, text: extraction.text + ' '.repeat(30 * 2 ** 20) } : extraction));
  await t.throwsAsync(() => pageOf(large), { instanceOf: EngramError, message: /A page of 6 entities and 2 documents would hold 30 MiB, and a browser is given at most 24 MiB: .*--around NAME.*--limit.*engram serve/ });
  await t.throwsAsync(() => pageOf(large, { around: ['hopper'] }), { instanceOf: EngramError, message: /smaller --limit or --hops/ });
});
