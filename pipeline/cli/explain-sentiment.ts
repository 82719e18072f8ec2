// `engram explain DOCUMENT --sentiment`: what each sentence of a document thinks, with the words that moved the decision.
import { writeFile } from 'node:fs/promises';
import { wordEffects } from '../../extractors/classify/decisive-words.ts';
import { openSentiment, scoreOf } from '../../extractors/classify/sentiment.ts';
import { scoreTokens } from '../../extractors/classify/classifier-model.ts';
import { segmentText } from '../../extractors/text/segmenter.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { DocumentId, Extraction, Sentence, Token } from '../core/model.ts';
import { escapeHtml, htmlPage } from './explanation-page.ts';
import { paint, print, printJson } from './output.ts';

interface JudgedSentence {
  readonly text: string;
  /** In [−1, 1]. */
  readonly score: number;
  /** Those that moved the score, with what goes when they are hidden; characters of the text, half-open. */
  readonly words: readonly { readonly text: string; readonly start: number; readonly end: number; readonly effect: number }[];
}

/** Smaller effects are not told. */
const LEAST_EFFECT = 0.05;

/** @throws EngramError `ENGRAM_GRAPH_UNKNOWN_DOCUMENT` */
export async function explainSentiment(name: string, documents: ReadonlyMap<DocumentId, Extraction>, { engine, extract }: Config, { json, html }: { readonly json?: boolean; readonly html?: string }): Promise<void> {
  const document = documents.get(name as DocumentId) ?? [...documents.values()].find(({ uri }) => uri === name || uri.endsWith(`/${name}`));
  if (document === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_DOCUMENT', { id: name });
  const classifier = await openSentiment({ engine: engine.kind, precision: engine.precision, model: extract.sentiment === 'none' ? 'shipped' : extract.sentiment });
  try {
    const [sentences, segmented]: [JudgedSentence[], Sentence[]] = [[], segmentText(document.text)];
    for (const { start, end, tokens } of segmented) {
      const words = tokens.map(({ text }) => text);
      const score = scoreOf((await scoreTokens([words], classifier)).pooled(), classifier);
      const [positive, negative] = ['positive', 'negative'].map((label) => classifier.labels.indexOf(label)) as [number, number];
      const effects = await wordEffects(words, classifier, (p) => p[positive]! - p[negative]!);
      sentences.push({ text: document.text.slice(start, end), score, words: told(tokens, effects, start) });
    }
    const whole = scoreOf((await scoreTokens(segmented.map(({ tokens }) => tokens.map(({ text }) => text)), classifier)).pooled(), classifier);
    if (html !== undefined) await writeFile(html, pageOf(document.title ?? document.uri, whole, sentences));
    if (json) return printJson({ document: document.uri, model: `sentiment@${classifier.version}`, score: whole, sentences });
    print(`${paint(document.uri, 'bold')}  ${signed(whole)}`);
    for (const sentence of sentences) print(`${signed(sentence.score)}  ${coloured(sentence, (text, effect) => paint(text, ...(Math.abs(effect) > 0.3 ? (['bold'] as const) : []), effect > 0 ? 'green' : 'red'))}`);
    if (html !== undefined) print(`\nWrote ${html}.`);
  } finally {
    await classifier.encoder.dispose();
  }
}

function told(tokens: readonly Token[], effects: readonly number[], from: number): JudgedSentence['words'] {
  return tokens.flatMap(({ text, start, end }, at) => (Math.abs(effects[at]!) < LEAST_EFFECT ? [] : [{ text, start: start - from, end: end - from, effect: Math.round(1000 * effects[at]!) / 1000 }]));
}

function coloured({ text, words }: JudgedSentence, mark: (text: string, effect: number) => string, plain: (text: string) => string = (given) => given): string {
  let [out, at] = ['', 0];
  for (const { start, end, effect } of words) {
    out += plain(text.slice(at, start)) + mark(text.slice(start, end), effect);
    at = end;
  }
  return (out + plain(text.slice(at))).replace(/\s+/g, ' ');
}

const signed = (score: number): string => `${score < 0 ? '−' : '+'}${Math.abs(score).toFixed(2)}`;

function pageOf(title: string, score: number, sentences: readonly JudgedSentence[]): string {
  const shade = (text: string, effect: number): string => `<span class="${effect > 0 ? 'for' : 'against'}" style="--effect:${Math.min(1, Math.abs(effect)).toFixed(2)}" title="${signed(effect)}">${escapeHtml(text)}</span>`;
  const body = sentences.map((sentence) => `<p><small>${signed(sentence.score)}</small> ${coloured(sentence, shade, escapeHtml)}</p>`);
  return htmlPage(title, [`<p>${signed(score)} as a whole. <span class="for" style="--effect:0.6">Green</span>: words without which it would be less positive; <span class="against" style="--effect:0.6">red, under-lined</span>: less negative.</p>`, ...body]);
}
