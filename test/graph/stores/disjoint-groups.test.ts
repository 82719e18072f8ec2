import test from 'ava';
import fc from 'fast-check';
import { disjointGroups } from '../../../graph/stores/disjoint-groups.ts';

const node = fc.integer({ min: 0, max: 40 }).map((number) => `e-${number}`);
const rows = fc.array(fc.oneof(fc.tuple(node), fc.tuple(node, node)).map((nodes) => ({ nodes })), { maxLength: 200 });

test('every row is in one group, in order, and within a round no node is in two groups', (t) => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 6 }), (all, writers) => {
      const rounds = disjointGroups(all, ({ nodes }) => nodes, writers);
      t.deepEqual(rounds.flat(2).map((row) => all.indexOf(row)).sort((a, b) => a - b), all.map((_, at) => at));
      for (const groups of rounds) {
        t.true(groups.length >= 1 && groups.length <= writers);
        const seen = groups.map((group) => new Set(group.flatMap(({ nodes }) => nodes)));
        for (const [at, own] of seen.entries()) for (const other of seen.slice(at + 1)) t.true([...own].every((id) => !other.has(id)));
        for (const group of groups) t.deepEqual(group, [...group].sort((a, b) => all.indexOf(a) - all.indexOf(b)));
      }
    }),
  );
});

test('many rows between many nodes keep all writers busy', (t) => {
  const all = Array.from({ length: 20_000 }, (_, at) => [`e-${(at * 7919) % 5000}`, `e-${(at * 104_729) % 5000}`]);
  for (const writers of [2, 4, 8]) {
    const rounds = disjointGroups(all, (nodes) => nodes, writers);
    t.is(rounds.length, 2 * writers - 1);
    const longest = rounds.reduce((sum, groups) => sum + Math.max(...groups.map(({ length }) => length)), 0);
    t.true(longest < (1.35 * all.length) / writers, `${writers} writers: the longest groups hold ${longest} of ${all.length}`);
  }
});
