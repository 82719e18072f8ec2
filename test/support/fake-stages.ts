// Small stages for tests of the run: sentences are lines, each capitalised word is a mention, neighbours are related.
import { chainNames } from '../../extractors/coreference/name-chains.ts';
import type { DocumentId, Document, Mention, SegmentedDocument, TaggedDocument } from '../../pipeline/core/model.ts';
import type { SourceItem } from '../../pipeline/core/stage.ts';
import type { Stages } from '../../pipeline/extract.ts';

export interface FakeOptions {
  readonly version?: string;
  /** Capitalised words that follow each other are one name. */
  readonly joinsNames?: boolean;
  /** Called with the ids of each batch before the named stage works; may wait or throw. */
  readonly before?: (stage: 'segment' | 'ner' | 'relation', ids: readonly string[]) => Promise<void> | void;
}

export function documentOf(id: string, text: string): Document {
  return { id: id as DocumentId, text, uri: `${id}.txt` };
}

export async function* itemsOf(...documents: readonly Document[]): AsyncGenerator<SourceItem> {
  for (const document of documents) yield { document };
}

export function createFakeStages(options: FakeOptions = {}): Stages {
  const before = async (stage: 'segment' | 'ner' | 'relation', batch: readonly Document[]): Promise<void> => {
    await options.before?.(stage, batch.map((document) => document.id));
  };
  const version = options.version ?? '1';
  return {
    versions: { segmenter: 'fake@1', ner: `fake@${version}`, relation: `fake@${version}` },
    segment: {
      name: 'segment:fake',
      process: async (batch) => {
        await before('segment', batch);
        return batch.map(segment);
      },
    },
    ner: {
      name: 'ner:fake',
      process: async (batch) => {
        await before('ner', batch);
        return batch.map((document) => tag(document, options.joinsNames === true));
      },
    },
    coreference: { name: 'coreference:fake', process: async (batch) => batch.map((document) => ({ ...document, chains: chainNames(document.mentions, document.text) })) },
    relation: {
      name: 'relation:fake',
      process: async (batch) => {
        await before('relation', batch);
        return batch.map((document) => ({ ...document, relations: relationsOf(document.mentions) }));
      },
    },
  };
}

function segment(document: Document): SegmentedDocument {
  const tokens = [...document.text.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  return { ...document, sentences: [{ index: 0, start: 0, end: document.text.length, tokens }] };
}

function tag(document: SegmentedDocument, joinsNames: boolean): TaggedDocument {
  const mentions: Mention[] = [];
  for (const sentence of document.sentences) {
    for (const [i, { text, start, end }] of sentence.tokens.entries()) {
      if (!/^[A-Z]/.test(text)) continue;
      const last = mentions.at(-1);
      const goesOn = joinsNames && last?.sentence === sentence.index && last.tokenEnd === i;
      const from = goesOn ? mentions.pop()! : { tokenStart: i, start };
      const surface = document.text.slice(from.start, end);
      mentions.push({ label: surface.endsWith('ton') ? 'LOC' : 'PER', sentence: sentence.index, tokenStart: from.tokenStart, tokenEnd: i + 1, start: from.start, end, surface, score: 0.9 });
    }
  }
  return { ...document, mentions };
}

function relationsOf(mentions: readonly Mention[]) {
  return mentions.flatMap((head, i) => {
    const tail = mentions[i + 1];
    return head.label === 'PER' && tail?.label === 'LOC' ? [{ head: i, tail: i + 1, label: 'placeOfBirth', score: 0.8 }] : [];
  });
}
