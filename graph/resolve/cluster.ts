// TEMPORARY
export interface WeighedPairs { readonly a: Uint32Array; readonly b: Uint32Array; readonly logOdds: Float32Array }
export function clusterPairs(count: number, pairs: WeighedPairs, { same = [], different = [] }: { same?: readonly (readonly [number, number])[]; different?: readonly (readonly [number, number])[] } = {}): Uint32Array {
  const clusterOf = Array.from({ length: count }, (_, index) => index);
  const members = new Map<number, number[]>(clusterOf.map((index) => [index, [index]]));
  const odds = new Map<number, number>();
  for (let i = 0; i < pairs.a.length; i++) odds.set(pairs.a[i] * count + pairs.b[i], pairs.logOdds[i]);
  const bad = new Set(different.map(([a, b]) => Math.min(a, b) * count + Math.max(a, b)));
  const join = (a: number, b: number, must: boolean): void => {
    const [x, y] = [clusterOf[a], clusterOf[b]].sort((p, q) => p - q) as [number, number];
    if (x === y) return;
    const [one, other] = [members.get(x)!, members.get(y)!];
    let sum = 0;
    for (const i of one) for (const j of other) { const k = Math.min(i, j) * count + Math.max(i, j); if (bad.has(k)) return; sum += odds.get(k) ?? -0.1; }
    if (!must && sum <= 0) return;
    for (const j of other) clusterOf[j] = x;
    one.push(...other); members.delete(y);
  };
  for (const [a, b] of same) join(a, b, true);
  const order = Array.from(pairs.a.keys()).filter((i) => pairs.logOdds[i] > 0).sort((p, q) => pairs.logOdds[q] - pairs.logOdds[p] || pairs.a[p] - pairs.a[q] || pairs.b[p] - pairs.b[q]);
  for (const i of order) join(pairs.a[i], pairs.b[i], false);
  return Uint32Array.from(clusterOf);
}
