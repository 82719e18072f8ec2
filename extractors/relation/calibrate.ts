// The two numbers that make scores into probabilities that mean what they say, fitted to labelled pairs (Platt 1999).

export interface JudgedScore {
  readonly score: number;
  readonly isRight: boolean;
}

const ITERATIONS = 100;
const HALVINGS = 30;
const RIDGE = 1e-6;
const SMALLEST_GAIN = 1e-9;

/** @returns slope and offset of least log loss, by Newton's method with step halving; [1, 0] where there is nothing to fit */
export function fitCalibration(judged: readonly JudgedScore[]): readonly [slope: number, offset: number] {
  if (!judged.some(({ isRight }) => isRight) || judged.every(({ isRight }) => isRight)) return [1, 0];
  const lossAt = (a: number, b: number): number =>
    judged.reduce((sum, { score, isRight }) => {
      const x = (isRight ? -1 : 1) * (a * score + b);
      return sum + Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }, 0);
  let [slope, offset] = [1, 0];
  let loss = lossAt(slope, offset);
  for (let step = 0; step < ITERATIONS; step++) {
    let [ga, gb, aa, ab, bb] = [0, 0, RIDGE, 0, RIDGE];
    for (const { score, isRight } of judged) {
      const p = 1 / (1 + Math.exp(-(slope * score + offset)));
      const [error, curvature] = [p - Number(isRight), p * (1 - p)];
      ga += error * score;
      gb += error;
      aa += curvature * score * score;
      ab += curvature * score;
      bb += curvature;
    }
    const determinant = aa * bb - ab * ab;
    const [da, db] = [(ga * bb - gb * ab) / determinant, (gb * aa - ga * ab) / determinant];
    const before = loss;
    let size = 1;
    for (let halving = 0; halving < HALVINGS; halving++, size /= 2) {
      const tried = lossAt(slope - size * da, offset - size * db);
      if (!(tried < loss)) continue;
      [slope, offset, loss] = [slope - size * da, offset - size * db, tried];
      break;
    }
    if (before - loss < SMALLEST_GAIN * judged.length) break;
  }
  return [slope, offset];
}
