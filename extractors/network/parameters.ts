// Trainable weights as plain typed arrays, and the optimiser that moves them.
// Adam: arXiv:1412.6980; rows of a table that were not in the batch are left alone (lazy Adam).

export interface Parameter {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** First and second moment. */
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  /** Elements per row of a lookup table; only rows marked in `touched` are updated. */
  readonly rowSize?: number;
  readonly touched?: Set<number>;
}

export function createParameter(value: Float32Array, rowSize?: number): Parameter {
  return {
    value,
    gradient: new Float32Array(value.length),
    mean: new Float32Array(value.length),
    variance: new Float32Array(value.length),
    ...(rowSize ? { rowSize, touched: new Set<number>() } : {}),
  };
}

export interface AdamOptions {
  readonly learningRate: number;
  /** Largest Euclidean norm of all gradients together; larger ones are scaled down. */
  readonly maxNorm: number;
  /** 1-based count of updates so far, for the bias correction. */
  readonly step: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

function rangesOf(p: Parameter): [number, number][] {
  if (!p.rowSize) return [[0, p.value.length]];
  return [...p.touched!].map((row) => [row * p.rowSize!, (row + 1) * p.rowSize!]);
}

/** One update of every parameter from its gradient, which is then cleared. @returns the norm before clipping */
export function updateWithAdam(parameters: readonly Parameter[], options: AdamOptions): number {
  const ranges = parameters.map(rangesOf);
  let squares = 0;
  parameters.forEach((p, index) => {
    for (const [from, to] of ranges[index]!) for (let i = from; i < to; i++) squares += p.gradient[i]! * p.gradient[i]!;
  });
  const norm = Math.sqrt(squares);
  const scale = norm > options.maxNorm ? options.maxNorm / norm : 1;
  const rate = (options.learningRate * Math.sqrt(1 - BETA2 ** options.step)) / (1 - BETA1 ** options.step);
  parameters.forEach(({ value, gradient, mean, variance, touched }, index) => {
    for (const [from, to] of ranges[index]!) {
      for (let i = from; i < to; i++) {
        const g = gradient[i]! * scale;
        const m = BETA1 * mean[i]! + (1 - BETA1) * g;
        const v = BETA2 * variance[i]! + (1 - BETA2) * g * g;
        mean[i] = m;
        variance[i] = v;
        value[i]! -= (rate * m) / (Math.sqrt(v) + EPSILON);
        gradient[i] = 0;
      }
    }
    touched?.clear();
  });
  return norm;
}
