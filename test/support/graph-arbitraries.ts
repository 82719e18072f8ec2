// Extractions for tests of the graph: written by hand from marked text, or drawn at random.
import fc from 'fast-check';
import { chainNames } from '../../extractors/coreference/name-chains.ts';
import type { DocumentId, Extraction, Mention } from '../../pipeline/core/model.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import { relationSchemaOf } from '../../pipeline/core/relation-schema.ts';

/** `[head surface, predicate, tail surface, score?]`; a surface means its first mention in the document. */
export type MarkedRelation = readonly [head: string, predicate: string, tail: string, score?: number];

/**
 * An extraction from text with its mentions marked, such as `[PER Grace Hopper] was born in [LOC New York City].`
 * Sentences are separated by line breaks.
 */
export function extractionOf(name: string, marked: string, relations: readonly MarkedRelation[] = []): Extraction {
  const mentions: Mention[] = [];
  const sentences: [number, number][] = [];
  let text = '';
  marked.split('\n').forEach((line, sentence) => {
    if (sentence > 0) text += ' ';
    const start = text.length;
    let at = 0;
    for (const match of line.matchAll(/\[(PER|ORG|LOC|MISC|TIME|NUM) ([^\]]+)\]/g)) {
      text += line.slice(at, match.index);
      const surface = match[2];
      const label = match[1] as string;
      const begin = text.length;
      text += surface;
      mentions.push({ label, sentence, tokenStart: 0, tokenEnd: 1, start: begin, end: text.length, surface, score: 0.9 });
      at = match.index + match[0].length;
    }
    text += line.slice(at);
    sentences.push([start, text.length]);
  });
  const indexOf = (surface: string): number => {
    const index = mentions.findIndex((mention) => mention.surface === surface);
    if (index < 0) throw new Error(`No mention '${surface}' in ${name}`);
    return index;
  };
  return {
    id: documentIdOf(name),
    uri: name,
    text,
    sentences,
    mentions,
    chains: chainNames(mentions, text),
    relations: relations.map(([head, label, tail, score = 0.8]) => ({ head: indexOf(head), tail: indexOf(tail), label, score })),
    extractor: 'relation@test',
  };
}

/** By id, as a build has them. */
export const documentsOf = (extractions: readonly Extraction[]): Map<DocumentId, Extraction> => new Map(extractions.map((extraction) => [extraction.id, extraction]));

/** Names that collide in every way resolution knows of. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  PER: ['Grace Hopper', 'Grace Murray Hopper', 'G. M. Hopper', 'Hopper', 'Rear Admiral Hopper', 'Vincent Hopper', 'John Smith', 'John A. Smith', 'John B. Smith', 'J. Smith', 'Smith', 'Grace', 'Washington', 'von Neumann', 'John von Neumann'],
  ORG: ['IBM', 'International Business Machines', 'International Business Machines Corporation', 'Internal Bureau of Maps', 'MIT', 'Massachusetts Institute of Technology', 'Washington', 'Apple', 'Apple Inc.', 'the Apple'],
  LOC: ['Washington', 'New York', 'New York City', 'US', 'United States', 'Grace', 'Apple'],
  MISC: ['ENIAC', 'Electronic Numerical Integrator and Computer', 'COBOL', 'Apple'],
  TIME: ['23 June 1912', 'June 1912', '1912', '9 December 1906', 'the 1940s'],
  NUM: ['1,200', '2.5 million', 'many'],
};
const BETWEEN = [' and ', ' (', ' met ', ', formerly ', ' was renamed ', ') of ', '. '];
const PREDICATES = ['dateOfBirth', 'dateOfDeath', 'employer', 'spouse', 'foundedBy'];

/** What a schema makes of some of them. */
export const schema = relationSchemaOf(
  {
    dateOfBirth: { labels: ['dateOfBirth'], domain: ['PER'], range: ['TIME'], functional: true },
    employer: { labels: ['employer'], domain: ['PER'], range: ['ORG'], functional: true },
    spouse: { labels: ['spouse'], domain: ['PER'], range: ['PER'], symmetric: true },
    foundedBy: { labels: ['foundedBy'], domain: ['ORG', 'MISC'], range: ['PER', 'ORG'] },
  },
  'test',
);

const marked = fc
  .constantFrom(...(Object.keys(NAMES) as string[]), 'PER' as const, 'PER' as const, 'ORG' as const)
  .chain((label) => fc.tuple(fc.constantFrom(...NAMES[label]), fc.constantFrom(...BETWEEN), fc.constantFrom(0, 0, 1)).map(([name, between, ends]) => `[${label} ${name}]${between}${ends === 1 ? '\n' : ''}`));

/** One document with the given name. */
export const arbitraryExtraction = (name: string): fc.Arbitrary<Extraction> =>
  fc
    .tuple(
      fc.array(marked, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(11), fc.constantFrom(...PREDICATES), fc.nat(11), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 8 }),
    )
    .map(([parts, relations]) => {
      const extraction = extractionOf(name, parts.join(''));
      const count = extraction.mentions.length;
      return { ...extraction, relations: relations.map(([head, label, tail, score]) => ({ head: head % count, label, tail: tail % count, score })) };
    });

/** Several documents, each with its own id. */
export const arbitraryCorpus: fc.Arbitrary<Extraction[]> = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, i) => arbitraryExtraction(`doc-${i}.txt`))))
  .map((documents) => [...documents]);
