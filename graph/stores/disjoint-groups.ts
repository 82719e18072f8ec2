// Rows that writers may write side by side, because no two of them touch a node in common, of those that are told here: over these neither waits for the other.

/**
 * Nodes are spread over 2 · writers classes by a hash of their id; a group holds the rows between two classes, and the rounds are those of a tournament in which each
 * class meets each other once (circle method: Kirkman 1847). Rows within one class go with its first pair.
 * @param nodesOf ids of the one or two nodes that a row touches
 * @returns rounds of groups, at most `writers` a round; within a round no node is in two groups. Each keeps the order of the rows
 */
export function disjointGroups<Row>(rows: readonly Row[], nodesOf: (row: Row) => readonly string[], writers: number): Row[][][] {
  if (writers === 1) return rows.length === 0 ? [] : [[[...rows]]];
  const classes = 2 * writers;
  const rounds: Row[][][] = Array.from({ length: classes - 1 }, () => Array.from({ length: writers }, () => []));
  for (const row of rows) {
    const [a, b = a] = nodesOf(row).map((id) => hash(id) % classes) as [number, number?];
    const [round, group] = placeOf(a, b, classes);
    rounds[round]![group]!.push(row);
  }
  return rounds.map((groups) => groups.filter(({ length }) => length > 0)).filter(({ length }) => length > 0);
}

/** One class stays where it is, the others move on by one each round: in round r those meet that add up to 2 · r. */
function placeOf(a: number, b: number, classes: number): readonly [round: number, group: number] {
  const moving = classes - 1;
  const [low, high] = a < b ? [a, b] : [b, a];
  const round = low === high ? 0 : high === moving ? low : (((low + high) * (moving + 1)) / 2) % moving;
  // How far a class stands from the one that meets the fixed class.
  const away = (each: number): number => (each === moving ? 0 : Math.min((each - round + moving) % moving, (round - each + moving) % moving));
  return [round, away(low)];
}

/** FNV-1a of the UTF-16 units. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) value = Math.imul(value ^ id.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
