// The words behind a claim of the graph: its passage is put to the relation models again, with one word hidden at a time.
import { wordEffects } from '../extractors/relation/decisive-words.ts';
import { documentPassages } from '../extractors/relation/document-passages.ts';
import { createRelationReader, type RelationReader } from '../extractors/relation/relation-reader.ts';
import { segmentText } from '../extractors/text/segmenter.ts';
import type { Claim } from '../graph/query/explain.ts';
import type { Config } from './core/config.ts';
import type { DocumentId, Extraction, Relation } from './core/model.ts';
import type { RelationSchema } from './core/relation-schema.ts';
import { readRelationSchema } from './read-schema.ts';

export interface DecisiveWord {
  readonly text: string;
  /** Characters of the claim's text, half-open. */
  readonly start: number;
  readonly end: number;
  /** What the probability loses without it, in (0, 1]. */
  readonly effect: number;
}

export interface WordExplainer {
  /** Strongest first; none where another model made the claim, or the word cannot be told. */
  wordsOf(claim: Claim, predicate: string): Promise<DecisiveWord[]>;
  close(): Promise<void>;
}

const MOST_WORDS = 5;
const LEAST_EFFECT = 0.01;

/**
 * @param documents that claims are of; they may come and go
 * @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING`
 */
export async function createWordExplainer(config: Config, documents: ReadonlyMap<DocumentId, Extraction>): Promise<WordExplainer> {
  const reader = await readerOf(config, documents);
  const schema = await readRelationSchema(config.graph.schema);
  return {
    async wordsOf(claim, predicate) {
      const extraction = documents.get(claim.documentId);
      if (extraction === undefined || reader === undefined || claim.extractor !== extractorOf(reader)) return [];
      const mentionAt = ({ start, end }: { readonly start: number; readonly end: number }): number =>
        extraction.mentions.findIndex((mention) => mention.start === claim.start + start && mention.end === claim.start + end);
      const [subject, object] = [mentionAt(claim.head), mentionAt(claim.tail)];
      const sentences = segmentText(extraction.text);
      const passage = documentPassages({ ...extraction, sentences }).find(({ origin }) => origin.includes(subject) && origin.includes(object));
      const said = saying(extraction.relations, subject, object, predicate, schema);
      if (passage === undefined || said === undefined) return [];
      const clusterOf = (mention: number): number => passage.clusters.findIndex((cluster) => cluster.includes(passage.origin.indexOf(mention)));
      const tokens = passage.members.flatMap((index) => sentences[index]!.tokens);
      const inside = tokens.flatMap(({ start, end }, at) => (start >= claim.start && end <= claim.end ? [at] : []));
      const asked = { head: clusterOf(said.head), tail: clusterOf(said.tail), label: said.label };
      const effects = await wordEffects(passage, asked, [inside[0] ?? 0, (inside.at(-1) ?? -1) + 1], reader);
      return effects
        .map((effect, at) => ({ effect, token: tokens[at]! }))
        .filter(({ effect }) => effect >= LEAST_EFFECT)
        .sort((a, b) => b.effect - a.effect)
        .slice(0, MOST_WORDS)
        .map(({ effect, token }) => ({ text: token.text, start: token.start - claim.start, end: token.end - claim.start, effect }));
    },
    close: async () => reader?.close(),
  };
}

const extractorOf = ({ version }: RelationReader): string => `relation@${version}`;

/** The reader that read the documents, whether it read passages as wholes or not; none where other models did. */
async function readerOf({ engine: { kind, precision }, extract: { relation } }: Config, documents: ReadonlyMap<DocumentId, Extraction>): Promise<RelationReader | undefined> {
  for (const acrossSentences of [false, true]) {
    const reader = await createRelationReader({ engine: kind, precision, model: relation === 'shipped' ? undefined : relation, acrossSentences });
    for (const { extractor } of documents.values()) if (extractor === extractorOf(reader)) return reader;
    await reader.close();
  }
  return undefined;
}

/** The surest relation between the two mentions that became the predicate. */
function saying(relations: readonly Relation[], subject: number, object: number, predicate: string, { ofLabel }: RelationSchema): Relation | undefined {
  return relations
    .filter(({ head, tail, label }) => {
      const meant = ofLabel.get(label);
      const forwards = head === subject && tail === object;
      const backwards = head === object && tail === subject;
      return meant?.predicate.name === predicate && ((meant.reversed ? backwards : forwards) || (meant.predicate.symmetric && (forwards || backwards)));
    })
    .sort((a, b) => b.score - a.score)[0];
}
