// The page on a graph of 50,000 entities: what a person does there works as on a small one, and a picture of ten thousand does not keep the page from answering.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { generateGraph } from '../bench/generate-graph.ts';
import { startBrowser } from '../support/browser.ts';

const SIZE = { entities: 50_000, facts: 100_000, groups: 200 };
const SEED = 5;
const graph = KnowledgeGraph.fromDelta(generateGraph(SIZE, SEED));
/** With most facts: more than are shown at once. */
const hub = graph.entities().reduce((a, b) => (graph.factCount(b.id) > graph.factCount(a.id) ? b : a));
const VIEWPORT = { width: 1280, height: 800 };

let url = '';
let closing: () => Promise<void>;
test.before(async () => {
  const service = await createGraphService({ name: 'large', graph, documents: new Map() }, DEFAULT_CONFIG);
  service.warm();
  const app = await createHttpServer(service, { mostDelay: 0 });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  closing = () => app.close();
  // What has kept the server busy until now would have it turn the first requests away.
  while (!(await fetch(`${url}/overview?limit=10000`)).ok) await wait(200);
});

test.after.always(() => closing());

async function opened(t: ExecutionContext, link: string): Promise<Page | undefined> {
  const browser = await startBrowser(t);
  if (browser === undefined) return undefined;
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.on('pageerror', (error) => t.fail(String(error)));
  await page.goto(`${url}/${link}`);
  return page;
}

const shownOf = async (page: Page): Promise<{ readonly entities: number; readonly facts: number }> => (await page.evaluate('engramShown()')) as { readonly entities: number; readonly facts: number };

test.serial('search, choose, neighbours with more of them, related, path', async (t) => {
  const page = await opened(t, '');
  if (page === undefined) return;
  await page.waitForSelector('#types input');
  t.is((await shownOf(page)).entities, 300);
  await page.fill('#query', hub.name);
  await page.waitForSelector('#suggestions li');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#panel h2:has-text("${hub.name}")`);
  const facts = graph.factCount(hub.id);
  t.true(facts > 60, `${facts} facts`);
  t.true((await page.innerText('#panel')).includes(`The 60 likeliest of ${facts} facts.`));
  t.is(await page.locator('#panel .fact').count(), 60);
  const before = await shownOf(page);
  await page.click('#panel button:has-text("More")');
  // The policy of the page lets nobody wait for what a text says.
  while ((await page.locator('#panel .fact').count()) === 60) await page.waitForTimeout(20);
  t.is(await page.locator('#panel .fact').count(), Math.min(120, facts));
  t.true((await shownOf(page)).facts > before.facts);

  await page.click('#panel button:has-text("Related")');
  await page.waitForSelector(`#panel h2:has-text("Related to ${hub.name}")`);
  t.is(await page.locator('#panel li').count(), 25);

  const far = graph.entity(graph.neighbours(graph.neighbours(hub.id)[0]!).find((id) => id !== hub.id && !graph.neighbours(hub.id).includes(id))!)!;
  await page.fill('#query', hub.name);
  await page.waitForSelector('#suggestions li');
  await page.keyboard.press('Enter');
  await page.click('#panel button:has-text("Path from here")');
  await page.fill('#query', far.name);
  await page.waitForSelector('#suggestions li');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#panel h2:has-text("From ${hub.name} to ${far.name}")`);
  t.true((await page.locator('#panel li').count()) >= 2);
});

test.serial('ten thousand entities are shown, and the page answers while they are laid out', async (t) => {
  const page = await opened(t, '#overview=10000');
  if (page === undefined) return;
  const began = performance.now();
  await page.waitForSelector('#types input');
  t.log(`filled after ${Math.round(performance.now() - began)} ms`);
  const isStill = (await page.evaluate('engramIsStill()')) as boolean;
  const { x, y } = (await page.evaluate(`engramPlaceOf("${hub.id}")`)) as { readonly x: number; readonly y: number };
  t.true(x > 0 && y > 0);
  t.false(isStill, 'it is still being laid out');
  await page.fill('#query', hub.name);
  await page.waitForSelector('#suggestions li');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`#panel h2:has-text("${hub.name}")`);
  t.false((await page.evaluate('engramIsStill()')) as boolean, 'it answered before it was laid out');
  t.log(`answered after ${Math.round(performance.now() - began)} ms`);
  t.true((await shownOf(page)).entities >= 10_000);
  while (!(await page.evaluate('engramIsStill()'))) await page.waitForTimeout(100);
  t.log(`at rest after ${Math.round(performance.now() - began)} ms`);
  await page.waitForTimeout(1000);
  const box = (await page.locator('#graph').boundingBox())!;
  const place = (await page.evaluate(`engramPlaceOf("${hub.id}")`)) as { readonly x: number; readonly y: number };
  await page.mouse.move(box.x + place.x, box.y + place.y);
  t.is(await page.evaluate(`document.getElementById('graph').style.cursor`), 'pointer');
  await page.screenshot({ path: join('.engram', 'screenshots', 'ten-thousand.png') });
});
