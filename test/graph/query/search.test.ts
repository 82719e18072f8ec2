import test from 'ava';
import { createSearch } from '../../../graph/query/search.ts';
import { sampleGraph } from '../../support/sample-graph.ts';

const search = createSearch(sampleGraph());
const first = (text: string): string | undefined => search.search(text)[0]?.name;

for (const [text, name] of [
  ['Grace Hopper', 'Grace Hopper'],
  ['hopper', 'Grace Hopper'],
  ['Hoper', 'Grace Hopper'],
  ['Remingt', 'Remington Rand'],
  ['lukasz walesa', 'Łukasz Wałęsa'],
  ['WAŁĘSA', 'Łukasz Wałęsa'],
  ['1906-12-09', 'Grace Hopper'],
  ['zzzz', undefined],
  ['', undefined],
] as const) {
  test(`'${text}' finds ${name ?? 'nothing'}`, (t) => t.is(first(text), name));
}

test('types and limit narrow the hits', (t) => {
  t.deepEqual(search.search('rand remington hopper', { types: ['ORG'] }).map(({ name }) => name), ['Remington Rand']);
  t.is(search.search('rand hopper eckert', { limit: 1 }).length, 1);
});
