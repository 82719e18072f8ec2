// What the panel tells of topics: all of them, or the names and documents of one.
import type { OutputOf } from '../client.ts';
import { element } from './elements.ts';
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
