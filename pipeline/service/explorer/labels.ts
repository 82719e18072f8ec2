// Names on a canvas, with a rim in the colour of the ground so that they read on lines, and none over another.

/** The room that names have taken. */
export class LabelRoom {
  private readonly taken: (readonly [left: number, top: number, right: number, bottom: number])[] = [];

  clear(): void {
    this.taken.length = 0;
  }

  /** @returns false where something else is, and nothing is taken then */
  take(left: number, top: number, right: number, bottom: number): boolean {
    if (this.taken.some(([l, t, r, b]) => left < r && right > l && top < b && bottom > t)) return false;
    this.taken.push([left, top, right, bottom]);
    return true;
  }
}

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly label: string | null;
}

export interface LabelStyle {
  readonly font: string;
  /** Height in pixels. */
  readonly height: number;
  readonly text: string;
  readonly ground: string;
  /** Of the canvas, in pixels. */
  readonly width: number;
}

const GAP = 4;
const RIM = 3;
const LONGEST = 34;

/** Beside its disc, to the right or at the edge to the left, where there is room. */
export function drawLabel(context: CanvasRenderingContext2D, { x, y, size, label }: Disc, { font, height, text, ground, width }: LabelStyle, room: LabelRoom): void {
  if (label === null || label === '') return;
  const shown = label.length > LONGEST ? `${label.slice(0, LONGEST - 1).trimEnd()}…` : label;
  context.font = font;
  const long = context.measureText(shown).width;
  const left = x + size + GAP + long <= width ? x + size + GAP : x - size - GAP - long;
  if (!room.take(left - GAP, y - height / 2, left + long + GAP, y + height / 2)) return;
  context.lineJoin = 'round';
  context.lineWidth = RIM;
  context.strokeStyle = ground;
  context.strokeText(shown, left, y + height / 3);
  context.fillStyle = text;
  context.fillText(shown, left, y + height / 3);
}
