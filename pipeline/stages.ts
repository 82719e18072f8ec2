// The stages that a config names.
import { COREFERENCE_VERSION, createCoreference } from '../extractors/coreference/coreference.ts';
import { createDocumentClassifier } from '../extractors/classify/document-classifier.ts';
import { arithmeticOf, createEngine } from '../extractors/engine/index.ts';
import { createTagger } from '../extractors/ner/tagger.ts';
import { createRelationExtractor } from '../extractors/relation/extractor.ts';
import { createSegmenter } from '../extractors/text/segmenter.ts';
import type { Config } from './core/config.ts';
import type { Stages } from './extract.ts';
import { engramVersion } from './manifest.ts';

/** Whatever changes an extraction is part of the versions. */
export async function createStages(config: Config): Promise<Stages> {
  const { engine, extract } = config;
  const model = (name: string): string | undefined => (name === 'shipped' ? undefined : name);
  const common = { engine: engine.kind, precision: engine.precision, batchTokens: engine.batchTokens };
  const used = await createEngine(engine.kind, common);
  const ner = await createTagger({ ...common, model: model(extract.ner) });
  const relation = await createRelationExtractor({ ...common, model: model(extract.relation), acrossSentences: extract.acrossSentences, threshold: extract.relationThreshold });
  const asked = (name: string): string | undefined => (name === 'none' ? undefined : name);
  const classify = await createDocumentClassifier({ ...common, sentiment: asked(extract.sentiment), topics: asked(extract.topics) });
  return {
    segment: createSegmenter(),
    ner,
    coreference: createCoreference(),
    relation,
    ...(classify === undefined ? {} : { classify }),
    device: used.device,
    versions: {
      engram: engramVersion(),
      engine: arithmeticOf(used, engine.precision),
      ner: `ner@${ner.version}`,
      coreference: `coreference@${COREFERENCE_VERSION}`,
      relation: `relation@${relation.version}`,
      relationThreshold: String(extract.relationThreshold),
      ...classify?.versions,
    },
  };
}
