import test from 'ava';
import * as cypher from '../../../graph/stores/cypher.ts';

test('a predicate becomes a relation type that names no other predicate', (t) => {
  t.is(cypher.relationTypeOf('placeOfBirth'), 'PLACE_OF_BIRTH');
  t.is(cypher.relationTypeOf('spouse'), 'SPOUSE');
  t.is(cypher.relationTypeOf('p31'), 'P31');
  const names = ['aBC', 'aBc', 'abC', 'abc', 'aBCd'];
  t.is(new Set(names.map(cypher.relationTypeOf)).size, names.length);
  for (const name of names) t.true(cypher.isRelationType(cypher.relationTypeOf(name)));
});

test('a name outside the allow-list never reaches a statement', (t) => {
  for (const name of ['', 'Place', 'a b', 'a`b', 'a\\u0060', 'a\n', 'a'.repeat(64), 'é', 'a_b', 'a-b']) {
    t.false(cypher.isPredicateName(name), name);
    t.throws(() => cypher.relationTypeOf(name), { instanceOf: RangeError });
  }
  t.false(cypher.isRelationType('A`'));
});

test('an entity carries the label of its type and of no other', (t) => {
  const statement = cypher.upsertEntities('ORG');
  t.regex(statement, /SET e:`Organization`\n/);
  t.regex(statement, /REMOVE e:Person:Location:Miscellaneous\n/);
});
