// The page: search, the graph, the panel and the filters, joined. What it shows is in its address, so that a link brings it back.
import { ProblemError, type Client, type OutputOf } from '../client.ts';
import { LABELS } from './colours.ts';
import { byId, element } from './elements.ts';
import { linkOf, NOTHING, viewOf, type View } from './link.ts';
import { documentPanel, entityPanel, evidencePanel, pathPanel, relatedPanel, swatch, type PanelEvents } from './panel.ts';
import { createReview } from './review.ts';
import { createSuggestions } from './suggestions.ts';
import { MOST_NEIGHBOURS, Stage, type Fact, type Link } from './stage.ts';
import type { ClaimWords } from './words.ts';

const MOST_FACTS = 200;
const MOST_RELATED = 25;
/** Claims of a fact whose words are asked for. */
const MOST_CLAIMS = 20;

export interface StartOptions {
  /** Entities that are shown where the address says nothing. */
  readonly first?: readonly string[];
  /** Where the graph may change while it is looked at: tells its status then. */
  readonly follow?: (tell: (status: OutputOf<'status'>) => void) => void;
}

let client: Client;
let stage: Stage;
let review: ReturnType<typeof createReview>;
const [panel, status, empty] = [byId('panel'), byId('status'), byId('empty')];
let view: View = NOTHING;
/** What is asked of an entity and another one, while that is being chosen. */
let pending: { readonly kind: 'path' | 'same'; readonly from: string } | undefined;
let server: OutputOf<'status'>;
/** Tells in the panel what it tells, as the graph has it now. */
let tellAgain: (() => Promise<readonly Node[]>) | undefined;

const say = (text: string): void => void (status.textContent = text);
async function show(tell: () => Promise<readonly Node[]>): Promise<void> {
  panel.replaceChildren(...(await tell()));
  panel.scrollTop = 0;
  tellAgain = tell;
}

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

/** What depends on the server, which is known when it has answered. */
const events = (): PanelEvents => ({
  onChoose: (id) => void trying(() => choose(id)),
  onOpen: (id) => void trying(() => open(id)),
  onFact: (fact) => void trying(() => showEvidence(fact)),
  onRelated: (id) => void trying(() => showRelated(id)),
  onDocument: (id, start, end) => void trying(() => showDocument(id, start, end)),
  onPathFrom: (from) => ask('path', from, 'Find or click the entity that the path shall lead to.'),
  ...(server.reviewable ? { namesOf: (id: string) => review.names(id) } : {}),
  ...(server.reviewable && server.writable ? { onSameAs: (from: string) => ask('same', from, 'Find or click the entity that it is one with.') } : {}),
});

function ask(kind: 'path' | 'same', from: string, what: string): void {
  pending = { kind, from };
  say(what);
  byId('query').focus();
}

async function putOnStage(id: string): Promise<void> {
  await stage.open(id);
  remember({ open: [...new Set([...view.open, id])], chosen: id });
  empty.hidden = stage.size > 0;
  showFilters();
  stage.choose(id);
}

async function open(id: string): Promise<void> {
  await putOnStage(id);
  await choose(id);
}

async function choose(id: string): Promise<void> {
  if (pending !== undefined && pending.from !== id) {
    const { kind, from } = pending;
    pending = undefined;
    return kind === 'path' ? showPath(from, id) : showMerging(from, id);
  }
  if (!stage.has(id)) return open(id);
  leaveReview();
  await show(async () => {
    const [entity, facts] = await Promise.all([client.entity({ id }), client.facts({ id, order: 'probability', limit: MOST_FACTS })]);
    remember({ chosen: entity.id });
    stage.choose(entity.id);
    return [...review.lastSaid(), ...entityPanel(entity, facts.items, facts.next !== undefined, events())];
  });
}

/** In place of what was told before the graph changed. */
const gone = (): Node[] => [element('p', { class: 'quiet' }, 'The graph no longer has it.')];

/** The panel as it was is one step back. */
async function showAfter(tellWith: (back: () => void) => Promise<readonly Node[]>): Promise<void> {
  const [before, tellBefore] = [[...panel.childNodes], tellAgain];
  await show(() => tellWith(() => { panel.replaceChildren(...before); tellAgain = tellBefore; }));
}

async function showEvidence(fact: Fact): Promise<void> {
  await showAfter(async (back) => {
    const explanation = await client.explain({ q: fact.id });
    return explanation.asked.kind === 'fact' ? evidencePanel(explanation, back, events(), server.reviewable ? wordsOf : undefined) : gone();
  });
}

async function wordsOf(id: string, tell: (claim: number, found: ClaimWords) => void): Promise<void> {
  let cursor: string | undefined;
  let at = 0;
  do {
    const { items, next } = await client.words({ id, limit: MOST_CLAIMS, cursor });
    for (const each of items) tell(at++, each);
    cursor = next;
  } while (cursor !== undefined && at < MOST_CLAIMS);
}

async function showDocument(id: string, start: number, end: number): Promise<void> {
  await showAfter(async (back) => documentPanel(await client.document({ id }), { start, end }, back));
  document.getElementById('sentence')?.scrollIntoView({ block: 'center' });
}

const inferredOrNot = (): { readonly inferred: 'true' | 'false' } => ({ inferred: view.inferred ? 'true' : 'false' });
const linkOfStep = ({ from, to, predicate, reversed, probability, origin }: OutputOf<'path'>['path'][number]): Link => ({ subject: reversed ? to : from, predicate, object: reversed ? from : to, probability, isInferred: origin !== undefined });

async function showRelated(id: string): Promise<void> {
  let answer: OutputOf<'related'> | undefined;
  await show(async () => {
    answer = await client.related({ entity: id, limit: MOST_RELATED, ...inferredOrNot() });
    stage.add(answer.related.flatMap(({ path }) => path.map(linkOfStep)), id);
    showFilters();
    return relatedPanel(answer, events());
  });
  const steps = [[id]];
  for (const { path } of answer!.related) path.forEach(({ to }, at) => (steps[at + 1] ??= []).push(to.id));
  await stage.glow(new Map(answer!.related.map((entity) => [entity.id, entity.activation])), steps);
}

async function showPath(from: string, to: string): Promise<void> {
  await show(async () => {
    const answer = await client.path({ from, to, ...inferredOrNot() });
    stage.add(answer.path.map(linkOfStep), from);
    stage.showPath([answer.from.id, ...answer.path.map((step) => step.to.id)]);
    showFilters();
    return pathPanel(answer, events());
  });
}

async function showMerging(a: string, b: string): Promise<void> {
  await showAfter((back) => review.merging(a, b, back));
}

async function showReview(): Promise<void> {
  remember({ reviewing: true });
  setReviewing();
  await show(() => review.pairs());
  panel.querySelector('h2')?.focus();
}

function leaveReview(): void {
  if (!view.reviewing) return;
  remember({ reviewing: false });
  setReviewing();
}

function setReviewing(): void {
  document.body.classList.toggle('reviewing', view.reviewing);
  byId('review').setAttribute('aria-pressed', String(view.reviewing));
  // Whole lists of pairs are not read out whenever one goes.
  panel.setAttribute('aria-live', view.reviewing ? 'off' : 'polite');
}

/** The panel tells the same as the graph has it now, where that is another thing. */
async function redo(): Promise<void> {
  if (tellAgain === undefined) return;
  const [isOpen, hadFocus] = [panel.querySelector('details[open]') !== null, panel.contains(document.activeElement)];
  const nodes = await tellAgain().catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 404) return gone();
    throw error;
  });
  if (nodes.length === panel.childNodes.length && nodes.every((node, at) => node.isEqualNode(panel.childNodes[at]!))) return;
  panel.replaceChildren(...nodes);
  const details = panel.querySelector('details');
  if (isOpen && details !== null) details.open = true;
  if (hadFocus) panel.focus({ preventScroll: true });
}

let refreshing = Promise.resolve();

/** One after the other. */
const refresh = (): Promise<void> => (refreshing = refreshing.catch(() => undefined).then(followGraph));

/** What is shown is brought in step with the graph: entities that are no more go, those that became another one are that one. */
async function followGraph(): Promise<void> {
  showStatus(await client.status({}));
  const entities: OutputOf<'entity'>[] = [];
  const facts: Fact[] = [];
  for (const id of view.open) {
    try {
      const entity = await client.entity({ id });
      entities.push(entity);
      facts.push(...(await client.facts({ id: entity.id, order: 'probability', limit: MOST_NEIGHBOURS })).items);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 404) throw error;
    }
  }
  remember({ open: [...new Set(entities.map(({ id }) => id))] });
  stage.replace(entities, facts);
  empty.hidden = stage.size > 0;
  showFilters();
  await redo();
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

function showStatus(status: OutputOf<'status'>): void {
  const { documents, entities, facts } = status.counts;
  byId('counts').textContent = `${documents} documents, ${entities} entities, ${facts} facts`;
  byId('review').hidden = !status.reviewable;
  server = status;
}

/** The graph may change while it is looked at. */
function changed(status: OutputOf<'status'>): void {
  const hasChanged = status.generation > server.generation || status.startedAt !== server.startedAt;
  showStatus(status);
  if (hasChanged) void trying(refresh);
}

async function begin({ first = [], follow }: StartOptions): Promise<void> {
  showStatus(await client.status({}));
  const { chosen, reviewing, ...asked } = location.hash === '' ? { ...NOTHING, open: first, chosen: first[0] } : viewOf(location.hash);
  view = { ...NOTHING, ...asked, open: [] };
  for (const id of asked.open) await open(id);
  if (chosen !== undefined) await choose(chosen);
  if (reviewing && server.reviewable) await showReview();
  filter({});
  byId<HTMLInputElement>('least').value = String(view.least);
  byId<HTMLInputElement>('inferred').checked = view.inferred;
  follow?.(changed);
}

/** @param asked what answers the page's questions */
export function start(asked: Client, options: StartOptions = {}): void {
  client = asked;
  stage = new Stage(byId('graph'), client, { onChoose: (id) => void trying(() => choose(id)), onOpen: (id) => void trying(() => open(id)) });
  review = createReview({
    client,
    canDecide: () => server.writable,
    // On a phone the panel has taken the room of the graph.
    onShow: (id) => void trying(() => (byId('graph').offsetParent === null ? choose(id) : putOnStage(id))),
    onDocument: (id, start, end) => void trying(() => showDocument(id, start, end)),
    onDecided: async ({ a }) => {
      if (!view.reviewing) await choose(a.id);
      await refresh();
    },
    onAgain: () => void trying(redo),
    trying,
  });
  createSuggestions(byId('query'), byId('suggestions'), async (text) => (await client.search({ q: text, by: 'name', limit: 8 })).items, (id) => void trying(() => (pending === undefined ? open(id) : choose(id))), (error) => say(String(error)));
  byId('predicate').addEventListener('change', ({ target }) => {
    const { value } = target as HTMLSelectElement;
    filter({ predicate: value === '' ? undefined : value });
  });
  byId('least').addEventListener('input', ({ target }) => filter({ least: Number((target as HTMLInputElement).value) }));
  byId('inferred').addEventListener('change', ({ target }) => {
    filter({ inferred: (target as HTMLInputElement).checked });
    void trying(redo);
  });
  byId('review').addEventListener('click', () => void trying(async () => {
    if (!view.reviewing) return showReview();
    leaveReview();
    if (view.chosen !== undefined) await choose(view.chosen);
    else await show(async () => []);
  }));
  byId('filters').hidden = true;
  void trying(() => begin(options));
  // For tests, which point at entities that are drawn and not elements.
  Object.assign(globalThis, { engramPlaceOf: (id: string) => stage.placeOf(id) });
}
