// Keeps the sample corpus and its gold honest: sizes, spelling of names, known predicates, fitting types.
import { readFileSync, readdirSync } from 'node:fs';
import test from 'ava';
import { load } from 'cheerio';
import { parse } from 'csv-parse/sync';
import { readRelationSchema } from '../pipeline/read-schema.ts';
import { ENTITY_TYPES, type EntityType } from '../pipeline/core/model.ts';

interface GoldFile {
  readonly document: string;
  readonly entities: readonly { readonly name: string; readonly type: EntityType; readonly aliases: readonly string[] }[];
  readonly facts: readonly { readonly subject: string; readonly predicate: string; readonly object: string }[];
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly date: string;
}

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const namesIn = (folder: string): string[] => readdirSync(new URL(folder, root)).sort();

/** [name, text] of each document that a file of the corpus holds. */
function documentsOf(name: string): (readonly [string, string])[] {
  const content = read(`fixtures/documents/${name}`);
  if (name.endsWith('.html')) return [[name, load(content)('body').text()]];
  if (name.endsWith('.jsonl')) return fromRows(name, content.trim().split('\n').map((line) => JSON.parse(line) as Row));
  if (name.endsWith('.csv')) return fromRows(name, parse<Row>(content, { columns: true }));
  return [[name, content]];
}

function fromRows(name: string, rows: readonly Row[]): (readonly [string, string])[] {
  return rows.map((row) => [`${name}#${row.id}`, row.title === '' || row.date === '' ? '' : row.text]);
}

const documents = namesIn('fixtures/documents').flatMap(documentsOf);
const gold = namesIn('fixtures/gold')
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(read(`fixtures/gold/${name}`)) as GoldFile] as const);

test('the sample corpus has at least 40 documents, in every text format', (t) => {
  t.true(documents.length >= 40, `${documents.length} documents`);
  for (const ending of ['.txt', '.md', '.html', '.jsonl', '.csv'])
    t.true(documents.some(([name]) => name.replace(/#.*/, '').endsWith(ending)), ending);
});

test('every document of the sample corpus has 150 to 400 words', (t) => {
  for (const [name, text] of documents) {
    const words = text.trim().split(/\s+/).length;
    t.true(words >= 150 && words <= 400, `${name}: ${words} words`);
  }
});

test('ten documents have gold, and each gold file names its document', (t) => {
  t.is(gold.length, 10);
  for (const [name, { document }] of gold) t.is(document, `fixtures/documents/${name.replace('.json', '.txt')}`);
});

test('every alias of a gold entity occurs verbatim in its document', (t) => {
  for (const [file, { document, entities }] of gold) {
    const text = read(document);
    t.is(new Set(entities.map(({ name }) => name)).size, entities.length, `${file}: a name twice`);
    for (const { name, type, aliases } of entities) {
      t.true((ENTITY_TYPES as readonly string[]).includes(type), `${file}: ${name} has type ${type}`);
      t.true(aliases.length > 0, `${file}: ${name} has no alias`);
      for (const alias of aliases) t.true(text.includes(alias), `${file}: "${alias}" does not occur`);
    }
  }
});

test('every gold fact joins gold entities or a date of the text, by a predicate that admits their types', async (t) => {
  const { predicates } = await readRelationSchema();
  for (const [file, { document, entities, facts }] of gold) {
    const text = read(document);
    const typeOf = new Map<string, string>(entities.map(({ name, type }) => [name, type]));
    t.is(new Set(facts.map((fact) => JSON.stringify(fact))).size, facts.length, `${file}: a fact twice`);
    for (const { subject, predicate, object } of facts) {
      const fact = `${file}: ${subject} ${predicate} ${object}`;
      const known = predicates.get(predicate);
      const head = typeOf.get(subject);
      const tail = known?.range.includes('TIME') && text.includes(object) ? 'TIME' : typeOf.get(object);
      if (!known || !head || !tail) t.fail(`${fact}: a name is not known`);
      else t.true(known.domain.includes(head) && known.range.includes(tail), `${fact}: types do not fit`);
    }
  }
});
