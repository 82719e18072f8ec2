// The page: search, the graph, the panel and the filters, joined. What it shows is in its address, so that a link brings it back.
import { createClient, MOST_IN_OVERVIEW, ProblemError, USUAL_IN_OVERVIEW, type OutputOf } from '../client.ts';
import { LABELS } from './colours.ts';
import { byId, element } from './elements.ts';
import { linkOf, NOTHING, viewOf, type View } from './link.ts';
import { documentPanel, entityPanel, evidencePanel, pathPanel, relatedPanel, swatch, type PanelEvents } from './panel.ts';
import { createSuggestions } from './suggestions.ts';
import type { Fact, Ref } from './picture.ts';
import { Stage } from './stage.ts';

/** Of one entity that are asked for at a time, likeliest first. */
const MOST_FACTS = 60;
const MOST_RELATED = 25;
const TOKEN_KEY = 'engram-token';

const token = sessionStorage.getItem(TOKEN_KEY) ?? undefined;
const client = createClient(location.origin, token === undefined ? {} : { token });
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

const stage = new Stage(byId('graph'), { onChoose: (id) => void trying(() => choose(id)), onOpen: (id) => void trying(() => open(id)) });

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

/** Shows the neighbours of an entity and what is said of it. */
const open = (id: string): Promise<void> => choose(id, true);

async function choose(asked: string, isOpened = !stage.has(asked)): Promise<void> {
  if (pathFrom !== undefined && pathFrom !== asked) {
    const from = pathFrom;
    pathFrom = undefined;
    return showPath(from, asked);
  }
  const [entity, facts] = await Promise.all([client.entity({ id: asked }), factsOf(asked)]);
  const { id } = entity;
  remember({ chosen: id });
  if (isOpened) {
    remember({ open: [...new Set([...view.open, id])] });
    add(facts.items, entity);
  }
  stage.choose(id);
  showEntity(entity, facts.items, facts.next);
}

/** Those that come after are asked for when somebody wants to see them. */
function showEntity(entity: OutputOf<'entity'>, listed: readonly Fact[], next: string | undefined): void {
  const more = async (): Promise<void> => {
    const facts = await factsOf(entity.id, next);
    if (view.open.includes(entity.id)) add(facts.items, entity);
    stage.choose(entity.id);
    const { scrollTop } = panel;
    showEntity(entity, [...listed, ...facts.items], facts.next);
    panel.scrollTop = scrollTop;
  };
  show(...entityPanel(entity, listed, next === undefined ? undefined : () => void trying(more), events));
}

const factsOf = (id: string, cursor?: string): Promise<OutputOf<'facts'>> => client.facts({ id, order: 'probability', limit: MOST_FACTS, ...(cursor === undefined ? {} : { cursor }) });

function add(facts: readonly Omit<Fact, 'id'>[], near: Ref): void {
  stage.add(facts, near);
  stage.look(near.id);
  showFilters();
}

async function showOverview(limit: number): Promise<void> {
  const overview = await client.overview({ limit });
  remember({ overview: limit, open: [], chosen: undefined });
  byId<HTMLSelectElement>('most').value = String(limit);
  show();
  await stage.showOverview(overview);
  showFilters();
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
  add(facts, answer.seeds[0]!);
  show(...relatedPanel(answer, events));
  await stage.glow(new Map(answer.related.map((entity) => [entity.id, entity.activation])), steps);
}

async function showPath(from: string, to: string): Promise<void> {
  const answer = await client.path({ from, to });
  add(answer.path.map(({ from: a, to: b, predicate, reversed, probability }) => ({ subject: reversed ? b : a, predicate, object: reversed ? a : b, probability })), answer.from);
  stage.showPath([answer.from.id, ...answer.path.map((step) => step.to.id)]);
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
  empty.hidden = stage.shown.entities > 0;
}

function filter(changes: Partial<View>): void {
  remember(changes);
  applyFilters();
}

function applyFilters(): void {
  stage.filter(view);
  byId<HTMLInputElement>('least').value = String(view.least);
  byId<HTMLOutputElement>('least-value').value = view.least.toFixed(2);
}

async function showCounts(): Promise<void> {
  const { counts } = await client.status({});
  byId('counts').textContent = `${counts.documents} documents, ${counts.entities} entities, ${counts.facts} facts`;
}

/** The graph may change while it is looked at. */
function follow(): void {
  if (token !== undefined) return;
  const changes = new EventSource('/events');
  changes.addEventListener('status', () => void showCounts().catch(() => undefined));
}

async function begin(): Promise<void> {
  await showCounts();
  const { chosen, overview, ...asked } = viewOf(location.hash);
  view = { ...NOTHING, ...asked, open: [] };
  applyFilters();
  const most = Math.min(overview ?? (asked.open.length === 0 && chosen === undefined ? USUAL_IN_OVERVIEW : 0), MOST_IN_OVERVIEW);
  if (most > 0) await showOverview(most);
  for (const id of asked.open) await open(id);
  if (chosen !== undefined) await choose(chosen);
  follow();
}

createSuggestions(byId('query'), byId('suggestions'), async (text) => (await client.search({ q: text, by: 'name', limit: 8 })).items, (id) => void trying(() => (pathFrom === undefined ? open(id) : choose(id))), (error) => say(String(error)));
byId('predicate').addEventListener('change', ({ target }) => {
  const { value } = target as HTMLSelectElement;
  filter({ predicate: value === '' ? undefined : value });
});
byId('overview').addEventListener('submit', (event) => {
  event.preventDefault();
  void trying(() => showOverview(Number(byId<HTMLSelectElement>('most').value)));
});
byId('least').addEventListener('input', ({ target }) => filter({ least: Number((target as HTMLInputElement).value) }));
byId('access').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, byId<HTMLInputElement>('token').value);
  location.reload();
});
void trying(begin);

// For tests, which point at entities that are drawn and not elements.
Object.assign(globalThis, { engramPlaceOf: (id: string) => stage.placeOf(id), engramIsStill: () => stage.isStill, engramShown: () => stage.shown });
