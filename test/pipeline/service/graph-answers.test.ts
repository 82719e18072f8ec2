import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { LiveGraph } from '../../../graph/live-graph.ts';
import { DEFAULT_CONFIG } from '../../../pipeline/core/config.ts';
import { createGraphService } from '../../../pipeline/service/graph-service.ts';
import { documentsOf } from '../../support/graph-arbitraries.ts';
import { generateExtractions } from '../../support/generate-extractions.ts';

const SEED = 17;
const DOCUMENTS = 30;
const WARM_UP = 500;
const ANSWERS = 500;
/** Bytes an answer: what the compiler and the tables of the process grow by. */
const MOST_LEFT = 500;

const extractions = [...generateExtractions(DOCUMENTS, SEED)];
const live = new LiveGraph();
live.apply({ added: extractions });
const { handlers } = await createGraphService({ name: 'test', graph: live.graph, documents: documentsOf(extractions) }, DEFAULT_CONFIG);
const entities = live.graph.entityIds();
const documents = live.graph.documents();
const idAt = (at: number) => entities[at % entities.length]!;
const nameAt = (at: number): string => live.graph.entity(idAt(at))!.name;
const page = { limit: 10, cursor: undefined };
const anySearch = { limit: 10, cursor: undefined, type: undefined, sentiment: undefined, topic: undefined } as const;

const OPERATIONS: Readonly<Record<string, (at: number) => unknown>> = {
  entity: (at) => handlers.entity({ id: idAt(at) }),
  entities: (at) => handlers.entities({ limit: 10, cursor: idAt(at), type: undefined }),
  'search in context': (at) => handlers.search({ q: `${nameAt(at)} ${nameAt(7 * at)}`, by: 'context', ...anySearch }),
  'search by name': (at) => handlers.search({ q: nameAt(at), by: 'name', ...anySearch }),
  related: (at) => handlers.related({ entity: [idAt(at)], type: undefined, inferred: undefined, limit: 10 }),
  path: (at) => handlers.path({ from: idAt(at), to: idAt(3 * at + 1), inferred: undefined }),
  facts: (at) => handlers.facts({ id: idAt(at), predicate: undefined, minProbability: 0, order: 'id', ...page }),
  mentions: (at) => handlers.mentions({ id: idAt(at), ...page }),
  sentiment: (at) => handlers.sentiment({ id: idAt(at), limit: 5 }),
  annotations: (at) => handlers.annotations({ ids: [idAt(at), idAt(at + 1)] }),
  topics: () => handlers.topics(page),
  document: (at) => handlers.document({ id: documents[at % documents.length]!.id }),
  documents: () => handlers.documents({ topic: undefined, ...page }),
  explain: (at) => handlers.explain({ q: idAt(at) }),
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

/** What is in V8's old space, where only a whole collection takes garbage away. */
function oldBytes(): number {
  for (let turn = 0; turn < 3; turn++) collect({ type: 'minor' });
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size;
}

/** Of the middle one of three rounds. */
function bytesLeft(answer: (at: number) => unknown): number {
  for (let at = 0; at < WARM_UP; at++) answer(at);
  const rounds = [0, 1, 2].map(() => {
    collect();
    const before = oldBytes();
    for (let at = 0; at < ANSWERS; at++) {
      answer(at);
      // Between answers, not within one, whose own work would then look like something left.
      collect({ type: 'minor' });
    }
    return (oldBytes() - before) / ANSWERS;
  });
  return rounds.sort((a, b) => a - b)[1]!;
}

// An object literal that begins with a spread and then has another key makes a hidden class for each object, in old space (Node 20, V8 11.3).
for (const [name, answer] of Object.entries(OPERATIONS)) {
  test.serial(`an answer leaves nothing that only a whole collection takes away: ${name}`, (t) => {
    const left = bytesLeft(answer);
    t.true(left < MOST_LEFT, `${Math.round(left)} bytes an answer`);
  });
}

test.serial('what leaves something is seen', (t) => {
  const ends = { from: 1, to: 2 };
  t.true(bytesLeft((at) => Array.from({ length: 10 }, () => ({ ...ends, at }))) > MOST_LEFT);
});
