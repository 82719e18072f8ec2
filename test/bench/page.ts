// `npm run bench:page [-- --dir .engram/sample --json]`: the page in Chromium, on a built graph and on 50,000 synthetic entities: when it first paints and when its picture
// is there, how large its files are, how long the page is blocked while a picture is laid out, and how many frames a second one sees while moving through it.
import { gzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { formatCount, heading, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { explorerFiles } from '../../pipeline/service/explorer-page.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { openGraphSource, type GraphSource } from '../../pipeline/service/graph-source.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { launchBrowser } from '../support/browser.ts';
import { generateGraph } from './generate-graph.ts';

const SEED = 17;
const SIZE = { entities: 50_000, facts: 100_000, groups: 200 };
const LOADS = 7;
const VIEWPORT = { width: 1280, height: 800 };
const MOVES = 60;
const POLL_MS = 20;
const { values: flags } = parseArgs({ options: { dir: { type: 'string', default: '.engram/sample' }, json: { type: 'boolean', default: false } } });

/** Run in the page before its own script: what it is told of by the browser, kept. */
const WATCH = `
  globalThis.watched = { blocks: [], frames: [], picture: undefined, rest: undefined };
  new PerformanceObserver((list) => watched.blocks.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration]))).observe({ type: 'longtask', buffered: true });
  const look = (time) => {
    watched.frames.push(time);
    if (watched.picture === undefined && document.querySelector('#types input') !== null) watched.picture = performance.now();
    if (watched.picture !== undefined && watched.rest === undefined && engramIsStill()) watched.rest = performance.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

interface Watched {
  readonly blocks: readonly (readonly [start: number, duration: number])[];
  readonly frames: readonly number[];
  readonly picture: number;
  readonly rest: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const watched = async (page: Page): Promise<Watched> => (await page.evaluate('watched')) as Watched;

/** Cold: nothing is kept from one page to the next. */
async function opened(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
  await page.addInitScript(WATCH);
  await page.goto(url);
  while ((await page.evaluate('watched.rest')) === undefined) await page.waitForTimeout(POLL_MS);
  return page;
}

async function loads(browser: Browser, url: string) {
  const times: { paint: number; picture: number; rest: number }[] = [];
  for (let at = 0; at < LOADS; at++) {
    const page = await opened(browser, url);
    const paint = (await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")) as number;
    const { picture, rest } = await watched(page);
    times.push({ paint, picture, rest });
    await page.context().close();
  }
  return { paint: median(times.map(({ paint }) => paint)), picture: median(times.map(({ picture }) => picture)), rest: median(times.map(({ rest }) => rest)) };
}

async function moving(page: Page, move: () => Promise<void>): Promise<number> {
  const from = (await page.evaluate('performance.now()')) as number;
  await move();
  const to = (await page.evaluate('performance.now()')) as number;
  const frames = (await watched(page)).frames.filter((time) => time >= from && time <= to).length;
  return (1000 * frames) / (to - from);
}

async function picture(browser: Browser, url: string, limit: number) {
  const page = await opened(browser, `${url}/#overview=${limit}`);
  const { blocks, picture: began, rest } = await watched(page);
  const longest = Math.max(0, ...blocks.map(([, duration]) => duration));
  const laidOut = Math.max(0, ...blocks.filter(([start]) => start > began).map(([, duration]) => duration));
  const { x, y, width, height } = (await page.locator('#graph').boundingBox())!;
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  const panning = await moving(page, async () => {
    await page.mouse.move(middleX, middleY);
    await page.mouse.down();
    for (let at = 0; at < MOVES; at++) await page.mouse.move(middleX + 150 * Math.sin(at / 5), middleY + 100 * Math.cos(at / 5));
    await page.mouse.up();
  });
  const zooming = await moving(page, async () => {
    for (let at = 0; at < MOVES; at++) {
      await page.mouse.wheel(0, at % 20 < 10 ? -120 : 120);
      await page.waitForTimeout(POLL_MS);
    }
  });
  await page.context().close();
  return { limit, began, rest, longest, laidOut, panning, zooming };
}

async function measure(browser: Browser, source: GraphSource, limits: readonly number[]) {
  const service = await createGraphService(source, DEFAULT_CONFIG);
  const app = await createHttpServer(service);
  service.warm();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const first = await loads(browser, url);
  const pictures = [];
  for (const limit of limits) pictures.push(await picture(browser, url, limit));
  await app.close();
  await service.close();
  return { entities: source.graph.counts.entities, first, pictures };
}

const browser = await launchBrowser();
const page = await browser.newPage();
const renderer = (await page.evaluate(`(() => { const gl = document.createElement('canvas').getContext('webgl2'); return gl.getParameter(gl.getExtension('WEBGL_debug_renderer_info').UNMASKED_RENDERER_WEBGL); })()`)) as string;
await page.close();
const kilobytes = Object.values(await explorerFiles()).reduce((sum, { content }) => sum + gzipSync(content).length, 0) / 1000;
const results = [
  await measure(browser, await openGraphSource(flags.dir, DEFAULT_CONFIG), [300]),
  await measure(browser, { name: 'synthetic', graph: KnowledgeGraph.fromDelta(generateGraph(SIZE, SEED)), documents: new Map() }, [1000, 10_000]),
];
await browser.close();
if (flags.json) printJson({ seed: SEED, renderer, kilobytes, results });
else {
  const ms = (value: number): string => `${formatCount(Math.round(value))} ms`;
  print(`Drawn by ${renderer}, ${VIEWPORT.width} × ${VIEWPORT.height}. The page's files: ${kilobytes.toFixed(0)} KB gzip.`);
  print(heading(`Opening the page with a cold cache, median of ${LOADS}`));
  print(table([['entities', 'first contentful paint', 'picture', 'at rest'], ...results.map(({ entities, first }) => [formatCount(entities), ms(first.paint), ms(first.picture), ms(first.rest)])], [{}, ...Array(3).fill({ align: 'right' })]));
  print(heading('Pictures'));
  print(table([['of entities', 'shown', 'picture', 'at rest', 'longest block', 'while laid out', 'panning', 'zooming'], ...results.flatMap(({ entities, pictures }) => pictures.map(({ limit, began, rest, longest, laidOut, panning, zooming }) => [formatCount(entities), formatCount(limit), ms(began), ms(rest), ms(longest), ms(laidOut), `${panning.toFixed(0)} frames/s`, `${zooming.toFixed(0)} frames/s`]))], [{}, ...Array(7).fill({ align: 'right' })]));
}
process.exit(0);
