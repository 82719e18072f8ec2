// Texts that would run if a page took them for markup, and a document full of them.
import type { Extraction } from '../../pipeline/core/model.ts';
import { extractionOf } from './graph-arbitraries.ts';

export const HOSTILE_TEXTS = ['<img src=x onerror=ran()>', '<script>ran()</script>', '"><svg onload=ran()>', "javascript:ran()", '</textarea><iframe srcdoc="<script>parent.ran()</script>">', '${ran()}', '<a href="javascript:ran()">x</a>', '&lt;script&gt;ran()&lt;/script&gt;'];

/** Names and a text that would run. */
export const hostileExtraction: Extraction = (() => {
  const base = extractionOf('<script>ran()</script>.txt', '[PER Mallory] met [PER Trudy].', [['Mallory', 'spouse', 'Trudy', 0.9]]);
  const text = `${base.text} ${HOSTILE_TEXTS.join(' ')}`;
  const from = base.text.length + 1;
  const mentions = [...base.mentions, { ...base.mentions[0]!, label: 'MISC', start: from, end: from + HOSTILE_TEXTS[0]!.length, surface: HOSTILE_TEXTS[0]! }];
  return { ...base, title: HOSTILE_TEXTS[1]!, text, mentions, sentences: [[0, text.length]], chains: [...base.chains, { label: 'MISC', mentions: [2] }], relations: [...base.relations, { head: 0, tail: 2, label: 'author', score: 0.8 }] };
})();
