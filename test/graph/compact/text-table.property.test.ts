import test from 'ava';
import fc from 'fast-check';
import { TextSet, TextTable } from '../../../graph/compact/text-table.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 3 }), fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }));
const runs = { seed: 21, numRuns: 200 };

test('a table gives back what was put into it, code unit for code unit', (t) => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 150 }), text, (texts, other) => {
      const table = new TextTable();
      texts.forEach((each, place) => t.is(table.push(each), place));
      t.deepEqual([...table], texts);
      t.is(table.length, texts.length);
      texts.forEach((each, place) => {
        t.true(table.isAt(place, each));
        t.is(table.isAt(place, other), each === other);
      });
    }),
    runs,
  );
});

test('a set has each text once and finds it', (t) => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200, size: 'max' }), text, (texts, other) => {
      const set = new TextSet();
      const places = texts.map((each) => set.add(each));
      const distinct = [...new Set(texts)];
      t.deepEqual(places, texts.map((each) => distinct.indexOf(each)));
      t.deepEqual([...set.table], distinct);
      distinct.forEach((each, place) => t.is(set.find(each), place));
      t.is(set.find(other), distinct.indexOf(other));
    }),
    runs,
  );
});
