// The stage around the rules.
import test from 'ava';
import { createSegmenter } from '../../../extractors/text/segmenter.ts';
import type { Document, DocumentId } from '../../../pipeline/core/model.ts';

const document: Document = { id: 'd1' as DocumentId, uri: 'notes.txt', text: 'Ada met Babbage. They talked.', title: 'Notes' };

test('the stage adds sentences and leaves the document as it was', async (t) => {
  const before = JSON.stringify(document);
  const [segmented] = await createSegmenter().process([document]);
  t.is(JSON.stringify(document), before);
  t.like(segmented, { id: document.id, text: document.text, title: 'Notes' });
  t.deepEqual(segmented.sentences.map(({ start, end }) => [start, end]), [[0, 16], [17, 29]]);
});

test('an empty batch gives an empty batch', async (t) => {
  t.deepEqual(await createSegmenter().process([]), []);
});
