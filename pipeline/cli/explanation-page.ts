// An explanation as one HTML page without scripts: each claim's sentence with the two names marked and the words that moved the
// decision under-lined, the stronger the darker.
import { withUnit } from './output.ts';
import type { Explanation } from '../../graph/query/explain.ts';
import type { DecisiveWord } from '../decisive-words.ts';

export type Words = (claim: Explanation['facts'][number]['claims'][number]) => readonly DecisiveWord[];

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const share = (probability: number): string => probability.toFixed(2);

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h2{font-size:1.1rem;margin:2rem 0 .3rem}blockquote{margin:.6rem 0 .1rem;padding-left:.8rem;border-left:3px solid #c9c9c9}
mark{background:#ffe08a;color:inherit;padding:0 .15em;border-radius:.2em}u{text-decoration-color:rgb(190 30 30/var(--effect));text-decoration-thickness:3px}
small{color:#595959}.for{background:rgb(40 160 80/calc(.55*var(--effect)))}.against{background:rgb(210 60 50/calc(.5*var(--effect)));text-decoration:underline}@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}mark{background:#6b5300}small{color:#a8a8a8}}`;

export function explanationPage(title: string, { facts, attributes }: Explanation, wordsOf: Words): string {
  const sections = [
    ...attributes.map((a) => [`${a.subject.name} · ${a.name} · ${withUnit(a)}`, a] as const),
    ...facts.map((f) => [`${f.subject.name} · ${f.predicate} · ${f.object.name}`, f] as const),
  ].map(([heading, { probability, claims }]) => {
    const quotes = claims.map((claim) => {
      const source = `${claim.uri}, characters ${claim.start}–${claim.end}, ${share(claim.score)} by ${claim.extractor}`;
      return `<blockquote>${markedText(claim, wordsOf(claim))}</blockquote><small>${escapeHtml(source)}</small>`;
    });
    return `<h2>${escapeHtml(heading)} <small>${share(probability)}</small></h2>\n${quotes.join('\n')}`;
  });
  return htmlPage(title, ['<p><mark>marked</mark>: the two names; <u style="--effect:1">underlined</u>: words without which the model would be less sure.</p>', ...sections]);
}

/** @param parts markup */
export const htmlPage = (title: string, parts: readonly string[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${parts.join('\n')}
</body></html>
`;

function markedText({ text, head, tail }: Parameters<Words>[0], words: readonly DecisiveWord[]): string {
  const strongest = Math.max(...words.map(({ effect }) => effect), 0);
  const spans = [
    ...[head, tail].map(({ start, end }) => ({ start, end, open: '<mark>', close: '</mark>' })),
    ...words.map(({ start, end, effect }) => ({ start, end, open: `<u style="--effect:${(effect / strongest).toFixed(2)}" title="${share(effect)}">`, close: '</u>' })),
  ].sort((a, b) => a.start - b.start);
  let html = '';
  let at = 0;
  for (const { start, end, open, close } of spans) {
    if (start < at || end > text.length) continue;
    html += `${escapeHtml(text.slice(at, start))}${open}${escapeHtml(text.slice(start, end))}${close}`;
    at = end;
  }
  return html + escapeHtml(text.slice(at));
}
