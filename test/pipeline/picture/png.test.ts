import test from 'ava';
import { PNG } from 'pngjs';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { pngOf, type PngOptions } from '../../../pipeline/picture/png.ts';
import { svgOf } from '../../../pipeline/picture/svg.ts';
import { drawnGraph } from '../../support/drawn-graph.ts';

const decoded = (svg: string, options?: PngOptions): PNG => PNG.sync.read(Buffer.from(pngOf(svg, options)));
const graph = drawnGraph(['ada born london 0.9', 'ada wrote notes 0.7'], { ada: 'Ada Lovelace', notes: 'Łódź Ελλάς Москва' }, { london: 'LOC' });
const svg = svgOf(graph, { title: 'Ada Lovelace', ids: graph.entityIds() });
const [width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number) as [number, number];

function darkPixels({ data }: PNG): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at]! + data[at + 1]! + data[at + 2]! < 200) count++;
  return count;
}

test('twice as large as the SVG where nothing else is said, opaque and not blank', (t) => {
  const png = decoded(svg);
  t.true(Math.abs(png.width - 2 * width) <= 1 && Math.abs(png.height - 2 * height) <= 1, `${png.width} × ${png.height} of ${width} × ${height}`);
  t.true(Math.abs(decoded(svg, { scale: 1 }).width - width) <= 1);
  t.true(png.data.every((value, at) => at % 4 !== 3 || value === 255));
  t.deepEqual([...png.data.subarray(0, 3)], [255, 255, 255]);
  // The colours of both types are there.
  const has = (red: number, green: number, blue: number): boolean => png.data.some((value, at) => at % 4 === 0 && value === red && png.data[at + 1] === green && png.data[at + 2] === blue);
  t.true(has(0xd5, 0x5e, 0x00) && has(0x00, 0x9e, 0x73));
});

test('text is drawn where the system has no font: each name, in Latin, Greek and Cyrillic letters', (t) => {
  const withText = darkPixels(decoded(svg, { systemFonts: false }));
  const without = darkPixels(decoded(svg.replace(/<text[^]*?<\/text>/g, ''), { systemFonts: false }));
  t.true(withText > without + 1000, `${withText} dark pixels with text, ${without} without`);
  for (const word of ['Łódź', 'Ελλάς', 'Москва']) t.true(withText > darkPixels(decoded(svg.replaceAll(word, ''), { systemFonts: false })) + 50, word);
});

test('where there are other fonts, the same text is drawn with the same font', (t) => {
  t.deepEqual(pngOf(svg, { systemFonts: true }), pngOf(svg, { systemFonts: false }));
});

test('more pixels than can be opened are refused', (t) => {
  t.throws(() => pngOf(svg, { scale: 100 }), { instanceOf: EngramError, message: /more than 100 million pixels; take a smaller --scale/ });
});
