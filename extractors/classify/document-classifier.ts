// The stage that says what documents think and what they are about, with the classifiers that are configured.
import type { ClassifiedDocument, DocumentTopics, RelatedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import { probabilitiesOf, type Classifier } from './classifier-model.ts';
import { openClassifier, type ClassifierOptions } from './classifier.ts';
import { scoreTexts } from './score-texts.ts';
import { openSentiment, sentimentsOf } from './sentiment.ts';

export interface DocumentClassifierOptions extends Omit<ClassifierOptions, 'model'> {
  /** 'shipped', or the folder of a model; no sentiment when left out. */
  readonly sentiment?: string;
  /** The folder of a model; no topics when left out. */
  readonly topics?: string;
}

type Opened = Classifier & { readonly version: string };

/** Topics that are less likely are not told. */
const LEAST_TOPIC = 0.2;

/** @returns undefined where nothing is configured @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createDocumentClassifier({ sentiment, topics, ...common }: DocumentClassifierOptions): Promise<(Stage<RelatedDocument, ClassifiedDocument> & { readonly versions: Readonly<Record<string, string>> }) | undefined> {
  if (sentiment === undefined && topics === undefined) return undefined;
  const feeling = sentiment === undefined ? undefined : await openSentiment({ ...common, model: sentiment });
  const subject = topics === undefined ? undefined : await openClassifier({ ...common, model: topics });
  return {
    name: 'classify',
    versions: { ...(feeling && { sentiment: `sentiment@${feeling.version}` }), ...(subject && { topics: `topics@${subject.version}` }) },
    async process(batch) {
      const [sentiments, spokenOf] = await Promise.all([feeling && sentimentsOf(batch, feeling), subject && topicsOf(batch, subject)]);
      return batch.map((document, at) => ({ ...document, ...(sentiments && { sentiment: sentiments[at]! }), ...(spokenOf && { topics: spokenOf[at]! }) }));
    },
    async close() {
      await feeling?.encoder.dispose();
      await subject?.encoder.dispose();
    },
  };
}

function topicsOf(documents: readonly RelatedDocument[], classifier: Opened): Promise<DocumentTopics[]> {
  const model = `topics@${classifier.version}`;
  const texts = documents.map(({ sentences }) => sentences.map(({ tokens }) => tokens.map(({ text }) => text)));
  return scoreTexts(texts, classifier, (scores) => {
    if (scores.tokens === 0) return { model, labels: [] };
    const labels = Array.from(probabilitiesOf(scores.pooled(), classifier), (probability, at) => ({ label: classifier.labels[at]!, probability: Math.round(1000 * probability) / 1000 }));
    return { model, labels: labels.filter(({ probability }) => probability >= LEAST_TOPIC).sort((a, b) => b.probability - a.probability) };
  });
}
