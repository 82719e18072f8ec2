import { load } from 'cheerio';
import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../../graph/build-graph.ts';
import type { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { pngOf } from '../../../pipeline/picture/png.ts';
import { svgOf } from '../../../pipeline/picture/svg.ts';
import { colourOf } from '../../../pipeline/picture/colours.ts';
import { drawnGraph } from '../../support/drawn-graph.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';
import { HOSTILE_TEXTS } from '../../support/hostile-page.ts';

const pictureOf = (graph: KnowledgeGraph, title = 'A title'): string => svgOf(graph, { title, ids: graph.entityIds() });
/** Throws where a strict parser of XML does. */
const parsed = (svg: string) => {
  pngOf(svg, { scale: 1, systemFonts: false });
  return load(svg, { xml: true });
};

test('every entity is a disc in the colour of its type, every fact an arrow with its predicate, and types are told', (t) => {
  const graph = drawnGraph(['ada born london 0.9', 'ada wrote notes 0.7', 'ada knows bob 0.9', 'bob knows ada 0.9', 'bob likes ada 0.8'], {}, { london: 'LOC', notes: 'WORK' });
  const $ = parsed(svgOf(graph, { title: 'Ada & Co', note: '4 entities', ids: graph.entityIds(), around: new Set([graph.entityIds()[0]!]) }));
  const texts = (selector: string): string[] => $(selector).map((_, each) => $(each).text()).get().sort();
  t.deepEqual(texts('.entities text'), ['ada', 'bob', 'london', 'notes']);
  // What holds both ways is one arrow with two heads.
  t.deepEqual(texts('.predicates text'), ['born', 'knows', 'likes', 'wrote']);
  t.is($('.facts > g').length, 4);
  t.is($('.facts > g').filter((_, each) => $(each).children('path').length === 3).length, 1);
  t.deepEqual([...new Set($('.entities circle[fill!="none"]').map((_, each) => $(each).attr('fill')).get())].sort(), ['PER', 'LOC', 'WORK'].map(colourOf).sort());
  t.deepEqual(texts('.legend text'), ['Larger: more facts. Thicker: likelier.', 'Location', 'Person', 'WORK']);
  t.is($('svg > title').text(), 'Ada & Co');
  t.regex($('svg > desc').text(), /^4 entities, 5 facts: .*ada born london/);
  t.true(texts('.facts title').includes('ada ↔ knows ↔ bob, 90 %'));
  t.true(texts('.entities title').includes('ada (Person), 5 facts'));
});

test('names are text whatever is in them', (t) => {
  const names = Object.fromEntries(HOSTILE_TEXTS.map((text, at) => [`n${at}`, text]));
  const lines = HOSTILE_TEXTS.map((_, at) => `n0 knows n${(at + 1) % HOSTILE_TEXTS.length} 0.9`);
  const $ = parsed(pictureOf(drawnGraph([...lines, 'n0 knows x 0.9'], { ...names, x: 'a\u0000\ud800\u202eb\nc' }), HOSTILE_TEXTS[1]));
  t.deepEqual([...new Set($('*').map((_, each) => $(each).prop('nodeName')).get())].sort(), ['CIRCLE', 'DESC', 'G', 'PATH', 'RECT', 'SVG', 'TEXT', 'TITLE']);
  t.false($('*').get().some((each) => Object.keys($(each).attr() ?? {}).some((name) => /^on|href/.test(name))));
  t.is($('svg > title').text(), HOSTILE_TEXTS[1]);
  t.true($('.entities title').text().includes('<img src=x onerror=ran()> (Person)'));
  t.true($('.entities title').text().includes('a b c (Person)'));
});

test('the same graph is the same picture, in whatever order it was built', (t) => {
  const draw = (graph: KnowledgeGraph): string => pictureOf(graph);
  fc.assert(fc.property(arbitraryCorpus, (corpus) => draw(buildGraph(corpus)) === draw(buildGraph([...corpus].reverse()))), { seed: 11, numRuns: 20 });
  t.pass();
});

test('names are two lines at most, and everything is within the picture', (t) => {
  const long = 'An exceedingly long name of an organization that goes on and on '.repeat(8);
  const graph = drawnGraph(['a knows b 0.9', 'b knows c 0.9', 'a very-long-predicate-that-somebody-made-up-and-that-never-ends c 0.8'], { a: long, b: '漢'.repeat(200), c: 'x'.repeat(300) });
  const svg = pictureOf(graph, long);
  const $ = parsed(svg);
  const [width, height] = ['width', 'height'].map((name) => Number($('svg').attr(name)));
  t.true(width! < 1200 && height! < 1200, `${width} × ${height}`);
  t.is($('.entities text').length, 4);
  t.true($('.entities text').get().every((each) => [...$(each).text()].length <= 45));
  for (const rect of $('.entities rect').get()) {
    const [x, w] = [Number($(rect).attr('x')), Number($(rect).attr('width'))];
    t.true(x >= 0 && x + w <= width!);
  }
});

test('no entity and no fact: still a whole picture', (t) => {
  const $ = parsed(pictureOf(buildGraph([])));
  t.is($('svg > desc').text(), '0 entities, 0 facts.');
});
