import test from 'ava';
import fc from 'fast-check';
import { EntityResolver } from '../../../graph/resolve/entity-resolver.ts';
import type { Decision, Extraction } from '../../../pipeline/core/model.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';

const functional = new Set(['dateOfBirth', 'dateOfDeath']);

function resolverOf(corpus: readonly Extraction[], decisions: readonly Decision[] = []): EntityResolver {
  const resolver = new EntityResolver({ functional, decisions });
  for (const extraction of corpus) resolver.add(extraction);
  return resolver;
}

const shown = (resolver: EntityResolver): unknown =>
  resolver.clusters().map(({ type, anchor, appearances }) => [type, anchor, appearances.map(({ documentId, entity }) => `${documentId} ${entity.key}`).sort()]);

const shuffled = arbitraryCorpus.chain((corpus) => fc.tuple(fc.constant(corpus), fc.shuffledSubarray(corpus, { minLength: corpus.length })));

test('documents added one by one in any order, and looked at in between, give what all of them give at once', (t) => {
  fc.assert(
    fc.property(shuffled, ([corpus, order]) => {
      const resolver = resolverOf([]);
      for (const extraction of order) {
        resolver.add(extraction);
        resolver.clusters();
      }
      t.deepEqual(shown(resolver), shown(resolverOf(corpus)));
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('documents that are removed leave what the others give by themselves', (t) => {
  fc.assert(
    fc.property(shuffled, fc.nat(6), fc.boolean(), ([corpus, order], count, looks) => {
      const resolver = resolverOf(corpus);
      resolver.clusters();
      for (const { id } of order.slice(0, count)) {
        resolver.remove(id);
        if (looks) resolver.clusters();
      }
      t.deepEqual(shown(resolver), shown(resolverOf(order.slice(count))));
    }),
    { numRuns: 300, seed: 8 },
  );
});

test('every appearance is in exactly one cluster, of its own type', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const resolver = resolverOf(corpus);
      const clusters = resolver.clusters();
      const all = clusters.flatMap(({ appearances }) => appearances);
      t.is(new Set(all).size, all.length);
      t.is(new Set(clusters.map(({ type, anchor }) => `${type} ${anchor}`)).size, clusters.length);
      for (const { type, appearances } of clusters) t.true(appearances.length > 0 && appearances.every(({ entity }) => entity.type === type));
    }),
    { numRuns: 300, seed: 9 },
  );
});

test('what people decided holds', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, fc.nat(), fc.nat(), fc.boolean(), (corpus, i, j, same) => {
      const all = resolverOf(corpus).clusters().flatMap(({ appearances }) => appearances);
      if (all.length === 0) return;
      const [a, b] = [all[i % all.length], all[j % all.length]];
      if (a.entity.type !== b.entity.type || a.documentId === b.documentId) return;
      const referenceOf = ({ documentId, entity: { type, key } }: typeof a): Decision['a'] => ({ documentId, type, key });
      const clusters = resolverOf(corpus, [{ a: referenceOf(a), b: referenceOf(b), same }]).clusters();
      const clusterOf = (wanted: typeof a): number => clusters.findIndex(({ appearances }) => appearances.some(({ documentId, entity }) => documentId === wanted.documentId && entity.key === wanted.entity.key && entity.type === wanted.entity.type));
      t.is(clusterOf(a) === clusterOf(b), same);
    }),
    { numRuns: 500, seed: 10 },
  );
});
