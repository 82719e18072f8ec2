// Which words decide, with the shipped relation model.
import test from 'ava';
import { wordEffects } from '../../extractors/relation/decisive-words.ts';
import { createRelationReader } from '../../extractors/relation/relation-reader.ts';
import { explanationPage } from '../../pipeline/cli/explanation-page.ts';
import type { Explanation } from '../../graph/query/explain.ts';

test('the verb of a birth decides on the place of birth; the names themselves are not hidden', async (t) => {
  const reader = await createRelationReader({ engine: 'onnx', precision: 'float32' });
  const tokens = 'Ada Lovelace was born in London and later moved .'.split(' ');
  const mentions = [{ start: 0, end: 2, label: 'PER' }, { start: 5, end: 6, label: 'LOC' }];
  const passage = { tokens, mentions, sentences: [[0, tokens.length]] as const, clusters: [[0], [1]] };
  const effects = await wordEffects(passage, { head: 0, tail: 1, label: 'P19' }, [0, tokens.length], reader);
  await reader.close();
  t.is(effects.length, tokens.length);
  t.is(tokens[effects.indexOf(Math.max(...effects))], 'born');
  t.deepEqual([effects[0], effects[1], effects[5]], [0, 0, 0]);
  t.true(effects.every((effect) => Math.abs(effect) <= 1));
});

test('a page shows names and words marked, and text of documents as text', (t) => {
  const text = 'Ada <b>Lovelace</b> was born in London.';
  const ref = (name: string): Explanation['facts'][number]['subject'] => ({ id: name, type: 'PER', name }) as never;
  const claim = { documentId: 'd', uri: '<script>', sentence: 0, start: 0, end: text.length, text, head: { start: 0, end: 3, surface: 'Ada' }, tail: { start: 32, end: 38, surface: 'London' }, extractor: 'relation@1', score: 0.9 } as never;
  const facts = [{ id: 'f', subject: ref('Ada'), predicate: 'placeOfBirth', object: ref('London'), probability: 0.9, claims: [claim] }] as never;
  const html = explanationPage('Ada', { asked: { kind: 'entity' }, facts, attributes: [] }, () => [{ text: 'born', start: 24, end: 28, effect: 0.5 }]);
  t.false(/<script|<b>/.test(html));
  t.true(html.includes('<mark>Ada</mark> &#60;b&#62;Lovelace'));
  t.regex(html, /<u style="--effect:1\.00" title="0\.50">born<\/u>/);
});
