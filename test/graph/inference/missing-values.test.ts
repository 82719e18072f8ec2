import test from 'ava';
import { linkTable } from '../../../graph/inference/patterns.ts';
import { missingValues } from '../../../graph/inference/missing-values.ts';
import { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { documentIdOf, entityIdOf } from '../../../pipeline/core/ids.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const document = documentIdOf('a');
const names = new Set(['dateOfBirth', 'population']);

/** Parents and children by number; `years` after the parent the child was born. */
function familiesOf(count: number, years: (family: number) => number, isTold: (family: number) => boolean): { readonly graph: KnowledgeGraph; readonly bornOf: Map<string, number> } {
  const graph = new KnowledgeGraph();
  const bornOf = new Map<string, number>();
  let place = 0;
  const provenance = () => [{ documentId: document, sentence: place, start: 0, end: 1, head: [place, place + 1] as const, tail: [place, ++place + 2] as const, extractor: 'test', score: 1 }];
  for (let family = 0; family < count; family++) {
    const [parent, child] = [`parent ${family}`, `child ${family}`];
    for (const [name, year] of [[parent, 1800 + family], [child, 1800 + family + years(family)]] as const) {
      bornOf.set(name, year);
      graph.upsertEntity({ id: entityIdOf('PER', name), type: 'PER', name, aliases: [], mentions: [] });
      if (name === parent || isTold(family)) graph.addAttribute(entityIdOf('PER', name), { name: 'dateOfBirth', value: String(year), surface: String(year), kind: 'date', provenance: provenance() });
    }
    graph.upsertFact({ subject: entityIdOf('PER', child), predicate: 'parent', object: entityIdOf('PER', parent), provenance: provenance() });
  }
  return { graph, bornOf };
}

test('a missing date is reckoned from what a fact joins, in a span that holds as often as it says', (t) => {
  const random = createRandom(7);
  const { graph, bornOf } = familiesOf(400, () => 20 + random.integer(21), (family) => family % 4 === 0);
  const values = missingValues(graph, linkTable(graph), { names });
  t.is(values.length, 300);
  t.true(values.every(({ inferred, pattern, support, from }) => inferred && pattern === 'parent, dateOfBirth ⇒ dateOfBirth' && support === 100 && from.name.startsWith('parent')));
  const said = values[0]!.probability;
  const held = values.filter(({ subject, low, high }) => bornOf.get(subject.name)! >= low && bornOf.get(subject.name)! <= high).length / values.length;
  t.log(`said ${said.toFixed(3)}, held ${held.toFixed(3)}`);
  // Of 300, four standard deviations, and years are whole.
  t.true(said > 0.65 && said < 0.75);
  t.true(held > said - 4 * Math.sqrt((said * (1 - said)) / 300) && held < said + 0.2);
});

test('nothing is reckoned from few cases, from a span that is too wide, or for a value that not everything has', (t) => {
  const few = familiesOf(10, () => 30, (family) => family < 5).graph;
  t.deepEqual(missingValues(few, linkTable(few), { names }), []);
  const wide = familiesOf(60, (family) => 20 + 10 * (family % 30), (family) => family < 40).graph;
  t.deepEqual(missingValues(wide, linkTable(wide), { names }), []);
  const told = familiesOf(60, () => 30, (family) => family < 40).graph;
  t.deepEqual(missingValues(told, linkTable(told), { names: new Set(['dateOfDeath']) }), []);
  t.is(missingValues(told, linkTable(told), { names }).length, 20);
  t.deepEqual(missingValues(new KnowledgeGraph(), linkTable(new KnowledgeGraph()), { names }), []);
});
