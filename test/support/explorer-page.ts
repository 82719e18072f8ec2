// The page opened in a real browser, for tests of it: what goes wrong in it fails the test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import type { Config } from '../../pipeline/core/config.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import type { GraphSource } from '../../pipeline/service/graph-source.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { startBrowser } from './browser.ts';

export const SCREENSHOTS = join('.engram', 'screenshots');

export interface PageOptions {
  readonly link?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly token?: string;
}

/** Undefined where there is no browser. */
export async function openPage(t: ExecutionContext, source: GraphSource, config: Config, { link = '', viewport = { width: 1280, height: 800 }, token }: PageOptions = {}): Promise<Page | undefined> {
  const browser = await startBrowser(t);
  if (browser === undefined) return undefined;
  const service = await createGraphService(source, config);
  const app = await createHttpServer(service, { mostDelay: 0, ...(token === undefined ? {} : { token }) });
  service.warm();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => t.fail(String(error)));
  // That a token is needed the browser says by itself.
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('401')) t.fail(message.text()); });
  t.teardown(async () => {
    await page.close();
    await app.close();
    await service.close();
    await source.build?.close();
  });
  await page.goto(`${url}/${link}`);
  return page;
}

/** Waits for what a script says; the policy of the page does not let the page itself wait for it. */
export async function until(page: Page, condition: string): Promise<void> {
  while (!(await page.evaluate(condition))) await page.waitForTimeout(20);
}

export async function find(page: Page, text: string): Promise<void> {
  await page.fill('#query', text);
  await page.waitForSelector('#suggestions li');
  await page.keyboard.press('Enter');
}

/** From what the panel tells of Grace Hopper in the sample: evidence, its document, what is related, a path. @param name of the screenshots */
export async function walkFromHopper(t: ExecutionContext, page: Page, name: string): Promise<void> {
  await page.locator('#panel li', { hasText: 'placeOfBirth' }).locator('.fact').click();
  await page.waitForSelector('blockquote mark');
  t.deepEqual(await page.locator('blockquote mark').allInnerTexts(), ['Grace Hopper', 'New York City']);
  await page.click('button:has-text("hopper.txt")');
  await page.waitForSelector('.document #sentence');
  t.true((await page.locator('.document mark').count()) >= 4);
  await page.click('button:has-text("Back")');
  await page.click('button:has-text("Back")');

  await page.click('#panel button:has-text("Related")');
  await page.waitForSelector('#panel h2:has-text("Related to Grace Hopper")');
  t.true((await page.locator('#panel li').count()) >= 3);
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-related.png`) });

  await find(page, 'grace hopper');
  await page.click('#panel button:has-text("Path from here")');
  await find(page, 'eckert');
  await page.waitForSelector('#panel h2:has-text("From Grace Hopper to J. Presper Eckert")');
  t.is(await page.locator('#panel li blockquote').count(), 2);
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-path.png`) });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious findings of axe-core, each with the first element it is about. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // The policy of the page forbids scripts from elsewhere: this one is run by the browser's own hand.
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as { readonly violations: readonly { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string }[] }[] };
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id} ${nodes[0]!.html}`);
}
