// Which predicates there are: readable name, Wikidata property, what the head and the tail may be.
// Source of names and ids: https://www.wikidata.org/wiki/Wikidata:List_of_properties

export interface Predicate {
  readonly name: string;
  readonly wikidata: string;
  readonly domain: readonly string[];
  readonly range: readonly string[];
}

const predicate = (name: string, wikidata: string, domain: string, range: string): Predicate => ({
  name,
  wikidata,
  domain: domain.split(' '),
  range: range.split(' '),
});

/** The order is the order of the classes of the shipped model, after class 0 (no relation): append only. */
export const PREDICATES: readonly Predicate[] = [
  predicate('dateOfBirth', 'P569', 'PER', 'TIME'),
  predicate('dateOfDeath', 'P570', 'PER', 'TIME'),
  predicate('placeOfBirth', 'P19', 'PER', 'LOC'),
  predicate('placeOfDeath', 'P20', 'PER', 'LOC'),
  predicate('residence', 'P551', 'PER', 'LOC'),
  predicate('nationality', 'P27', 'PER', 'LOC MISC'),
  predicate('educatedAt', 'P69', 'PER', 'ORG'),
  predicate('employer', 'P108', 'PER', 'ORG'),
  predicate('memberOf', 'P463', 'PER ORG LOC', 'ORG'),
  predicate('politicalAffiliation', 'P102', 'PER', 'ORG MISC'),
  predicate('spouse', 'P26', 'PER', 'PER'),
  predicate('parent', 'P22', 'PER', 'PER'),
  predicate('sibling', 'P3373', 'PER', 'PER'),
  predicate('conflict', 'P607', 'PER ORG LOC', 'MISC'),
  predicate('foundedBy', 'P112', 'ORG MISC', 'PER ORG'),
  predicate('dateFounded', 'P571', 'ORG LOC MISC', 'TIME'),
  predicate('headquarters', 'P159', 'ORG', 'LOC'),
  predicate('chiefExecutive', 'P169', 'ORG', 'PER'),
  predicate('parentOrganization', 'P749', 'ORG', 'ORG'),
  predicate('ownedBy', 'P127', 'ORG LOC MISC', 'ORG PER LOC'),
  predicate('developer', 'P178', 'MISC ORG', 'ORG PER'),
  predicate('author', 'P50', 'MISC', 'PER ORG'),
  predicate('performer', 'P175', 'MISC', 'PER ORG'),
  predicate('publicationDate', 'P577', 'MISC', 'TIME'),
  predicate('country', 'P17', 'LOC ORG MISC', 'LOC'),
  predicate('locatedIn', 'P131', 'LOC ORG MISC', 'LOC'),
  predicate('partOf', 'P361', 'LOC ORG MISC', 'LOC ORG MISC'),
  predicate('awardReceived', 'P166', 'PER ORG MISC', 'MISC'),
  predicate('notableWork', 'P800', 'PER', 'MISC'),
  predicate('manufacturer', 'P176', 'MISC', 'ORG'),
];

export const predicateNamed: ReadonlyMap<string, Predicate> = new Map(PREDICATES.map((p) => [p.name, p]));

/** Whether the labels of the two mentions fit the predicate. */
export function admits(p: Predicate, head: string, tail: string): boolean {
  return p.domain.includes(head) && p.range.includes(tail);
}
