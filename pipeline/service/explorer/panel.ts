// What the panel tells: an entity with its facts, a fact with its evidence, what is related, the path between two.
import type { OutputOf } from '../client.ts';
import { colourOf, LABELS } from '../../picture/colours.ts';
import { element, marked } from './elements.ts';
import { claimText, legend, wordList, type ClaimWords } from './words.ts';
import type { Fact, Ref } from './picture.ts';

export interface PanelEvents {
  readonly onChoose: (id: string) => void;
  readonly onFact: (fact: Fact) => void;
  readonly onRelated: (id: string) => void;
  readonly onOpen: (id: string) => void;
  readonly onPathFrom: (id: string) => void;
  readonly onDocument: (id: string, start: number, end: number) => void;
  readonly onSpoken: (id: string) => void;
  /** Left out where nobody may decide. */
  readonly onSameAs?: (id: string) => void;
  /** The names that its documents use; left out where they are not at hand. */
  readonly namesOf?: (id: string) => Promise<readonly Node[]>;
}

export const percent = (probability: number): string => `${Math.round(100 * probability)} %`;

/** @param facts likeliest first; @param onMore where there are more than these */
export function entityPanel(entity: OutputOf<'entity'>, facts: readonly Fact[], onMore: (() => void) | undefined, { onChoose, onFact, onOpen, onPathFrom, onRelated, onSameAs, onSpoken, namesOf }: PanelEvents): Node[] {
  const { id, type, name, aliases, attributes, mentions, documents, sentiment } = entity;
  return [
    element('h2', {}, name),
    element('p', { class: 'quiet' }, swatch(type), `${LABELS[type] ?? type}, named ${mentions} times in ${documents} ${documents === 1 ? 'document' : 'documents'}`),
    ...(aliases.length === 0 ? [] : [element('p', { class: 'quiet' }, `Also called ${aliases.slice(0, 12).join(', ')}`)]),
    element('p', {}, button('Neighbours', () => onOpen(id)), ' ', button('Related', () => onRelated(id)), ' ', button('Path from here…', () => onPathFrom(id)), ...(onSameAs === undefined ? [] : [' ', button('Same as…', () => onSameAs(id))])),
    ...(sentiment === undefined ? [] : [element('p', {}, `Spoken of ${sentiment.positive} times well, ${sentiment.negative} times badly. `, button('How, and where', () => onSpoken(id)))]),
    ...(attributes.length === 0 ? [] : [element('h3', {}, 'Attributes'), element('ul', {}, ...attributes.map((each) => element('li', {}, `${each.name}: ${each.value}${each.unit === undefined ? '' : ` ${each.unit}`} `, element('span', { class: 'quiet' }, percent(each.probability)))))]),
    element('h3', {}, 'Facts'),
    facts.length === 0 ? element('p', { class: 'quiet' }, 'No document states a fact about it.') : element('ul', {}, ...facts.map((fact) => factItem(fact, id, onFact, onChoose))),
    ...(onMore === undefined ? [] : [element('p', { class: 'quiet' }, `The ${facts.length} likeliest of ${entity.facts} facts. `, button('More', onMore))]),
    ...(namesOf === undefined ? [] : [namesSection(() => namesOf(id))]),
  ];
}

/** Asked for when it is opened. */
function namesSection(names: () => Promise<readonly Node[]>): HTMLElement {
  const body = element('div');
  const fill = async (): Promise<void> => body.replaceChildren(...(await names()));
  return element('details', { ontoggle: ({ target }) => void ((target as HTMLDetailsElement).open && fill()) }, element('summary', {}, 'Named in'), body);
}

function factItem(fact: Fact, about: string, onFact: PanelEvents['onFact'], onChoose: PanelEvents['onChoose']): HTMLElement {
  const isSubject = fact.subject.id === about;
  const other = isSubject ? fact.object : fact.subject;
  return element('li', {}, element('button', { class: 'fact', type: 'button', title: 'Show the evidence', onclick: () => onFact(fact) }, isSubject ? `${fact.predicate} →` : `← ${fact.predicate}`), link(other, onChoose), ' ', element('span', { class: 'quiet' }, percent(fact.probability)));
}

/** @param words of each claim, as they are found; left out where nobody can tell them */
export function evidencePanel({ facts }: OutputOf<'explain'>, back: () => void, { onChoose, onDocument }: PanelEvents, words?: (fact: string, tell: (claim: number, found: ClaimWords) => void) => Promise<void>): Node[] {
  return [element('p', {}, button('Back', back)), ...facts.flatMap(({ id, subject, predicate, object, probability, claims }) => {
    const quotes = claims.map((claim) => ({ claim, text: element('blockquote', {}, ...(claim.text === '' ? [element('span', { class: 'quiet' }, 'The text is not at hand here.')] : claimText(claim))), below: element('div') }));
    const key = element('p', { class: 'quiet legend' }, words === undefined ? '' : 'Looking for the words that decided…');
    let isFound = false;
    const told = words?.(id, (at, { words: found }) => {
      const quote = quotes[at];
      const list = wordList(found);
      if (quote === undefined || list === undefined) return;
      isFound = true;
      quote.text.replaceChildren(...claimText(quote.claim, found));
      quote.below.replaceChildren(list);
      key.replaceChildren(...legend());
    });
    told?.then(() => { if (!isFound) key.textContent = 'Which words decided cannot be told.'; }).catch((error: unknown) => (key.textContent = `Which words decided cannot be told: ${String(error)}`));
    return [
      element('h2', {}, link(subject, onChoose), ` ${predicate} `, link(object, onChoose)),
      element('p', { class: 'quiet' }, `${percent(probability)} likely, from ${claims.length} ${claims.length === 1 ? 'sentence' : 'sentences'}`),
      key,
      ...quotes.flatMap(({ claim, text, below }) => [text, below, element('p', { class: 'quiet' }, button(claim.title ?? claim.uri, () => onDocument(claim.documentId, claim.start, claim.end)), ` ${percent(claim.score)} by ${claim.extractor}`)]),
    ];
  })];
}

const scoreText = (score: number): string => `${score < 0 ? '−' : '+'}${Math.abs(score).toFixed(2)}`;
const countsText = ({ mentions, positive, negative }: { readonly mentions: number; readonly positive: number; readonly negative: number }): string => `${positive} well, ${negative} badly, of ${mentions}`;

/** How an entity is spoken of, since when, and in which sentences. */
export function spokenPanel({ name, sentiment, periods, evidence }: OutputOf<'sentiment'>, back: () => void, { onDocument }: PanelEvents): Node[] {
  return [
    element('p', {}, button('Back', back)),
    element('h2', {}, `How ${name} is spoken of`),
    element('p', { class: 'quiet' }, sentiment === undefined ? 'No sentence about it was judged.' : `${scoreText(sentiment.score)} from −1 to +1; ${countsText(sentiment)} mentions`),
    element('table', { class: 'periods' }, element('tbody', {}, ...periods.map((period) => element('tr', {}, element('th', { scope: 'row' }, period.period), element('td', {}, scoreText(period.score)), element('td', { class: 'quiet' }, countsText(period)))))),
    ...evidence.flatMap(({ documentId, uri, date, start, end, sentiment: score, text, mention }) => [
      element('blockquote', {}, ...(text === undefined || mention === undefined ? [element('span', { class: 'quiet' }, 'The text is not at hand here.')] : marked(text, [mention]))),
      element('p', { class: 'quiet' }, `${scoreText(score)} `, button(uri, () => onDocument(documentId, start, end)), ` ${date ?? ''}`),
    ]),
  ];
}

/** @param sentence to be in sight */
export function documentPanel({ uri, title, date, text, mentions, sentiment, topics }: OutputOf<'document'>, sentence: { readonly start: number; readonly end: number }, back: () => void): Node[] {
  const body = element('div', { class: 'document', tabindex: 0 }, ...(text === undefined ? ['The text is not at hand here.'] : [...marked(text.slice(0, sentence.start), mentions), element('strong', { id: 'sentence' }, ...marked(text.slice(sentence.start, sentence.end), within(mentions, sentence))), ...marked(text.slice(sentence.end), mentions.map(({ start, end }) => ({ start: start - sentence.end, end: end - sentence.end })).filter(({ start }) => start >= 0))]));
  return [element('p', {}, button('Back', back)), element('h2', {}, title ?? uri), element('p', { class: 'quiet' }, [uri, date, sentiment === undefined ? undefined : `sentiment ${sentiment.toFixed(2)}`, topics?.[0] === undefined ? undefined : `about ${topics[0].label}`].filter((each) => each !== undefined).join(', ')), body];
}

const within = (spans: readonly { readonly start: number; readonly end: number }[], { start: from, end: to }: { readonly start: number; readonly end: number }) => spans.filter(({ start, end }) => start >= from && end <= to).map(({ start, end }) => ({ start: start - from, end: end - from }));

export function relatedPanel({ seeds, related }: OutputOf<'related'>, { onChoose }: PanelEvents): Node[] {
  const strongest = related[0]?.activation ?? 1;
  return [
    element('h2', {}, `Related to ${seeds.map(({ name }) => name).join(' and ')}`),
    related.length === 0 ? element('p', { class: 'quiet' }, 'Nothing: no fact and no sentence joins it to another entity.') : element('ul', {}, ...related.map((entity) => element('li', {}, bar(entity.activation / strongest), link(entity, onChoose), element('div', { class: 'quiet' }, ...stepsText(entity.path))))),
  ];
}

export function pathPanel({ from, to, path }: OutputOf<'path'>, { onChoose }: PanelEvents): Node[] {
  return [
    element('h2', {}, `From ${from.name} to ${to.name}`),
    path.length === 0
      ? element('p', { class: 'quiet' }, 'No path leads there.')
      : element('ul', {}, ...path.map((step) => element('li', {}, link(step.from, onChoose), ` ${step.reversed ? '←' : '→'} ${step.predicate} `, link(step.to, onChoose), ...inferredNote(step), ...step.evidence.slice(0, 1).map(({ text, uri }) => element('blockquote', {}, text ?? '', element('div', { class: 'quiet' }, uri)))))),
  ];
}

type Step = OutputOf<'path'>['path'][number];

const stepsText = (path: readonly Step[]): (string | Node)[] => path.flatMap((step) => [` ${step.reversed ? '←' : '→'} ${step.predicate} ${step.to.name}`, ...inferredNote(step)]);

/** Of a link that no document states, what it rests on. */
function inferredNote({ origin, because }: Step): Node[] {
  return origin === undefined ? [] : [document.createTextNode(' '), element('span', { class: 'inferred', title: because ?? '' }, origin === 'conversation' ? 'from a conversation' : 'inferred')];
}

/** Widths are set from the script, which the policy of the page allows where a style attribute would be refused. */
function bar(share: number): HTMLElement {
  const made = element('span', { class: 'bar', 'aria-hidden': 'true' });
  made.style.width = `${Math.max(4, Math.round(48 * share))}px`;
  return made;
}

export function swatch(type: string): HTMLElement {
  const made = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  made.style.background = colourOf(type);
  return made;
}

export const button = (text: string, onclick: () => void): HTMLElement => element('button', { type: 'button', onclick }, text);
export const link = ({ id, name, type }: Ref, onChoose: PanelEvents['onChoose']): HTMLElement => element('button', { class: 'link', type: 'button', title: LABELS[type] ?? type, onclick: () => onChoose(id) }, name);
