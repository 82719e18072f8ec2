// A sum of small regression trees, each fitted to what those before leave open (Friedman 2001; second-order steps as Chen & Guestrin 2016),
// starting from log odds that are given.

/** A leaf has a value; a node sends what is below its threshold left. */
export type Tree = { readonly value: number } | { readonly feature: number; readonly threshold: number; readonly left: Tree; readonly right: Tree };

export interface BoostingSettings {
  readonly trees: number;
  readonly depth: number;
  /** Share of each tree that is added. */
  readonly rate: number;
  /** Weight that pulls leaves to nought, in pairs of probability one half. */
  readonly ridge: number;
  /** Examples that a leaf has at least. */
  readonly leastExamples: number;
}

/** @param start log odds of each example before any tree */
export function boostTrees(features: readonly Float64Array[], labels: readonly boolean[], start: Float64Array, settings: BoostingSettings): Tree[] {
  if (features.length === 0) return [];
  const logOdds = start.slice();
  const orders = features[0].length === 0 ? [] : Array.from({ length: features[0].length }, (_, feature) => Uint32Array.from(features.keys()).sort((x, y) => features[x][feature] - features[y][feature] || x - y));
  return Array.from({ length: settings.trees }, () => {
    const probabilities = logOdds.map((z) => 1 / (1 + Math.exp(-z)));
    const gradients = probabilities.map((p, at) => (labels[at] ? 1 : 0) - p);
    const curvatures = probabilities.map((p) => Math.max(1e-6, p * (1 - p)));
    const tree = growTree(features, gradients, curvatures, orders, settings, settings.depth);
    for (let at = 0; at < logOdds.length; at++) logOdds[at] += valueOfTree(tree, features[at]);
    return tree;
  });
}

export function valueOfTree(tree: Tree, features: Float64Array): number {
  let at = tree;
  while ('feature' in at) at = features[at.feature] < at.threshold ? at.left : at.right;
  return at.value;
}

function growTree(features: readonly Float64Array[], gradients: Float64Array, curvatures: Float64Array, orders: readonly Uint32Array[], settings: BoostingSettings, depth: number): Tree {
  const { rate, ridge, leastExamples } = settings;
  const pull = ridge / 4;
  let [gradient, curvature] = [0, 0];
  const members = orders[0] ?? new Uint32Array();
  for (const at of members.slice().sort()) {
    gradient += gradients[at];
    curvature += curvatures[at];
  }
  const leaf = { value: (rate * gradient) / (curvature + pull) };
  if (depth === 0 || members.length < 2 * leastExamples) return leaf;
  let best: { gain: number; feature: number; threshold: number } | undefined;
  for (const [feature, order] of orders.entries()) {
    let [g, h] = [0, 0];
    for (let place = 0; place + 1 < order.length; place++) {
      g += gradients[order[place]];
      h += curvatures[order[place]];
      const [here, next] = [features[order[place]][feature], features[order[place + 1]][feature]];
      if (here === next || place + 1 < leastExamples || order.length - place - 1 < leastExamples) continue;
      const gain = g ** 2 / (h + pull) + (gradient - g) ** 2 / (curvature - h + pull) - gradient ** 2 / (curvature + pull);
      if (gain > (best?.gain ?? 1e-9)) best = { gain, feature, threshold: (here + next) / 2 };
    }
  }
  if (best === undefined) return leaf;
  const { feature, threshold } = best;
  const part = (isLeft: boolean): Uint32Array[] => orders.map((order) => order.filter((at) => features[at][feature] < threshold === isLeft));
  const grow = (isLeft: boolean): Tree => growTree(features, gradients, curvatures, part(isLeft), settings, depth - 1);
  return { feature, threshold, left: grow(true), right: grow(false) };
}
