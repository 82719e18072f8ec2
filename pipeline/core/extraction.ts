// The two parts of an extraction: the document as it was given, and what was found in it.
import type { Document, Extraction } from './model.ts';

/** What a document did not say itself. */
export type Findings = Omit<Extraction, keyof Document | 'record'>;

/** What an extraction keeps of its document, always in this order: so are the bytes of the journal. */
export function givenOf({ id, uri, text, title, date, metadata }: Document): Pick<Extraction, keyof Document> {
  return { id, uri, text, ...(title === undefined ? {} : { title }), ...(date === undefined ? {} : { date }), ...(metadata === undefined ? {} : { metadata }) };
}
