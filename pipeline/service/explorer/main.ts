// The page: search, the graph, the panel and the filters, joined. What it shows is in its address, so that a link brings it back.
import { ProblemError, type Client } from '../client.ts';
import { LABELS } from './colours.ts';
import { byId, element } from './elements.ts';
import { linkOf, NOTHING, viewOf, type View } from './link.ts';
import { documentPanel, entityPanel, evidencePanel, pathPanel, relatedPanel, swatch, type PanelEvents } from './panel.ts';
import { createSuggestions } from './suggestions.ts';
import { Stage, type Fact } from './stage.ts';

const MOST_FACTS = 200;
const MOST_RELATED = 25;

export interface StartOptions {
  /** Entities that are shown where the address says nothing. */
  readonly first?: readonly string[];
  /** Where the graph may change while it is looked at. */
  readonly onStatus?: (tell: () => void) => void;
}

let client: Client;
let stage: Stage;
const [panel, status, empty] = [byId('panel'), byId('status'), byId('empty')];
let view: View = NOTHING;
/** The entity that a path is asked from, while the other end is being chosen. */
let pathFrom: string | undefined;

const say = (text: string): void => void (status.textContent = text);
const show = (...nodes: readonly Node[]): void => {
  panel.replaceChildren(...nodes);
  panel.scrollTop = 0;
};

/** What goes wrong is told, and the page goes on. */
async function trying(work: () => Promise<void>): Promise<void> {
  try {
    say('');
    await work();
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) byId('access').hidden = false;
    say(error instanceof ProblemError ? `${error.message} ${error.hint ?? ''}` : `The server cannot be reached: ${String(error)}`);
  }
}

function remember(changes: Partial<View>): void {
  view = { ...view, ...changes };
  history.replaceState(undefined, '', linkOf(view));
}

const events: PanelEvents = {
  onChoose: (id) => void trying(() => choose(id)),
  onOpen: (id) => void trying(() => open(id)),
  onFact: (fact) => void trying(() => showEvidence(fact)),
  onRelated: (id) => void trying(() => showRelated(id)),
  onDocument: (id, start, end) => void trying(() => showDocument(id, start, end)),
  onPathFrom: (id) => {
    pathFrom = id;
    say('Find or click the entity that the path shall lead to.');
    byId('query').focus();
  },
};

async function open(id: string): Promise<void> {
  await stage.open(id);
  remember({ open: [...new Set([...view.open, id])] });
  empty.hidden = stage.size > 0;
  showFilters();
  await choose(id);
}

async function choose(id: string): Promise<void> {
  if (pathFrom !== undefined && pathFrom !== id) {
    const from = pathFrom;
    pathFrom = undefined;
    return showPath(from, id);
  }
  if (!stage.has(id)) return open(id);
  const [entity, facts] = await Promise.all([client.entity({ id }), client.facts({ id, order: 'probability', limit: MOST_FACTS })]);
  remember({ chosen: entity.id });
  stage.choose(entity.id);
  show(...entityPanel(entity, facts.items, facts.next !== undefined, events));
}

/** The panel as it was is one step back. */
function showAfter(nodesWith: (back: () => void) => readonly Node[]): void {
  const before = [...panel.childNodes];
  show(...nodesWith(() => show(...before)));
}

async function showEvidence(fact: Fact): Promise<void> {
  const explanation = await client.explain({ q: fact.id });
  showAfter((back) => evidencePanel(explanation, back, events));
}

async function showDocument(id: string, start: number, end: number): Promise<void> {
  const found = await client.document({ id });
  showAfter((back) => documentPanel(found, { start, end }, back));
  document.getElementById('sentence')?.scrollIntoView({ block: 'center' });
}

async function showRelated(id: string): Promise<void> {
  const answer = await client.related({ entity: id, limit: MOST_RELATED });
  const steps = [[id]];
  const facts: Omit<Fact, 'id'>[] = [];
  for (const { path } of answer.related) {
    path.forEach(({ from, to, predicate, reversed, probability }, at) => {
      (steps[at + 1] ??= []).push(to.id);
      const [subject, object] = reversed ? [to, from] : [from, to];
      facts.push({ subject, predicate, object, probability });
    });
  }
  stage.add(facts, id);
  showFilters();
  show(...relatedPanel(answer, events));
  await stage.glow(new Map(answer.related.map((entity) => [entity.id, entity.activation])), steps);
}

async function showPath(from: string, to: string): Promise<void> {
  const answer = await client.path({ from, to });
  stage.add(answer.path.map(({ from: a, to: b, predicate, reversed, probability }) => ({ subject: reversed ? b : a, predicate, object: reversed ? a : b, probability })), from);
  stage.showPath([from, ...answer.path.map((step) => step.to.id)]);
  showFilters();
  show(...pathPanel(answer, events));
}

function showFilters(): void {
  const types = byId<HTMLFieldSetElement>('types');
  types.replaceChildren(
    element('legend', {}, 'Types'),
    ...stage.types.map((type) =>
      element('label', {}, element('input', { type: 'checkbox', checked: !view.hiddenTypes.includes(type), onchange: (event) => filter({ hiddenTypes: (event.target as HTMLInputElement).checked ? view.hiddenTypes.filter((each) => each !== type) : [...view.hiddenTypes, type] }) }), swatch(type), LABELS[type] ?? type),
    ),
  );
  byId('predicate').replaceChildren(element('option', { value: '' }, 'all'), ...stage.predicates.map((predicate) => element('option', { value: predicate, selected: predicate === view.predicate }, predicate)));
  byId('filters').hidden = stage.size === 0;
}

function filter(changes: Partial<View>): void {
  remember(changes);
  stage.filter(view);
  byId<HTMLOutputElement>('least-value').value = view.least.toFixed(2);
}

async function showCounts(): Promise<void> {
  const { counts } = await client.status({});
  byId('counts').textContent = `${counts.documents} documents, ${counts.entities} entities, ${counts.facts} facts`;
}

async function begin({ first = [], onStatus }: StartOptions): Promise<void> {
  await showCounts();
  const { chosen, ...asked } = location.hash === '' ? { ...NOTHING, open: first, chosen: first[0] } : viewOf(location.hash);
  view = { ...NOTHING, ...asked, open: [] };
  for (const id of asked.open) await open(id);
  if (chosen !== undefined) await choose(chosen);
  filter({});
  byId<HTMLInputElement>('least').value = String(view.least);
  onStatus?.(() => void showCounts().catch(() => undefined));
}

/** @param asked what answers the page's questions */
export function start(asked: Client, options: StartOptions = {}): void {
  client = asked;
  stage = new Stage(byId('graph'), client, { onChoose: (id) => void trying(() => choose(id)), onOpen: (id) => void trying(() => open(id)) });
  createSuggestions(byId('query'), byId('suggestions'), async (text) => (await client.search({ q: text, by: 'name', limit: 8 })).items, (id) => void trying(() => (pathFrom === undefined ? open(id) : choose(id))), (error) => say(String(error)));
  byId('predicate').addEventListener('change', ({ target }) => {
    const { value } = target as HTMLSelectElement;
    filter({ predicate: value === '' ? undefined : value });
  });
  byId('least').addEventListener('input', ({ target }) => filter({ least: Number((target as HTMLInputElement).value) }));
  byId('filters').hidden = true;
  void trying(() => begin(options));
  // For tests, which point at entities that are drawn and not elements.
  Object.assign(globalThis, { engramPlaceOf: (id: string) => stage.placeOf(id) });
}
