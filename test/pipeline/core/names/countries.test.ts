import test from 'ava';
import { countryOf, isOnlyCountry } from '../../../../pipeline/core/names/countries.ts';

test('a name that is a country and nothing else', (t) => {
  t.true(isOnlyCountry('united states'));
  t.true(isOnlyCountry('france'));
  t.false(isOnlyCountry('american'), 'a word for its people');
  t.false(isOnlyCountry('paris'));
});

test('Georgia is a state as well', (t) => {
  t.is(countryOf('georgian'), 'Georgia');
  t.false(isOnlyCountry('georgia'));
});
