// Where settings come from: defaults < file (YAML or JSON) < environment (ENGRAM_<SECTION>_<KEY>) < flags.
// Anything unknown or wrong is refused with the place it was written and, for a key, the nearest known one.
import { readFile } from 'node:fs/promises';
import { closest, distance } from 'fastest-levenshtein';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document as YamlDocument } from 'yaml';
import { z } from 'zod';
import { configSchema, keysAt, schemaAt, type Config, type ConfigInput } from './core/config.ts';
import { EngramError, messageOf } from './core/errors.ts';

const ENVIRONMENT_PREFIX = 'ENGRAM_';
const SECTIONS = keysAt([]);

export interface ConfigSources {
  /** Path of a YAML or JSON file. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigInput;
}

type Path = readonly PropertyKey[];
type Tree = Record<string, unknown>;

/** Says where the value at a path was written: `engram.yaml:12`, an environment variable, a flag. */
type Locate = (path: Path) => string;

/** @throws EngramError `ENGRAM_CONFIG_INVALID` that names the file and line, variable or flag */
export async function readConfig(sources: ConfigSources = {}): Promise<Config> {
  const file = sources.file === undefined ? {} : await readFileLayer(sources.file);
  const environment = readEnvironmentLayer(sources.environment ?? {});
  const flags = (sources.flags ?? {}) as Tree;
  check(flags, (path) => `flag for ${path.join('.')}`);
  return configSchema.parse(mergeTrees(mergeTrees(file, environment), flags));
}

async function readFileLayer(path: string): Promise<Tree> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where: path, problem: `cannot be read (${messageOf(cause)})` }, { cause });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number): string => `${path}:${lines.linePos(offset).line}`;
  const fault = document.errors[0];
  if (fault) throw new EngramError('ENGRAM_CONFIG_INVALID', { where: lineAt(fault.pos[0]), problem: firstLine(fault.message) });
  const tree: unknown = document.toJS() ?? {};
  if (!isTree(tree)) {
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where: lineAt(0), problem: `expected sections (${SECTIONS.join(', ')})` });
  }
  const given = dropEmpty(tree);
  check(given, (keyPath) => lineAt(offsetOf(document, keyPath)));
  return given;
}

/** ENGRAM_EXTRACT_BATCH_DOCUMENTS=64 sets extract.batchDocuments; variables of no section are somebody else's. */
function readEnvironmentLayer(environment: Readonly<Record<string, string | undefined>>): Tree {
  const known = new Map(leafPaths([]).map((path) => [variableOf(path), path]));
  const tree: Tree = {};
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !SECTIONS.some((section) => name.startsWith(`${variableOf([section])}_`))) continue;
    const path = known.get(name);
    if (!path) {
      const near = closest(name, [...known.keys()]);
      throw new EngramError('ENGRAM_CONFIG_INVALID', {
        where: `environment variable ${name}`,
        problem: `names no setting. Did you mean ${near}?`,
      });
    }
    const single: Tree = {};
    setAt(single, path, valueFromText(text, path));
    check(single, () => `environment variable ${name}`);
    setAt(tree, path, valueFromText(text, path));
  }
  return tree;
}

/** The first fault of a layer, told where it was written. */
function check(layer: Tree, locate: Locate): void {
  const result = configSchema.safeParse(layer);
  if (result.success) return;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    throw new EngramError('ENGRAM_CONFIG_INVALID', {
      where: locate([...issue.path, key]),
      problem: `unknown key '${[...issue.path, key].join('.')}'. ${suggest(key, issue.path)}`,
    });
  }
  const given = issue.path.includes('password') ? 'not a name' : describeValue(valueAt(layer, issue.path));
  throw new EngramError('ENGRAM_CONFIG_INVALID', {
    where: locate(issue.path),
    problem: `'${issue.path.join('.')}' is ${given}; expected ${expectationAt(issue.path)}`,
  });
}

/** The nearest known key of the same section, or the same word in another one, and what is known there. */
function suggest(key: string, path: Path): string {
  const siblings = keysAt(path);
  const known = siblings.length > 0 ? `Known here: ${siblings.join(', ')}.` : '';
  const near = siblings.length > 0 ? closest(key, siblings) : undefined;
  if (near !== undefined && distance(key.toLowerCase(), near.toLowerCase()) <= Math.max(2, near.length / 2)) {
    return `Did you mean '${[...path, near].join('.')}'? ${known}`;
  }
  const elsewhere = leafPaths([]).find((leaf) => distance(String(leaf.at(-1)), key) <= 1);
  return elsewhere ? `Did you mean '${elsewhere.join('.')}'? ${known}` : known;
}

/** What a key accepts, in words. */
function expectationAt(path: Path): string {
  const schema = schemaAt(path);
  if (path.at(-1) === 'password') return '{ env: NAME_OF_A_VARIABLE }; secrets are named, never written';
  if (schema instanceof z.ZodObject) return `a section with ${Object.keys(schema.shape).join(', ')}`;
  return schema ? describeSchema(schema) : 'nothing';
}

function describeSchema(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => `'${String(value)}'`).join(' or ');
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => describeSchema(option as z.ZodType)).join(' or ');
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodNumber) return describeNumber(schema);
  if (schema instanceof z.ZodString && schema.maxLength === 1) return 'one character';
  return 'a text that is not empty';
}

function describeNumber(schema: z.ZodNumber): string {
  const bounds = z.toJSONSchema(schema);
  const noun = bounds.type === 'integer' ? 'a whole number' : 'a number';
  const above = Number(bounds.exclusiveMinimum ?? -Infinity);
  const from = Number(bounds.minimum ?? -Infinity);
  const upTo = Number(bounds.maximum ?? Infinity);
  const low = above > Number.MIN_SAFE_INTEGER ? ` above ${above}` : from > Number.MIN_SAFE_INTEGER ? ` from ${from}` : '';
  const below = Number(bounds.exclusiveMaximum ?? Infinity);
  const high = below < Number.MAX_SAFE_INTEGER ? ` and below ${below}` : upTo < Number.MAX_SAFE_INTEGER ? ` up to ${upTo}` : '';
  return `${noun}${low}${high}`;
}

function describeValue(value: unknown): string {
  if (typeof value === 'string' && value.includes('@')) return 'a text with an @, which may be a secret';
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (value === null || value === undefined) return 'empty';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a section' : String(value);
}

function valueFromText(text: string, path: Path): unknown {
  const schema = schemaAt(path);
  const readsNumber =
    schema instanceof z.ZodNumber || (schema instanceof z.ZodUnion && schema.options.some((option) => option instanceof z.ZodNumber));
  if (readsNumber && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (schema instanceof z.ZodBoolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function leafPaths(path: Path): Path[] {
  const keys = keysAt(path);
  return keys.length === 0 ? [path] : keys.flatMap((key) => leafPaths([...path, key]));
}

function variableOf(path: Path): string {
  const words = path.map((key) => String(key).replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `${ENVIRONMENT_PREFIX}${words.join('_')}`;
}

/** Where the key of a path starts; for a missing key, where its section does. */
function offsetOf(document: YamlDocument.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const section = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (!isMap(section)) continue;
    const pair = section.items.find((item) => isScalar(item.key) && String(item.key.value) === path[depth - 1]);
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  return 0;
}

/** A section with nothing under it (`engine:`) says nothing. */
function dropEmpty(tree: Tree): Tree {
  const entries = Object.entries(tree).map(([key, value]) => [key, isTree(value) ? dropEmpty(value) : value] as const);
  return Object.fromEntries(entries.filter(([key, value]) => !(value === null && SECTIONS.includes(key))));
}

function mergeTrees(below: Tree, above: Tree): Tree {
  const merged: Tree = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged[key];
    merged[key] = isTree(value) && isTree(under) ? mergeTrees(under, value) : value;
  }
  return merged;
}

function setAt(tree: Tree, path: Path, value: unknown): void {
  let section = tree;
  for (const key of path.slice(0, -1)) section = (section[key as string] ??= {}) as Tree;
  section[path.at(-1) as string] = value;
}

function valueAt(tree: Tree, path: Path): unknown {
  let value: unknown = tree;
  for (const key of path) value = isTree(value) ? value[key as string] : undefined;
  return value;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
