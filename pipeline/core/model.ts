// The domain types: what travels from a source to a store. Types only; every field is readonly.
// Character positions are half-open [start, end) and count UTF-16 units, as `slice` does.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Stable id of a document: derived from its uri, or from its file and the id its record gave it. */
export type DocumentId = Branded<'DocumentId'>;
/** Stable id of an entity after resolution. */
export type EntityId = Branded<'EntityId'>;
/** Stable id of a fact: derived from its triple. */
export type FactId = Branded<'FactId'>;

/** The labels that the shipped tagger knows; a model of one's own may have others. TIME and NUM become attribute values, never entities; so does TEXT, which records have. */
export const MENTION_LABELS = ['PER', 'ORG', 'LOC', 'MISC', 'TIME', 'NUM'] as const;
/** The types that the shipped tagger's mentions give. Any other label of `LABEL_NAME` is a type of that name. */
export const ENTITY_TYPES = ['PER', 'ORG', 'LOC', 'MISC'] as const;
export type EntityType = string;
/** What a label may be called: it becomes a Neo4j label as it stands. */
export const LABEL_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;

const VALUE_LABELS: ReadonlySet<string> = new Set(['TIME', 'NUM', 'TEXT']);

/** Whether mentions of the label are values, rather than entities. */
export const isValueLabel = (label: string): boolean => VALUE_LABELS.has(label);

/** Whether mentions of the label are entities, rather than values. */
export function isEntityType(label: string): boolean {
  return !isValueLabel(label) && LABEL_NAME.test(label);
}

/**
 * What a column of records holds, which decides how two of its cells are compared. `name`: one part of a name, of a person, a street, a town;
 * `person`: a whole name of a person in one cell; `address`: house number and street; `text`: several words, some of which tell more than
 * others; `identifier`: made by somebody to be unique.
 */
export const FIELD_KINDS = ['name', 'person', 'address', 'text', 'identifier', 'date', 'number'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** A record of a table: the thing it is about is its first mention. */
export interface RecordFields {
  /** The predicate of each column, `name` for the name itself; cells as the table has them. */
  readonly fields: readonly { readonly predicate: string; readonly kind: FieldKind; readonly value: string }[];
}

/** One input text, never altered. */
export interface Document {
  readonly id: DocumentId;
  readonly text: string;
  /** Where it was read: a path, `path#line` for a row or record, or `stdin`. */
  readonly uri: string;
  readonly title?: string;
  /** As the source wrote it. */
  readonly date?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Sentence {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

export interface SegmentedDocument extends Document {
  readonly sentences: readonly Sentence[];
}

/** Words that stand for something, in one place. */
export interface Mention {
  readonly label: string;
  /** What stands there in place of a name: "she", "the company". A name or a value when left out. */
  readonly reference?: 'pronoun' | 'noun';
  readonly sentence: number;
  /** Tokens of that sentence, half-open. */
  readonly tokenStart: number;
  readonly tokenEnd: number;
  /** Characters of the document, half-open. */
  readonly start: number;
  readonly end: number;
  /** `text.slice(start, end)`. */
  readonly surface: string;
  /** Probability in [0, 1] of exactly this mention; of a reference, that of the surest name it stands for. */
  readonly score: number;
}

export interface TaggedDocument extends SegmentedDocument {
  readonly mentions: readonly Mention[];
}

/** Mentions of one document that stand for one thing. */
export interface Chain {
  readonly label: string;
  /** Indexes into the mentions of the document, in order of position. */
  readonly mentions: readonly number[];
}

export interface ChainedDocument extends TaggedDocument {
  /** Each mention is in exactly one. */
  readonly chains: readonly Chain[];
}

/** A labelled link between two mentions (indexes into `mentions`). */
export interface Relation {
  readonly head: number;
  readonly tail: number;
  /** Of the relation model; graph/schema.yaml says which predicate it means. */
  readonly label: string;
  readonly score: number;
}

export interface RelatedDocument extends ChainedDocument {
  readonly relations: readonly Relation[];
}

/** What a classifier says of the document as a whole, where one is configured. */
export interface ClassifiedDocument extends RelatedDocument {
  readonly sentiment?: DocumentSentiment;
  readonly topics?: DocumentTopics;
}

/** What the extractors made of one document: the payload of a journal record, and all that the graph is built from. */
export interface Extraction {
  readonly id: DocumentId;
  readonly uri: string;
  readonly text: string;
  readonly title?: string;
  readonly date?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** [start, end) characters of each sentence. */
  readonly sentences: readonly (readonly [start: number, end: number])[];
  readonly mentions: readonly Mention[];
  readonly chains: readonly Chain[];
  readonly relations: readonly Relation[];
  /** Name and version of the relation extractor, for provenance. */
  readonly extractor: string;
  /** Of a row of a table. */
  readonly record?: RecordFields;
  readonly sentiment?: DocumentSentiment;
  readonly topics?: DocumentTopics;
}

/** What a text thinks, from −1, negative, to 1, positive. */
export interface DocumentSentiment {
  /** Name and version. */
  readonly model: string;
  readonly score: number;
  /** One a sentence. */
  readonly sentences: readonly number[];
  /** Towards each mention, by its place among them. */
  readonly mentions: readonly number[];
}

/** What a text is about. */
export interface DocumentTopics {
  /** Name and version. */
  readonly model: string;
  /** Likeliest first. */
  readonly labels: readonly { readonly label: string; readonly probability: number }[];
}

/** What of a document is shown as evidence, or searched. */
export type DocumentText = Pick<Extraction, 'id' | 'uri' | 'title' | 'text' | 'sentences'>;

/** A thing as one document names it. */
export interface Reference {
  readonly type: EntityType;
  /** The fullest name the document uses, as `normalizeName` gives it. */
  readonly key: string;
  readonly documentId: DocumentId;
}

/** What a person said of two things: that they are one, or that they are not. It holds whatever is found. */
export interface Decision {
  readonly a: Reference;
  readonly b: Reference;
  readonly same: boolean;
}

/** Where a claim came from. */
export interface Provenance {
  readonly documentId: DocumentId;
  readonly sentence: number;
  /** Characters of the sentence that is the evidence, half-open, in the document. */
  readonly start: number;
  readonly end: number;
  readonly head: readonly [start: number, end: number];
  readonly tail: readonly [start: number, end: number];
  /** Name and version of what claimed it, such as `relation@1a2b3c4d`. */
  readonly extractor: string;
  readonly score: number;
}

/** A mention as the graph keeps it. */
export interface EntityMention {
  readonly documentId: DocumentId;
  readonly sentence: number;
  readonly start: number;
  readonly end: number;
  readonly surface: string;
  readonly score: number;
  /** What its sentence thinks of it, in [−1, 1]; where sentiment is configured. */
  readonly sentiment?: number;
}

/** One thing in the world, after resolution. */
export interface Entity {
  readonly id: EntityId;
  readonly type: EntityType;
  readonly name: string;
  /** Other surface forms, most frequent first, without `name`. */
  readonly aliases: readonly string[];
  /** In order of document id, then position. */
  readonly mentions: readonly EntityMention[];
  /** Strongest first for each name. */
  readonly attributes: readonly Attribute[];
}

/** A property whose value is a date or a number, with the same evidence as a fact. */
export interface Attribute {
  readonly name: string;
  /** ISO 8601 date of the precision the text has (`1912-06-23`, `1912-06`, `1912`), a number, or the surface text. */
  readonly value: string;
  /** Of a number: a symbol (`USD`, `km`, `%`) or what is counted (`employees`). */
  readonly unit?: string;
  /** As written in the text. */
  readonly surface: string;
  readonly kind: 'date' | 'number' | 'text';
  readonly probability: number;
  readonly provenance: readonly Provenance[];
}

/** (subject, predicate, object): the key of a fact. */
export interface Triple {
  readonly subject: EntityId;
  readonly predicate: string;
  readonly object: EntityId;
}

/** A triple with its evidence. */
export interface Fact extends Triple {
  readonly id: FactId;
  /** Of the scores of its provenance together, as graph/evidence.ts has it, in [0, 1]. */
  readonly probability: number;
  readonly provenance: readonly Provenance[];
}

/** What the graph says of a document. */
export interface DocumentRecord {
  readonly id: DocumentId;
  readonly uri: string;
  readonly title?: string;
  readonly date?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of the text as a whole, in [−1, 1]. */
  readonly sentiment?: number;
  /** Likeliest first. */
  readonly topics?: DocumentTopics['labels'];
}

/** Entities and facts to upsert together. Facts may only name entities of this delta or of the store. */
export interface GraphDelta {
  readonly documents: readonly DocumentRecord[];
  readonly entities: readonly Entity[];
  readonly facts: readonly Fact[];
  readonly removedDocuments?: readonly DocumentId[];
  readonly removedEntities?: readonly EntityId[];
  readonly removedFacts?: readonly FactId[];
}

/** Records one after the other. */
export type Rows<T> = Iterable<T> | AsyncIterable<T>;

/** A graph of any size, a record at a time; each list can be asked for as often as wanted, and is the same each time. */
export interface GraphRows {
  /** In order of id. */
  documents(): Rows<DocumentRecord>;
  /** In order of id. */
  entities(): Rows<Entity>;
  facts(): Rows<Fact>;
}
