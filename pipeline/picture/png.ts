// A picture as pixels, of its SVG text (resvg). It brings its own font, so that a machine without fonts shows the same; names in scripts that this has not
// are drawn with the fonts of the system, where there are some.
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { EngramError } from '../core/errors.ts';
import { FONT } from './svg.ts';

export interface PngOptions {
  /** Pixels for each unit of the SVG. */
  readonly scale?: number;
  readonly systemFonts?: boolean;
}

const { resolve } = createRequire(import.meta.url);
/** Names and predicates, and the title. */
const FONT_FILES = ['400Regular', '600SemiBold'].map((weight) => resolve(`@expo-google-fonts/inter/${weight}/Inter_${weight}.ttf`));
const MOST_PIXELS = 100e6;

/** @throws EngramError `ENGRAM_USAGE` where the picture would have more pixels than viewers open */
export function pngOf(svg: string, { scale = 2, systemFonts = true }: PngOptions = {}): Uint8Array {
  const picture = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { fontFiles: FONT_FILES, loadSystemFonts: systemFonts, defaultFontFamily: FONT, sansSerifFamily: FONT } });
  if (picture.width * picture.height * scale ** 2 > MOST_PIXELS) throw new EngramError('ENGRAM_USAGE', { problem: `The picture would have more than ${MOST_PIXELS / 1e6} million pixels; take a smaller --scale, a smaller --limit, or --format svg.` });
  return picture.render().asPng();
}
