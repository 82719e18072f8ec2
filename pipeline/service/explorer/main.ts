// The page: search, the graph, the panel and the filters, joined. What it shows is in its address, so that a link brings it back.
import { MOST_IN_OVERVIEW, ProblemError, USUAL_IN_OVERVIEW, type Client, type OutputOf } from '../client.ts';
import { LABELS } from '../../picture/colours.ts';
import { Annotations } from './annotations.ts';
import { byId, element } from './elements.ts';
import { linkOf, NOTHING, viewOf, type View } from './link.ts';
import { documentPanel, entityPanel, evidencePanel, pathPanel, relatedPanel, spokenPanel, swatch, type PanelEvents } from './panel.ts';
import { createReview } from './review.ts';
import type { Fact, Link, Part, Ref } from './picture.ts';
import { Stage } from './stage.ts';
import { topicPanel, topicsPanel } from './topics.ts';
import { createSuggestions } from './suggestions.ts';
import type { ClaimWords } from './words.ts';

/** Of one entity that are shown at first, and further ones at a time; likeliest first. */
const MOST_FACTS = 60;
const MOST_IN_PAGE = 500;
const MOST_RELATED = 25;
/** Claims of a fact whose words are asked for. */
const MOST_CLAIMS = 20;

export interface StartOptions {
  /** Entities that are shown where the address says nothing; left out, an overview. */
  readonly first?: readonly string[];
  /** Where the graph may change while it is looked at: tells its status then. */
  readonly follow?: (tell: (status: OutputOf<'status'>) => void) => void;
}

let client: Client;
let stage: Stage;
let review: ReturnType<typeof createReview>;
let annotations: Annotations;
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
  onSpoken: (id) => void trying(() => showAfter(async (back) => spokenPanel(await client.sentiment({ id, limit: MOST_RELATED }), back, events()))),
  onPathFrom: (from) => ask('path', from, 'Find or click the entity that the path shall lead to.'),
  ...(server.reviewable ? { namesOf: (id: string) => review.names(id) } : {}),
  ...(server.reviewable && server.writable ? { onSameAs: (from: string) => ask('same', from, 'Find or click the entity that it is one with.') } : {}),
});

function ask(kind: 'path' | 'same', from: string, what: string): void {
  pending = { kind, from };
  say(what);
  byId('query').focus();
}

/** Shows the neighbours of an entity and what is said of it. */
const open = (id: string): Promise<void> => choose(id, true);

async function choose(id: string, isOpened = !stage.has(id)): Promise<void> {
  if (pending !== undefined && pending.from !== id) {
    const { kind, from } = pending;
    pending = undefined;
    return kind === 'path' ? showPath(from, id) : showMerging(from, id);
  }
  leaveReview();
  await show(() => tellEntity(id, isOpened, MOST_FACTS));
}

async function tellEntity(asked: string, isOpened: boolean, most: number): Promise<Node[]> {
  const { entity, facts, isWhole } = await bring(asked, isOpened, most);
  const more = async (): Promise<void> => {
    const { scrollTop } = panel;
    await show(() => tellEntity(entity.id, view.open.includes(entity.id), most + MOST_FACTS));
    panel.scrollTop = scrollTop;
  };
  return [...review.lastSaid(), ...entityPanel(entity, facts, isWhole ? undefined : () => void trying(more), events())];
}

/** Puts light on an entity. @param isOpened whether it is shown with its facts */
async function bring(asked: string, isOpened: boolean, most = MOST_FACTS): Promise<{ readonly entity: OutputOf<'entity'>; readonly facts: readonly Fact[]; readonly isWhole: boolean }> {
  const [entity, { facts, isWhole }] = await Promise.all([client.entity({ id: asked }), factsOf(asked, most)]);
  const { id } = entity;
  remember({ chosen: id, ...(isOpened ? { open: [...new Set([...view.open, id])] } : {}) });
  if (isOpened) add(facts, entity);
  stage.choose(id);
  return { entity, facts, isWhole };
}

async function factsOf(id: string, most: number): Promise<{ readonly facts: readonly Fact[]; readonly isWhole: boolean }> {
  const facts: Fact[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await client.facts({ id, order: 'probability', limit: Math.min(MOST_IN_PAGE, most - facts.length), cursor });
    facts.push(...items);
    cursor = next;
  } while (cursor !== undefined && facts.length < most);
  return { facts, isWhole: cursor === undefined };
}

function add(facts: readonly Link[], near: Ref): void {
  stage.add({ near, facts });
  stage.look(near.id);
  showFilters();
}

async function showOverview(limit: number): Promise<void> {
  const overview = await client.overview({ limit });
  remember({ overview: limit, open: [], chosen: undefined });
  byId<HTMLSelectElement>('most').value = String(limit);
  await stage.showOverview(overview);
  showFilters();
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
    add(answer.related.flatMap(({ path }) => path.map(linkOfStep)), answer.seeds[0]!);
    return relatedPanel(answer, events());
  });
  const steps = [[id]];
  for (const { path } of answer!.related) path.forEach(({ to }, at) => (steps[at + 1] ??= []).push(to.id));
  await stage.glow(new Map(answer!.related.map((entity) => [entity.id, entity.activation])), steps);
}

async function showPath(from: string, to: string): Promise<void> {
  await show(async () => {
    const answer = await client.path({ from, to, ...inferredOrNot() });
    add(answer.path.map(linkOfStep), answer.from);
    stage.showPath([answer.from.id, ...answer.path.map((step) => step.to.id)]);
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

async function showTopics(): Promise<void> {
  leaveReview();
  filter({ topic: undefined });
  await show(async () => topicsPanel(await client.topics({ limit: MOST_IN_PAGE }), (label) => void trying(() => showTopic(label))));
  panel.querySelector('h2')?.focus();
}

/** In the picture what it is about, in the panel its names and documents. */
async function showTopic(label: string): Promise<void> {
  leaveReview();
  await show(async () => {
    const topic = (await client.topics({ limit: MOST_IN_PAGE })).items.find((each) => each.label === label);
    if (topic === undefined) return gone();
    return topicPanel(topic, await client.documents({ topic: label, limit: MOST_IN_PAGE }), events(), () => void trying(showTopics));
  });
  filter({ topic: label });
  panel.querySelector('h2')?.focus();
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
  annotations.forget();
  showStatus(await client.status({}));
  const parts: Part[] = view.overview === undefined ? [] : partsOf(await client.overview({ limit: view.overview }));
  const open: string[] = [];
  for (const id of view.open) {
    try {
      const entity = await client.entity({ id });
      parts.push({ near: entity, facts: (await factsOf(entity.id, MOST_FACTS)).facts });
      open.push(entity.id);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 404) throw error;
    }
  }
  remember({ open: [...new Set(open)] });
  stage.replace(parts);
  showFilters();
  await redo();
}

const partsOf = ({ entities, predicates, facts }: OutputOf<'overview'>): Part[] => [
  ...entities.map((near) => ({ near, facts: [] })),
  ...facts.map(([subject, predicate, object, probability]) => ({ near: entities[subject]!, facts: [{ subject: entities[subject]!, predicate: predicates[predicate]!, object: entities[object]!, probability }] })),
];

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
  if (view.topic !== undefined || view.spoken !== undefined) applyFilters();
}

function filter(changes: Partial<View>): void {
  remember(changes);
  applyFilters();
}

function applyFilters(): void {
  const asked = view;
  if (asked.topic === undefined && asked.spoken === undefined) stage.filter(view, new Set());
  else void trying(async () => {
    const hidden = await annotations.hidden(stage.ids, asked);
    if (view.topic === asked.topic && view.spoken === asked.spoken) stage.filter(view, hidden);
  });
  byId<HTMLSelectElement>('spoken').value = view.spoken ?? '';
  const topic = byId('topic');
  topic.hidden = view.topic === undefined;
  topic.textContent = `About ${view.topic} ×`;
  byId<HTMLInputElement>('least').value = String(view.least);
  byId<HTMLOutputElement>('least-value').value = view.least.toFixed(2);
  byId<HTMLInputElement>('inferred').checked = view.inferred;
}

function showStatus(status: OutputOf<'status'>): void {
  const { counts: { documents, entities, facts }, progress } = status;
  byId('counts').textContent = `${documents} documents, ${entities} entities, ${facts} facts${progress === undefined ? '' : `; reading, ${progress.read} so far`}`;
  byId('review').hidden = !status.reviewable;
  byId('spoken-of').hidden = !status.judged;
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
  const { chosen, reviewing, overview, ...asked } = location.hash === '' && first.length > 0 ? { ...NOTHING, open: first, chosen: first[0] } : viewOf(location.hash);
  view = { ...NOTHING, ...asked, open: [] };
  applyFilters();
  const most = Math.min(overview ?? (asked.open.length === 0 && chosen === undefined ? USUAL_IN_OVERVIEW : 0), MOST_IN_OVERVIEW);
  if (most > 0) await showOverview(most);
  for (const id of asked.open) await bring(id, true);
  if (chosen !== undefined) await choose(chosen);
  if (reviewing && server.reviewable) await showReview();
  follow?.(changed);
}

/** @param asked what answers the page's questions */
export function start(asked: Client, options: StartOptions = {}): void {
  client = asked;
  annotations = new Annotations(client);
  stage = new Stage(byId('graph'), { onChoose: (id) => void trying(() => choose(id)), onOpen: (id) => void trying(() => open(id)) });
  review = createReview({
    client,
    canDecide: () => server.writable,
    // On a phone the panel has taken the room of the graph.
    onShow: (id) => void trying(async () => void (byId('graph').offsetParent === null ? await choose(id) : await bring(id, true))),
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
  byId('spoken').addEventListener('change', ({ target }) => {
    const { value } = target as HTMLSelectElement;
    filter({ spoken: value === '' ? undefined : (value as View['spoken']) });
  });
  byId('topic').addEventListener('click', () => filter({ topic: undefined }));
  byId('topics').addEventListener('click', () => void trying(showTopics));
  byId('review').addEventListener('click', () => void trying(async () => {
    if (!view.reviewing) return showReview();
    leaveReview();
    if (view.chosen !== undefined) await choose(view.chosen);
    else await show(async () => []);
  }));
  byId('overview').addEventListener('submit', (event) => {
    event.preventDefault();
    void trying(async () => {
      leaveReview();
      await show(async () => []);
      await showOverview(Number(byId<HTMLSelectElement>('most').value));
    });
  });
  void trying(() => begin(options));
  // For tests, which point at entities that are drawn and not elements.
  Object.assign(globalThis, { engramPlaceOf: (id: string) => stage.placeOf(id), engramIsStill: () => stage.isStill, engramShown: () => stage.shown });
}
