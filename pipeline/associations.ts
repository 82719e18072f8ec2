// DIR/associations.json: weak links between entities that conversations had in mind together, turn after turn. They are kept apart from what documents state,
// by the conversation they come from, and serve activation only.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FurtherLink } from '../graph/activation/snapshot.ts';
import type { CoActive } from '../graph/activation/working-memory.ts';
import { entityOfFormerId } from '../graph/former-ids.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { EngramError } from './core/errors.ts';
import type { EntityId } from './core/model.ts';
import { manifestOf } from './manifest.ts';
import { replaceFile } from './replace-file.ts';

/** The predicate of a link that a conversation made. */
export const ASSOCIATED_WITH = 'associatedWith';

const FILE = 'associations.json';
/** About three turns in which both were in the middle of the talk. */
const LEAST_WEIGHT = 2;
/** However often two were spoken of together, the link stays weaker than a fact. */
const MOST_STRENGTH = 0.3;
/** Weight at which a link has two thirds of it. */
const SATURATION = 6;

const id = z.string().transform((text) => text as EntityId);
const file = z.strictObject({
  version: z.literal(1),
  conversations: z.array(z.strictObject({ name: z.string(), pairs: z.array(z.strictObject({ a: id, b: id, weight: z.number().positive() })) })),
});
type Associations = z.infer<typeof file>;

/**
 * Takes over what was often active together in a conversation, in place of what was taken from it before.
 * @returns pairs taken over
 * @throws EngramError `ENGRAM_CHECKPOINT_MISSING`, `ENGRAM_CHECKPOINT_UNWRITABLE`
 */
export async function consolidate(dir: string, name: string, together: readonly CoActive[]): Promise<number> {
  await manifestOf(dir);
  const pairs = together.filter(({ weight }) => weight >= LEAST_WEIGHT).map(({ a, b, weight }) => ({ a, b, weight }));
  const { conversations } = await read(dir);
  const others = conversations.filter((each) => each.name !== name);
  await write(dir, [...others, ...(pairs.length === 0 ? [] : [{ name, pairs }])]);
  return pairs.length;
}

/** @param name of a conversation; left out, of all @returns pairs forgotten */
export async function forgetAssociations(dir: string, name?: string): Promise<number> {
  const { conversations } = await read(dir);
  const isMeant = (each: { readonly name: string }): boolean => name === undefined || each.name === name;
  if (name !== undefined && !conversations.some(isMeant)) throw new EngramError('ENGRAM_USAGE', { problem: `Nothing was taken over from '${name}'${conversations.length === 0 ? '' : `; there is ${conversations.map((each) => `'${each.name}'`).join(', ')}`}.` });
  await write(dir, conversations.filter((each) => !isMeant(each)));
  return conversations.filter(isMeant).reduce((sum, { pairs }) => sum + pairs.length, 0);
}

/**
 * @param graph where it is held: entities that have another id by now are found in it
 * @throws EngramError `ENGRAM_CHECKPOINT_CORRUPT`
 */
export async function readAssociations(dir: string, graph?: KnowledgeGraph): Promise<FurtherLink[]> {
  const known = new Map<EntityId, EntityId | undefined>();
  const entity = (former: EntityId): EntityId | undefined => {
    if (graph === undefined) return former;
    if (!known.has(former)) known.set(former, entityOfFormerId(graph, former));
    return known.get(former);
  };
  return (await read(dir)).conversations.flatMap(({ name, pairs }) =>
    pairs.flatMap(({ a, b, weight }): FurtherLink[] => {
      const [subject, object] = [entity(a), entity(b)];
      if (subject === undefined || object === undefined || subject === object) return [];
      return [{ subject, predicate: ASSOCIATED_WITH, object, strength: MOST_STRENGTH * (1 - Math.exp(-weight / SATURATION)), origin: 'conversation', because: name, facts: [] }];
    }),
  );
}

async function read(dir: string): Promise<Associations> {
  const path = join(dir, FILE);
  if (!existsSync(path)) return { version: 1, conversations: [] };
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new EngramError('ENGRAM_CHECKPOINT_CORRUPT', { path, line: 1, problem: 'is no file of associations; remove it to begin without' }, { cause });
  }
}

async function write(dir: string, conversations: Associations['conversations']): Promise<void> {
  const path = join(dir, FILE);
  if (conversations.length === 0) return rm(path, { force: true });
  await replaceFile(path, `${JSON.stringify({ version: 1, conversations } satisfies Associations, undefined, 1)}\n`);
}
