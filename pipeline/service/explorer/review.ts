// Pairs in doubt, as people are asked about them: both names in their sentences, what speaks for and against, and what they answer. And the names that one
// entity has in its documents, any of which may be another thing.
import type { Client, OutputOf } from '../client.ts';
import { byId, element, marked } from './elements.ts';
import { button, percent, swatch } from './panel.ts';

type Pair = OutputOf<'review'>['items'][number];
type End = Pair['a'];
type Name = OutputOf<'names'>['items'][number];
type Told = OutputOf<'decide'>;

export interface ReviewEvents {
  readonly client: Client;
  readonly canDecide: () => boolean;
  readonly onShow: (id: string) => void;
  readonly onDocument: (id: string, start: number, end: number) => void;
  /** What was said is in the graph. */
  readonly onDecided: (told: Told) => Promise<void>;
  /** The list has changed by itself. */
  readonly onAgain: () => void;
  /** What goes wrong in it is told. */
  readonly trying: (work: () => Promise<void>) => Promise<void>;
}

/** Pairs that are shown at first, and so many more each time. */
const PAGE = 10;
const MOST_PAIRS = 50;
const MOST_NAMES = 200;
/** Natural log odds that fill a bar. */
const FULL = 4;

const COMPARED: Readonly<Record<string, string>> = { name: 'Names', rarity: 'Rarity of the name', apart: 'Named apart', surroundings: 'Surroundings', company: 'Named nearby', facts: 'Facts', within: 'Place', lifetime: 'Lifetimes', years: 'Years' };

const referenceOf = ({ type, key, documentId }: Name): { readonly type: string; readonly key: string; readonly documentId: string } => ({ type, key, documentId });
const idOf = ({ a, b }: Pair): string => JSON.stringify([referenceOf(a), referenceOf(b)]);

/** What somebody said last, so that it can be taken back. */
interface Said {
  readonly text: string;
  readonly takeBack: Parameters<Client['decide']>[0];
}

export function createReview({ client, canDecide, onShow, onDocument, onDecided, onAgain, trying }: ReviewEvents) {
  const skipped = new Set<string>();
  let wanted = PAGE;
  let said: Said | undefined;

  const decide = (asked: Parameters<Client['decide']>[0], text: (told: Told) => string, takeBack: (told: Told) => Said['takeBack']): Promise<void> =>
    trying(async () => {
      const told = await client.decide(asked);
      said = asked.decision === 'none' ? undefined : { text: text(told), takeBack: takeBack(told) };
      await onDecided(told);
      byId('panel').querySelector<HTMLElement>('.answers button, .said button')?.focus();
    });
  /** Exactly of these two documents. */
  const answer = (pair: Pair, decision: 'same' | 'different'): Promise<void> => {
    const [a, b] = [referenceOf(pair.a), referenceOf(pair.b)];
    const holds = (told: Told): boolean => (decision === 'same') === (told.a.id === told.b.id);
    return decide({ a, b, decision }, (told) => `${pair.a.name} and ${pair.b.name}: ${decision === 'same' ? 'one' : 'two'} from now on${holds(told) ? '' : ', though other decisions still contradict it'}.`, () => ({ a, b, decision: 'none' }));
  };
  const lastSaid = (): Node[] => {
    if (said === undefined) return [];
    const { text, takeBack } = said;
    return [element('p', { class: 'said' }, `${text} `, button('Undo', () => void decide(takeBack, () => '', () => takeBack)))];
  };

  const side = ({ name, type, entity, text, mention, start, end, title, uri, documentId }: End): HTMLElement =>
    element(
      'section',
      {},
      element('h3', {}, swatch(type), name),
      element('blockquote', {}, ...marked(text, [mention])),
      element('p', { class: 'quiet' }, 'in ', element('button', { type: 'button', class: 'link', onclick: () => onDocument(documentId, start, end) }, title ?? uri), ' means ', element('button', { type: 'button', class: 'link', title: 'Show it in the graph', onclick: () => onShow(entity.id) }, entity.name)),
    );
  const card = (pair: Pair, answers: readonly HTMLElement[]): HTMLElement =>
    element(
      'article',
      { class: 'pair', 'aria-label': `${pair.a.name} and ${pair.b.name}` },
      element('div', { class: 'sides' }, side(pair.a), side(pair.b)),
      element('p', { class: 'answers' }, ...answers, element('span', { class: 'quiet' }, `The graph has ${pair.a.entity.id === pair.b.entity.id ? 'one' : 'two'} now.`)),
      weights(pair),
    );

  return {
    /** What the panel says. */
    async pairs(): Promise<Node[]> {
      const left: Pair[] = [];
      let total: number;
      let cursor: string | undefined;
      do {
        const page = await client.review({ limit: MOST_PAIRS, cursor });
        // Those that are skipped stand among those that are not.
        left.push(...page.items.filter((pair) => !skipped.has(idOf(pair))));
        ({ total, next: cursor } = page);
      } while (cursor !== undefined && left.length <= wanted);
      return [
        element('h2', { tabindex: -1 }, 'One or two?'),
        element('p', { class: 'quiet' }, total === 0 ? 'Nothing is in doubt.' : `${total} ${total === 1 ? 'pair is' : 'pairs are'} neither surely one nor surely two; those whose answer tells most come first.${canDecide() ? '' : ' This server is read only: with --write it takes answers.'}`),
        ...lastSaid(),
        ...left.slice(0, wanted).map((pair) => {
          const skip = button('Skip', () => {
            skipped.add(idOf(pair));
            onAgain();
          });
          return card(pair, canDecide() ? [button('One', () => void answer(pair, 'same')), button('Two', () => void answer(pair, 'different')), skip] : []);
        }),
        ...(skipped.size === 0 ? [] : [element('p', {}, `${skipped.size} skipped. `, button('Ask again', () => { skipped.clear(); onAgain(); }))]),
        ...(left.length <= wanted ? [] : [element('p', {}, button('More', () => { wanted += PAGE; onAgain(); }))]),
      ];
    },
    /** Whether two entities shall be one. */
    async merging(a: string, b: string, back: () => void): Promise<Node[]> {
      const pair = await client.compare({ a, b });
      const one = button('One', () => void decide({ a, b, decision: 'same' }, (told) => `${pair.a.name} and ${pair.b.name} are ${told.a.id === told.b.id ? 'one from now on' : 'kept apart by other decisions'}.`, (told) => ({ a: told.a.reference, b: told.b.reference, decision: 'none' })));
      return [element('h2', { tabindex: -1 }, `${pair.a.entity.name} and ${pair.b.entity.name}: one?`), card(pair, [one, button('Back', back)])];
    },
    /** By name, most documents first; what is only one name in one document has no rest to be told from. */
    async names(id: string): Promise<Node[]> {
      const { items, next } = await client.names({ id, limit: MOST_NAMES });
      const byKey = new Map<string, Name[]>();
      for (const each of items) byKey.set(each.key, [...(byKey.get(each.key) ?? []), each]);
      const apart = (a: Parameters<Client['decide']>[0]['a'], name: string): HTMLElement =>
        button('Not this one', () => void decide({ a, decision: 'different' }, () => `${name} is another one from now on.`, (told) => ({ a: told.a.id, b: told.b.id, decision: 'none' })));
      const groups = [...byKey.values()].sort((x, y) => y.length - x.length).map((named) => {
        const [{ name }] = named as [(typeof named)[0]];
        const places = named.map((each) =>
          element('li', {}, element('button', { type: 'button', class: 'link', onclick: () => onDocument(each.documentId, each.start, each.end) }, each.title ?? each.uri), ' ', ...(canDecide() && items.length > 1 ? [apart(referenceOf(each), `${name} in ${each.title ?? each.uri}`)] : []), element('div', { class: 'quiet' }, ...marked(each.text, [each.mention]))),
        );
        return element('li', {}, element('strong', {}, name), ` in ${named.length} ${named.length === 1 ? 'document' : 'documents'} `, ...(canDecide() && byKey.size > 1 && named.length > 1 ? [apart(`${name} @ ${id}`, name)] : []), element('ul', {}, ...places));
      });
      return [element('ul', { class: 'names' }, ...groups), ...(next === undefined ? [] : [element('p', { class: 'quiet' }, 'More documents name it than are listed here.')])];
    },
    /** With what takes it back. */
    lastSaid,
  };
}

/** What each comparison says: to the right for one, to the left for two. */
function weights({ comparisons, probability, logOdds }: Pair): HTMLElement {
  const row = (name: string, found: string, weight: number | null, isSum = false): HTMLElement =>
    element('tr', isSum ? { class: 'sum' } : {}, element('th', { scope: 'row' }, name, element('span', { class: 'quiet found' }, found)), element('td', { class: 'scale', 'aria-hidden': 'true' }, signedBar(weight ?? -FULL)), element('td', { class: 'weight' }, weight === null ? 'rules it out' : signed(weight)));
  return element(
    'table',
    { class: 'weights' },
    element('caption', {}, 'What speaks for one (+) and for two (−), in log odds'),
    element('tbody', {}, ...comparisons.map(({ name, found, weight }) => row(COMPARED[name] ?? name, found, weight)), row('Together', `${percent(probability)} one`, logOdds, true)),
  );
}

const signed = (weight: number): string => `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}`;

function signedBar(weight: number): HTMLElement {
  const made = element('span', { class: weight < 0 ? 'signed against' : 'signed for' });
  made.style.width = `${Math.max(2, Math.round(50 * Math.min(1, Math.abs(weight) / FULL)))}%`;
  return made;
}
