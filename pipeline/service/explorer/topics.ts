// What the panel tells of topics, and of how an entity is spoken of.
import type { OutputOf } from '../client.ts';
import { element, marked } from './elements.ts';
import { button, link, type PanelEvents } from './panel.ts';

const MOST_NAMED = 5;

type Topics = OutputOf<'topics'>;

/** @param onTopic shows one of them */
export function topicsPanel({ origin, items }: Topics, onTopic: (label: string) => void): Node[] {
  const about = origin === 'classifier' ? 'As a classifier has it.' : 'Documents that name the same entities, by the names that tell them from the others.';
  return [
    element('h2', { tabindex: -1 }, 'What the documents are about'),
    element('p', { class: 'quiet' }, items.length === 0 ? 'No two documents name the same entity.' : about),
    element('ul', { class: 'topics' }, ...items.map(({ label, documents, entities }) => element('li', {}, button(label, () => onTopic(label)), ' ', element('span', { class: 'quiet' }, `${documents} ${documents === 1 ? 'document' : 'documents'}${origin === 'classifier' && entities.length > 0 ? `; ${entities.slice(0, MOST_NAMED).map(({ name }) => name).join(', ')}` : ''}`)))),
  ];
}

/** @param onClear shows everything again, on no topic */
export function topicPanel({ label, entities }: Topics['items'][number], documents: OutputOf<'documents'>, { onChoose, onDocument }: PanelEvents, onClear: () => void): Node[] {
  return [
    element('h2', { tabindex: -1 }, label),
    element('p', {}, button('All topics', onClear)),
    element('h3', {}, 'Names that tell it from others'),
    element('ul', {}, ...entities.map((entity) => element('li', {}, link(entity, onChoose), ' ', element('span', { class: 'quiet' }, `in ${entity.documents}`)))),
    element('h3', {}, 'Documents'),
    element('ul', {}, ...documents.items.map(({ id, title, uri, date }) => element('li', {}, element('button', { type: 'button', class: 'link', onclick: () => onDocument(id, 0, 0) }, title ?? uri), ' ', element('span', { class: 'quiet' }, date ?? '')))),
    ...(documents.next === undefined ? [] : [element('p', { class: 'quiet' }, 'There are more than are listed here.')]),
  ];
}

/** How something is spoken of, in short. */
export const scoreText = (score: number): string => `${score < 0 ? '−' : '+'}${Math.abs(score).toFixed(2)}`;
const countsText = ({ mentions, positive, negative }: { readonly mentions: number; readonly positive: number; readonly negative: number }): string => `${positive} well, ${negative} badly, of ${mentions}`;

export function spokenPanel({ name, sentiment, periods, evidence }: OutputOf<'sentiment'>, back: () => void, { onDocument }: PanelEvents): Node[] {
  return [
    element('p', {}, button('Back', back)),
    element('h2', {}, `How ${name} is spoken of`),
    element('p', { class: 'quiet' }, sentiment === undefined ? 'No sentence about it was judged.' : `${scoreText(sentiment.score)} from −1 to +1; ${countsText(sentiment)} mentions`),
    element('table', { class: 'periods' }, element('tbody', {}, ...periods.map((period) => element('tr', {}, element('th', { scope: 'row' }, period.period), element('td', {}, scoreText(period.score)), element('td', { class: 'quiet' }, countsText(period)))))),
    ...evidence.flatMap((each) => [
      element('blockquote', {}, ...(each.text === undefined ? [element('span', { class: 'quiet' }, 'The text is not at hand here.')] : sentenceOf(each.text, each.surface))),
      element('p', { class: 'quiet' }, `${scoreText(each.sentiment)} `, button(each.uri, () => onDocument(each.documentId, each.start, each.end)), ` ${each.date ?? ''}`),
    ]),
  ];
}

function sentenceOf(text: string, surface: string): Node[] {
  const start = text.indexOf(surface);
  return marked(text, start < 0 ? [] : [{ start, end: start + surface.length }]);
}
