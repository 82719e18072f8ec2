// A small corpus that shows a pattern: who was born in a city was born in its state. Of the last two persons the state is not told.
import { extractionOf, type MarkedRelation } from './graph-arbitraries.ts';

const GIVEN = ['Ada', 'Bea', 'Cleo', 'Dora', 'Elsa', 'Fay', 'Gwen', 'Hope', 'Iris', 'June', 'Kate', 'Lena'];
const CITIES = ['Abbeville', 'Brookdale', 'Carlow', 'Denby'];
const STATES = ['Northland', 'Southmark'];

export const bornInExtractions = GIVEN.map((given, at) => {
  const [person, city, state] = [`${given} Wood${at}`, CITIES[at % 4]!, STATES[at % 2]!];
  const told: MarkedRelation[] = at < 10 ? [[person, 'placeOfBirth', state, 0.9]] : [];
  return extractionOf(`${given}.txt`, `[PER ${person}] was born in [LOC ${city}], [LOC ${state}].`, [[person, 'placeOfBirth', city, 0.9], [city, 'locatedIn', state, 0.9], ...told]);
});
