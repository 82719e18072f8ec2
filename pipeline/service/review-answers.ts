// What a served graph tells of what was taken for one, and what has to be journalled of what people say of it.
import { setImmediate } from 'node:timers/promises';
import type { LiveGraph } from '../../graph/live-graph.ts';
import { refOf } from '../../graph/query/related.ts';
import type { EntitySearch } from '../../graph/query/search.ts';
import { leastSureFirst, type WeighedPair } from '../../graph/resolve/doubts.ts';
import { refer } from '../../graph/resolve/name-groups.ts';
import { EngramError } from '../core/errors.ts';
import type { EntityId, Reference } from '../core/model.ts';
import type { DecisionRecord } from '../journal.ts';
import { findNamed, findReferred, join, merge, restOf, standsFor, takeBack, tellApart, weighThings, type NamedThing, type Resolution } from '../resolution.ts';
import { mostTelling, toldName, toldPair } from '../told-pairs.ts';
import { rankedPageOf } from './graph-answers.ts';
import type { CheckedInputOf, Handlers } from './operations.ts';

export interface ReviewState {
  readonly search: () => EntitySearch;
  /** Those whose answer tells most first. */
  readonly doubts: () => Promise<readonly WeighedPair[]>;
}

/** For so long other questions wait while pairs in doubt are looked for. */
const TURN_MS = 5;

/**
 * Those whose answer tells most first, found in short turns between which others are answered.
 * @param stateOf the graph, something else after each change of it: the search then begins again, and what no change has touched is known
 */
export async function findDoubts({ resolver }: LiveGraph, stateOf: () => unknown): Promise<WeighedPair[]> {
  for (;;) {
    const [state, found] = [stateOf(), [] as (readonly WeighedPair[])[]];
    let turn = performance.now();
    for (const pairs of resolver.lookForDoubts()) {
      if (pairs.length > 0) found.push(pairs);
      if (performance.now() - turn < TURN_MS) continue;
      await setImmediate();
      if (stateOf() !== state) break;
      turn = performance.now();
    }
    if (stateOf() === state) return mostTelling(found.flat().sort(leastSureFirst));
  }
}

/**
 * @param live undefined where the documents are not at hand
 * @param entityWith the entity of an id
 */
export function reviewAnswers(live: LiveGraph | undefined, state: ReviewState, entityWith: (id: string) => EntityId | undefined): Pick<Handlers, 'names' | 'review' | 'compare'> {
  return {
    names({ id, limit, cursor }) {
      const known = needed(live);
      const entity = entityWith(id);
      const clusters = entity === undefined ? [] : known.clustersOf(entity);
      if (clusters.length === 0) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: id });
      return rankedPageOf(clusters.flatMap(({ appearances }) => appearances), limit, cursor, (appearance) => toldName(known, refer(appearance)));
    },
    async review({ limit, cursor }) {
      const known = needed(live);
      const doubts = await state.doubts();
      return { ...rankedPageOf(doubts, limit, cursor, (pair) => answerOf(known, pair)), total: doubts.length };
    },
    compare({ a, b }) {
      const resolution = { live: needed(live), search: state.search };
      const [x, y] = [findNamed(resolution, a), findNamed(resolution, b)];
      return { ...answerOf(resolution.live, weighThings(resolution, x, y)), one: x.cluster === y.cluster };
    },
  };
}

/** @throws EngramError `ENGRAM_SERVED_WITHOUT_DOCUMENTS` */
function needed(live: LiveGraph | undefined): LiveGraph {
  if (live === undefined) throw new EngramError('ENGRAM_SERVED_WITHOUT_DOCUMENTS');
  return live;
}

function answerOf(live: LiveGraph, pair: WeighedPair) {
  const told = toldPair(live, pair);
  return { ...told, a: { ...told.a, entity: entityAt(live, pair.a) }, b: { ...told.b, entity: entityAt(live, pair.b) } };
}

/** The entity that a document means by a name. */
export const entityAt = (live: LiveGraph, reference: Reference) => refOf(live.graph, live.entityOf(reference)!);

/**
 * What has to be journalled, and where each of the two is found afterwards.
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY`; `ENGRAM_USAGE` for what cannot be decided
 */
export function decisionsOf(resolution: Resolution, { a, b, decision }: CheckedInputOf<'decide'>): { readonly records: readonly DecisionRecord[]; readonly ends: readonly [Reference, Reference] } {
  const thingOf = (asked: typeof a): NamedThing => (typeof asked === 'string' ? findNamed(resolution, asked) : findReferred(resolution, asked as Reference));
  const first = thingOf(a);
  if (b === undefined && decision !== 'different') throw new EngramError('ENGRAM_USAGE', { problem: `Two things are needed for '${decision}': give 'b' too.` });
  const second = b === undefined ? restOf(first) : thingOf(b);
  const [x, y] = [standsFor(first), standsFor(second)];
  const recordsOf = (): readonly DecisionRecord[] => {
    if (decision === 'none') return takeBack(resolution, first, second);
    if (decision === 'same' && (typeof a === 'string' || typeof b === 'string')) return merge(resolution, first, second);
    const shared = first.appearances.find((appearance) => second.appearances.includes(appearance));
    if (shared !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `'${shared.entity.key}' of '${resolution.live.graph.document(shared.documentId)!.uri}' is on both sides: it is one with itself.` });
    // What is said of two documents holds though they are one already.
    return decision === 'same' ? [join(x, y)] : tellApart(resolution, first, second);
  };
  return { records: recordsOf(), ends: [x, y] };
}
