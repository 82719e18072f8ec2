import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../graph/build-graph.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { nameKey } from '../../pipeline/core/names/normalize-name.ts';
import { arbitraryCorpus } from '../support/graph-arbitraries.ts';

const SEED = 1912;
const runs = { seed: SEED, numRuns: 300 };

test('any order of the documents gives the same graph, byte for byte', (t) => {
  fc.assert(
    fc.property(
      arbitraryCorpus.chain((corpus) => fc.tuple(fc.constant(corpus), fc.shuffledSubarray(corpus, { minLength: corpus.length }))),
      ([corpus, shuffled]) => JSON.stringify(buildGraph(corpus).toDelta()) === JSON.stringify(buildGraph(shuffled).toDelta()),
    ),
    runs,
  );
  t.pass();
});

test('the order of the relations of a document plays no part', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const reversed = corpus.map((e) => ({ ...e, relations: [...e.relations].reverse() }));
      return JSON.stringify(buildGraph(corpus).toDelta()) === JSON.stringify(buildGraph(reversed).toDelta());
    }),
    runs,
  );
  t.pass();
});

test('documents given twice change nothing', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const once = JSON.stringify(buildGraph(corpus).toDelta());
      return once === JSON.stringify(buildGraph([...corpus, ...corpus]).toDelta());
    }),
    runs,
  );
  t.pass();
});

test('every mention that names a thing is in exactly one entity, and its surface is kept as name or alias', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const owners = new Map<string, number>();
      for (const entity of buildGraph(corpus).entities()) {
        for (const m of entity.mentions) {
          const key = `${m.documentId} ${m.start} ${m.end}`;
          owners.set(key, (owners.get(key) ?? 0) + 1);
          if (m.surface !== entity.name && !entity.aliases.includes(m.surface)) return false;
        }
      }
      const named = corpus.flatMap((e) => e.mentions.filter((m) => m.label !== 'TIME' && m.label !== 'NUM').map((m) => `${e.id} ${m.start} ${m.end}`));
      return named.length === owners.size && named.every((key) => owners.get(key) === 1);
    }),
    runs,
  );
  t.pass();
});

test('an entity never joins labels, but for a name that its own document labelled in several ways', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const labelsOf = new Map<string, Set<string>>();
      for (const e of corpus) {
        for (const m of e.mentions) {
          const key = `${e.id} ${nameKey(m.surface)}`;
          labelsOf.set(key, (labelsOf.get(key) ?? new Set()).add(m.label));
        }
      }
      return buildGraph(corpus)
        .entities()
        .every((entity) => entity.mentions.every((m) => labelsOf.get(`${m.documentId} ${nameKey(m.surface)}`)?.has(entity.type)));
    }),
    runs,
  );
  t.pass();
});

test('a delta read back gives the same delta', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const delta = buildGraph(corpus).toDelta();
      return JSON.stringify(KnowledgeGraph.fromDelta(delta).toDelta()) === JSON.stringify(delta);
    }),
    runs,
  );
  t.pass();
});

test('probabilities stay in [0, 1] and no fact links an entity to itself', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) =>
      buildGraph(corpus)
        .facts()
        .every((f) => f.probability >= 0 && f.probability <= 1 && f.subject !== f.object),
    ),
    runs,
  );
  t.pass();
});
