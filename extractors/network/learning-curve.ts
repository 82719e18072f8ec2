// The learning curve of a training as an SVG picture: loss of the training and score of each development set by epoch.
import type { EpochReport } from './fit.ts';

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = { left: 48, right: 170, top: 24, bottom: 40 } as const;
const COLOURS = ['#0b6e99', '#b5541c', '#3d7a3d', '#7b4b94', '#8a6d00'] as const;
const LOSS_COLOUR = '#888888';
const TICKS = 5;

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

export function learningCurveSvg(curve: readonly EpochReport[]): string {
  const names = Object.keys(curve[0]?.scores ?? {});
  const scores = names.map((name, index): Line => ({ name, colour: COLOURS[index % COLOURS.length]!, values: curve.map(({ scores: by }) => by[name]!) }));
  const all = scores.flatMap(({ values }) => values);
  const [low, high] = all.length > 0 ? [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all))] : [0, 100];
  const losses = curve.map(({ loss }) => loss);
  const mostLoss = Math.max(...losses, 1e-9);
  const x = (index: number): number => MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * index) / Math.max(1, curve.length - 1);
  const y = (share: number): number => HEIGHT - MARGIN.bottom - (HEIGHT - MARGIN.top - MARGIN.bottom) * share;
  const path = ({ values, colour }: Line, shareOf: (value: number) => number, dash = ''): string => {
    const points = values.map((value, index) => `${x(index).toFixed(1)},${y(shareOf(value)).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${points}"/>`;
  };
  const text = (at: readonly [number, number], words: string, more = ''): string => `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}"${more}>${escapeText(words)}</text>`;
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => {
    const share = tick / TICKS;
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(share)}" y2="${y(share)}" stroke="#dddddd"/>${text([MARGIN.left - 6, y(share) + 4], (low + share * (high - low)).toFixed(1), ' text-anchor="end"')}`;
  });
  const legend = [...scores, { name: 'training loss', colour: LOSS_COLOUR, values: losses }].map((line, index) => {
    const last = line.values.at(-1)?.toFixed(line.colour === LOSS_COLOUR ? 3 : 1) ?? '';
    return text([WIDTH - MARGIN.right + 12, MARGIN.top + 16 + index * 20], `${line.name} ${last}`, ` fill="${line.colour}"`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>Learning curve</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${ticks.join('\n')}
${scores.map((line) => path(line, (value) => (value - low) / Math.max(1e-9, high - low))).join('\n')}
${path({ name: '', colour: LOSS_COLOUR, values: losses }, (value) => value / mostLoss, ' stroke-dasharray="4 4"')}
${curve.map(({ epoch }, index) => text([x(index), HEIGHT - MARGIN.bottom + 18], String(epoch), ' text-anchor="middle"')).join('\n')}
${text([MARGIN.left, 14], 'score, percent (dashed: loss, to its own scale)')}
${text([(MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 6], 'epoch', ' text-anchor="middle"')}
${legend.join('\n')}
</svg>
`;
}

function escapeText(words: string): string {
  return words.replace(/[<>&]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c]!);
}
