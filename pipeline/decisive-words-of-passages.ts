// The words behind a claim of a model that reads whole passages: its passage is put to the model again, with one word hidden at a time.
import { createEngine } from '../extractors/engine/index.ts';
import { wordEffects } from '../extractors/passages/decisive-words.ts';
import { documentPassages } from '../extractors/passages/document-passages.ts';
import { loadPassageModel } from '../extractors/passages/extractor.ts';
import { segmentText } from '../extractors/text/segmenter.ts';
import type { Config } from './core/config.ts';
import type { Extraction } from './core/model.ts';
import { strongestWords, type WordExplainer } from './decisive-words.ts';
import { readRelationSchema } from './read-schema.ts';

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createPassageWordExplainer(folder: string, config: Config, extractions: readonly Extraction[]): Promise<WordExplainer> {
  const network = loadPassageModel(folder);
  const encoder = await (await createEngine(config.engine.kind)).createEncoder(network.encoder, config.engine.precision);
  const { ofLabel } = await readRelationSchema(config.graph.schema);
  const byId = new Map(extractions.map((extraction) => [extraction.id, extraction]));
  return {
    async wordsOf(claim, predicate) {
      const extraction = byId.get(claim.documentId);
      if (extraction === undefined || claim.extractor !== `relation@${network.version}`) return [];
      const mentionAt = ({ start, end }: { readonly start: number; readonly end: number }): number =>
        extraction.mentions.findIndex((mention) => mention.start === claim.start + start && mention.end === claim.start + end);
      const [subject, object] = [mentionAt(claim.head), mentionAt(claim.tail)];
      const sentences = segmentText(extraction.text);
      const passage = documentPassages({ ...extraction, sentences }).find(({ origin }) => origin.includes(subject) && origin.includes(object));
      const said = extraction.relations
        .filter(({ head, tail, label }) => {
          const meant = ofLabel.get(label);
          const forwards = head === subject && tail === object;
          const backwards = head === object && tail === subject;
          return meant?.predicate.name === predicate && ((meant.reversed ? backwards : forwards) || (meant.predicate.symmetric && (forwards || backwards)));
        })
        .sort((a, b) => b.score - a.score)[0];
      if (passage === undefined || said === undefined) return [];
      const clusterOf = (mention: number): number => passage.clusters.findIndex((cluster) => cluster.includes(passage.origin.indexOf(mention)));
      const tokens = passage.members.flatMap((index) => sentences[index]!.tokens);
      const inside = tokens.flatMap(({ start, end }, at) => (start >= claim.start && end <= claim.end ? [at] : []));
      const asked = { head: clusterOf(said.head), tail: clusterOf(said.tail), label: said.label };
      const effects = await wordEffects(passage, asked, [inside[0] ?? 0, (inside.at(-1) ?? -1) + 1], network, encoder);
      return strongestWords(effects, tokens, claim.start);
    },
    close: () => encoder.dispose(),
  };
}
