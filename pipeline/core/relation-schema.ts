// What relations may become: predicates, each with the labels of the relation model that mean it and the types it joins.
// graph/schema.yaml is the one that is used unless `graph.schema` names another.
import { z } from 'zod';
import { EngramError } from './errors.ts';
import { LABEL_NAME } from './model.ts';

export interface Predicate {
  readonly name: string;
  /** Labels of the relation model that mean it beside its own name, and those that mean it read from tail to head. */
  readonly labels: readonly string[];
  readonly inverse: readonly string[];
  /** Types of the subject and of the object. */
  readonly domain: readonly string[];
  readonly range: readonly string[];
  /** Holds both ways or not at all. */
  readonly symmetric: boolean;
  /** A subject has one value only. */
  readonly functional: boolean;
  /** Every subject has a value, stated or not. */
  readonly total: boolean;
}

export interface RelationSchema {
  readonly predicates: ReadonlyMap<string, Predicate>;
  /** What a label of the relation model means. */
  readonly ofLabel: ReadonlyMap<string, { readonly predicate: Predicate; readonly reversed: boolean }>;
}

/** A predicate becomes a relationship type of Neo4j and a column of exports. */
const PREDICATE_NAME = /^[a-z][A-Za-z0-9]{0,62}$/;

const label = z.string().min(1);
const type = z.string().regex(LABEL_NAME, 'is no name of a type');
const schemaFile = z.record(
  z.string().regex(PREDICATE_NAME),
  z.strictObject({
    labels: z.array(label).default([]),
    inverse: z.array(label).default([]),
    domain: z.array(type).min(1),
    range: z.array(type).min(1),
    symmetric: z.boolean().default(false),
    functional: z.boolean().default(false),
    total: z.boolean().default(false),
  }),
);

/**
 * @param given predicates by name, as in graph/schema.yaml
 * @param where it was written, for the error
 * @throws EngramError `ENGRAM_CONFIG_INVALID`
 */
export function relationSchemaOf(given: unknown, where: string): RelationSchema {
  const parsed = schemaFile.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = issue!.code === 'invalid_key' ? 'a predicate is named in letters and digits and begins with a small letter, such as placeOfBirth' : issue!.message;
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where, problem: `${issue!.path.join('.') || 'the file'}: ${message}; graph/schema.yaml shows what a schema may say` });
  }
  const predicates = new Map<string, Predicate>(Object.entries(parsed.data).map(([name, rest]) => [name, { name, ...rest }]));
  const ofLabel = new Map<string, { predicate: Predicate; reversed: boolean }>();
  for (const predicate of predicates.values()) {
    for (const [labels, reversed] of [[[predicate.name, ...predicate.labels], false], [predicate.inverse, true]] as const) {
      for (const name of new Set(labels)) {
        const taken = ofLabel.get(name);
        if (taken) throw new EngramError('ENGRAM_CONFIG_INVALID', { where, problem: `${predicate.name}: label '${name}' means '${taken.predicate.name}' already` });
        ofLabel.set(name, { predicate, reversed });
      }
    }
  }
  return { predicates, ofLabel };
}
