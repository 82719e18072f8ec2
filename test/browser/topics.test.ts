// Topics and sentiment on the page, in a real browser: lists, filters, the link that brings them back, and how an entity is spoken of.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { buildGraph } from '../../graph/build-graph.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { find, openPage, SCREENSHOTS, seriousFindings, until } from '../support/explorer-page.ts';
import { documentsOf } from '../support/graph-arbitraries.ts';
import { sampleExtractions } from '../support/sample-graph.ts';

/** The first document speaks well of all and is about ships, the second badly and about tubes. */
const judged = sampleExtractions.map((extraction, at): Extraction => {
  const score = at === 0 ? 0.8 : -0.8;
  return { ...extraction, date: `195${at}-06-01`, sentiment: { model: 'sentiment@test', score, sentences: extraction.sentences.map(() => score), mentions: extraction.mentions.map(() => score) }, topics: { model: 'topics@test', labels: [{ label: at === 0 ? 'ships & <b>seas</b>' : 'tubes', probability: 0.9 }] } };
});

const opened = (t: ExecutionContext, extractions: readonly Extraction[], link = ''): Promise<Page | undefined> => openPage(t, { name: 'judged', graph: buildGraph(extractions), documents: documentsOf(extractions) }, DEFAULT_CONFIG, { link });
const untilVisible = (page: Page, count: number) => until(page, `engramShown().visible === ${count}`);

test('a topic shows its names and documents and hides what is not about it; so does how things are spoken of', async (t) => {
  const page = await opened(t, judged);
  if (page === undefined) return;
  await page.waitForSelector('#types input');
  await untilVisible(page, 4);
  await page.click('#topics');
  await page.waitForSelector('.topics li');
  t.deepEqual(await page.locator('.topics button').allInnerTexts(), ['ships & <b>seas</b>', 'tubes']);
  t.deepEqual(await seriousFindings(page), []);
  await page.click('.topics button:has-text("tubes")');
  await page.waitForSelector('#panel h2:has-text("tubes")');
  await untilVisible(page, 2);
  t.regex(page.url(), /topic=tubes/);
  await page.screenshot({ path: join(SCREENSHOTS, 'topic.png') });
  await page.locator('#panel h3:has-text("Documents") + ul button').click();
  await page.waitForSelector('#panel .document');
  t.regex(await page.innerText('#panel'), /sentiment -0\.80, about tubes/);
  t.deepEqual(await seriousFindings(page), []);

  // What is brought in beside it is held to the same.
  await find(page, 'grace hopper');
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');
  await untilVisible(page, 2);
  await page.click('#topic');
  await untilVisible(page, 4);
  t.true(await page.locator('#topic').isHidden());

  await page.selectOption('#spoken', 'positive');
  await untilVisible(page, 2);
  const again = await opened(t, judged, new URL(page.url()).hash);
  await untilVisible(again!, 2);
  t.is(await again!.inputValue('#spoken'), 'positive');
  await page.selectOption('#spoken', '');
  await untilVisible(page, 4);
});

test('how an entity is spoken of, since when, and in which sentences', async (t) => {
  const page = await opened(t, judged);
  if (page === undefined) return;
  await find(page, 'grace hopper');
  await page.click('#panel button:has-text("How, and where")');
  await page.waitForSelector('#panel h2:has-text("How Grace Hopper is spoken of")');
  t.deepEqual(await page.locator('.periods tr').allInnerTexts(), ['1950-06\t+0.80\t2 well, 0 badly, of 2']);
  t.true((await page.locator('#panel blockquote mark').count()) >= 2);
  t.deepEqual(await seriousFindings(page), []);
  await page.screenshot({ path: join(SCREENSHOTS, 'spoken-of.png') });
  await page.click('#panel button:has-text("Back")');
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');
});

test('without a classifier documents are grouped by what they name; without sentiment nobody is asked about it', async (t) => {
  const page = await opened(t, sampleExtractions);
  if (page === undefined) return;
  await page.click('#topics');
  await page.waitForSelector('#panel h2:has-text("What the documents are about")');
  t.true(await page.locator('#spoken-of').isHidden());
  await find(page, 'grace hopper');
  await page.waitForSelector('#panel h2:has-text("Grace Hopper")');
  t.is(await page.locator('#panel button:has-text("How, and where")').count(), 0);
});
