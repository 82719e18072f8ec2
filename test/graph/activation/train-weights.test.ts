import test from 'ava';
import { createSnapshot, type SnapshotSource } from '../../../graph/activation/snapshot.ts';
import { spread, strongest, type SpreadOptions } from '../../../graph/activation/spread.ts';
import { trainWeights, type RelevanceExample } from '../../../graph/activation/train-weights.ts';
import type { EntityId } from '../../../pipeline/core/model.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const PEOPLE = 80;
const GROUPS = 16;
const random = createRandom(3);
// Everyone has a firm and a town; people of one firm are relevant to each other, those of one town are not.
const [firmOf, townOf] = [0, 1].map(() => Array.from({ length: PEOPLE }, () => random.integer(GROUPS)));
const source: SnapshotSource = {
  numberEntities: () => Array.from({ length: PEOPLE + 2 * GROUPS }, (_, place) => `e-${String(place).padStart(20, '0')}` as EntityId),
  forEachFact: (visit) => {
    for (let person = 0; person < PEOPLE; person++) {
      visit(person, 'employer', PEOPLE + firmOf![person]!, 0.9);
      visit(person, 'placeOfBirth', PEOPLE + GROUPS + townOf![person]!, 0.9);
    }
  },
  forEachMention: () => {},
};
const examples = Array.from({ length: PEOPLE }, (_, person): RelevanceExample => {
  const relevant = firmOf!.flatMap((firm, other) => (other !== person && firm === firmOf![person] ? [other] : []));
  return { seeds: new Map([[person, 1]]), relevant };
}).filter(({ relevant }) => relevant.length > 0);

/** Mean share of the relevant people that are among the best three people. */
function found(some: readonly RelevanceExample[], predicates: Parameters<typeof createSnapshot>[1], options: SpreadOptions): number {
  const snapshot = createSnapshot(source, predicates);
  const shares = some.map(({ seeds, relevant }) => {
    const best = strongest(spread(snapshot, seeds, options), 3, (node) => node < PEOPLE && !seeds.has(node)).map(({ node }) => node);
    return best.filter((node) => relevant.includes(node)).length / Math.min(3, relevant.length);
  });
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

test('what was found relevant teaches which predicate passes on, for queries that were not seen too', async (t) => {
  const [seen, held] = [examples.slice(0, 50), examples.slice(50)];
  const losses: number[] = [];
  const weights = await trainWeights(source, seen, { epochs: 30, onEpoch: (_, loss) => losses.push(loss) });
  t.true(losses.at(-1)! < losses[0]!);
  t.true(weights.predicates['employer']!.toObject > 2 * weights.predicates['placeOfBirth']!.toObject);
  const [before, after] = [found(held, {}, {}), found(held, weights, weights)];
  t.log(`relevant people among the best three, held-out queries: ${(100 * before).toFixed(0)} % before, ${(100 * after).toFixed(0)} % after`);
  t.true(after > before + 0.2);
  t.deepEqual(await trainWeights(source, seen, { epochs: 1 }), await trainWeights(source, seen, { epochs: 1 }));
});
