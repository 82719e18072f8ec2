// The schema of relations that a config names: the one in graph/schema.yaml, or a file of the user's own.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { EngramError, messageOf } from './core/errors.ts';
import { relationSchemaOf, type RelationSchema } from './core/relation-schema.ts';

const SHIPPED = fileURLToPath(new URL('../graph/schema.yaml', import.meta.url));

/**
 * @param name `shipped`, or the path of a YAML or JSON file
 * @throws EngramError `ENGRAM_CONFIG_INVALID`
 */
export async function readRelationSchema(name = 'shipped'): Promise<RelationSchema> {
  const path = name === 'shipped' ? SHIPPED : name;
  const refuse = (cause: unknown): never => {
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where: path, problem: `cannot be read as a schema of relations (${messageOf(cause).split('\n', 1)[0]})` }, { cause });
  };
  const text = await readFile(path, 'utf8').catch(refuse);
  let given: unknown;
  try {
    given = parse(text);
  } catch (cause) {
    refuse(cause);
  }
  return relationSchemaOf(given, path);
}
