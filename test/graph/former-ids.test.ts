import test from 'ava';
import { buildGraph } from '../../graph/build-graph.ts';
import { entityOfFormerId, formerIdsByName } from '../../graph/former-ids.ts';
import { createSearch, findEntity } from '../../graph/query/search.ts';
import { entityIdOf } from '../../pipeline/core/ids.ts';
import { extractionOf } from '../support/graph-arbitraries.ts';

const labs = extractionOf('a', '[ORG Bell Labs] grew.');
const renamed = extractionOf('b', '[ORG Computing-Tabulating-Recording Company] was renamed [ORG International Business Machines].');

test('an entity keeps its id when other documents come', (t) => {
  const before = buildGraph([labs]).entities()[0]!;
  const after = buildGraph([labs, extractionOf('c', '[ORG Bell Labs] moved.'), extractionOf('d', '[PER Ada Lovelace] at [ORG Bell Labs].')]);
  t.is(after.entity(before.id)?.name, 'Bell Labs');
});

test('an id that an entity had before it was found to be one with another still means it', (t) => {
  const alone = buildGraph([extractionOf('c', '[ORG Computing-Tabulating-Recording Company] began.')]).entities()[0]!;
  const graph = buildGraph([renamed, extractionOf('c', '[ORG Computing-Tabulating-Recording Company] began.'), extractionOf('e', '[ORG International Business Machines] sold.'), extractionOf('f', '[ORG International Business Machines] won.')]);
  const one = graph.entities().find(({ aliases }) => aliases.length > 0)!;
  t.is(entityOfFormerId(graph, alone.id), one.id);
  t.is(findEntity(graph, createSearch(graph), alone.id), one.id);
});

test('an id that nothing ever had means nothing', (t) => {
  const graph = buildGraph([labs]);
  t.is(entityOfFormerId(graph, entityIdOf('ORG', 'nobody')), undefined);
  t.is(findEntity(graph, createSearch(graph), entityIdOf('ORG', 'nobody')), undefined);
});

test('by name, for many questions at once', (t) => {
  const alone = buildGraph([extractionOf('c', '[ORG Computing-Tabulating-Recording Company] began.')]).entities()[0]!;
  const graph = buildGraph([renamed, extractionOf('c', '[ORG Computing-Tabulating-Recording Company] began.'), extractionOf('e', '[ORG International Business Machines] sold.'), extractionOf('f', '[ORG International Business Machines] won.')]);
  const ids = formerIdsByName(graph);
  t.is(ids.get(alone.id), entityOfFormerId(graph, alone.id));
  t.true([...ids].every(([former, id]) => !graph.hasEntity(former) && graph.hasEntity(id)));
});
