// S5 to S7: names, keys and cells that mean something to JavaScript, Cypher or a spreadsheet.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { buildGraph } from '../../graph/build-graph.ts';
import { EXPORTERS } from '../../graph/export/index.ts';
import { entityFeatures, FEATURE_COLUMNS } from '../../graph/features/entity-features.ts';
import { writeCsv } from '../../graph/features/write-features.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { related } from '../../graph/query/related.ts';
import { createSearch, findEntity } from '../../graph/query/search.ts';
import * as cypher from '../../graph/stores/cypher.ts';
import { openEmbedded, openStore } from '../../graph/stores/index.ts';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import type { Entity, Fact, GraphDelta } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { readConfig } from '../../pipeline/read-config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { collected } from '../support/collected.ts';
import { exported } from '../support/exported.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { hostileName } from '../support/hostile-inputs.ts';
import { sharedNeo4j } from './neo4j-process.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';
import { sortedGraph } from './synthetic-graph.ts';

const CONFIG: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const FAKE = { createExtractor: async () => extractorOf(createFakeStages()) };

const PROTOTYPE_NAMES = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'];

export const prototypeKeys: Proof = {
  id: 'S5',
  promise: '`__proto__`, `constructor` and their like in JSON, CSV headers, configs, schemas, names and types: words like others',
  run: () =>
    withFolder(async (folder) => {
      const shapes = (): string => JSON.stringify([Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype].map((each) => Reflect.ownKeys(each).map(String)));
      const before = shapes();
      const problems: string[] = [];
      const expect = (what: string, isSo: boolean): void => void (isSo || problems.push(what));
      const inputs = join(folder, 'in');
      await mkdir(inputs);
      await writeFile(join(inputs, 'a.jsonl'), `{"id": "__proto__", "text": "Ada Lovelace met Boston", "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "toString": "x"}\n{"id": "constructor", "text": "Grace Hopper met Kingston", "hasOwnProperty": 1}\n{"__proto__": {"text": "Polluted Person"}}`);
      await writeFile(join(inputs, 'b.csv'), `${PROTOTYPE_NAMES.join(',')},text\n${PROTOTYPE_NAMES.map(() => 'polluted').join(',')},Ada Lovelace met Boston\n`);
      for (const address of ['jsonl', 'embedded']) {
        const config = { ...CONFIG, store: { ...CONFIG.store, address } };
        const { held, manifest } = await runBuild({ inputs: [inputs], out: join(folder, address), config, parts: FAKE });
        expect('three documents', manifest.counts!.read === 3 && manifest.counts!.deadLetters === 1);
        const metadata = held!.graph.documents().flatMap((document) => Object.keys(document.metadata ?? {}));
        expect('columns kept as metadata', PROTOTYPE_NAMES.every((name) => metadata.includes(name)));
        expect('the store holds them', (await verifyStore(join(folder, address), config, false)).found.length === 0);
      }
      // Names, types and attributes that every object has.
      const entities = PROTOTYPE_NAMES.map((name, at): Entity => {
        const mention = { documentId: documentIdOf('d'), sentence: 0, start: at, end: at + 1, surface: name, score: 1 };
        return { id: entityIdOf('PER', name), type: /^[a-z]/i.test(name) ? name : 'PER', name, aliases: [`the ${name}`], mentions: [mention], attributes: [{ name, value: '1', kind: 'number', surface: '1', probability: 1, provenance: [] }] };
      });
      const triples = entities.slice(1).map(({ id }, at) => ({ subject: entities[0]!.id, predicate: ['constructor', 'toString', 'valueOf'][at % 3]!, object: id }));
      const facts = triples.map((triple): Fact => ({ id: factIdOf(triple), ...triple, probability: 0.5, provenance: [{ documentId: documentIdOf('d'), sentence: 0, start: 0, end: 1, head: [0, 1], tail: [0, 1], extractor: 'proof', score: 0.5 }] }));
      const delta: GraphDelta = { documents: [{ id: documentIdOf('d'), uri: '__proto__', metadata: Object.fromEntries([['__proto__', 'x'], ['constructor', 'y']]) }], entities, facts };
      const graph = KnowledgeGraph.fromDelta(delta);
      const search = createSearch(graph);
      for (const { name, id } of entities) expect(`search for ${name}`, findEntity(graph, search, name) === id);
      expect('related', related(graph, ['constructor']).related.length === facts.length);
      const rows = await collected(entityFeatures(graph));
      expect('features', rows.length === entities.length && rows.every((row) => row.every((value) => typeof value !== 'function')));
      for (const [format, exporter] of Object.entries(EXPORTERS)) {
        const text = [...(await exported(exporter, graph)).values()].join('');
        expect(`export ${format}`, PROTOTYPE_NAMES.every((name) => text.includes(name)));
      }
      for (const address of ['jsonl', 'embedded', 'neo4j']) {
        const store = address === 'neo4j' ? createNeo4jStore((await sharedNeo4j()).address, {}) : await openStore(address, { directory: join(folder, `stored-${address}`) });
        try {
          await store.prepare();
          await store.replaceAll(graph.toDelta());
          expect(`${address} gives them back`, (await store.differences(graph.toDelta())).length === 0);
        } finally {
          await store.close();
        }
      }
      const configs = ['__proto__: {polluted: true}', 'store: {__proto__: {polluted: true}}', 'constructor: {prototype: {polluted: true}}', '{"__proto__": {"store": {"address": "polluted"}}}', 'sources: {records: [{file: a, type: T, name: n, columns: {__proto__: {kind: polluted}}}]}', 'toString: 1'];
      let refused = 0;
      for (const text of configs) {
        await writeFile(join(folder, 'c.yaml'), text);
        const config = await readConfig({ file: join(folder, 'c.yaml') }).catch((error: unknown) => error);
        if (config instanceof EngramError) refused++;
        else expect(`config ${text}`, !(config instanceof Error) && (config as Config).store.address === 'embedded' && !('polluted' in (config as object)));
      }
      await writeFile(join(folder, 'schema.yaml'), 'constructor: { labels: [toString, __proto__], domain: [PER], range: [PER, LOC] }\nemployer: { labels: [P108], domain: [PER], range: [ORG] }\n');
      const { readRelationSchema } = await import('../../pipeline/read-schema.ts');
      const schema = await readRelationSchema(join(folder, 'schema.yaml'));
      const labels = ['toString', 'hasOwnProperty', 'constructor', '__proto__'];
      const text = 'Ada Lovelace met Boston';
      const built = labels.map((label) => {
        const mentions = [[0, 12, 'PER'], [17, 23, 'LOC']].map(([start, end, type]) => ({ label: type as string, sentence: 0, tokenStart: 0, tokenEnd: 1, start: start as number, end: end as number, surface: text.slice(start as number, end as number), score: 1 }));
        return buildGraph([{ id: documentIdOf(label), uri: label, text, sentences: [[0, text.length]], mentions, chains: mentions.map(({ label: of }, at) => ({ label: of, mentions: [at] })), relations: [{ head: 0, tail: 1, label, score: 1 }], extractor: 'proof' }], { schema }).facts().map(({ predicate }) => predicate).join();
      });
      expect(`schema gives ${built.join('|')}`, built.join('|') === 'constructor||constructor|constructor');
      expect('prototypes unchanged', shapes() === before && !('polluted' in {}));
      // What a merge without precautions does, on an object of its own kind, so that nothing here is harmed.
      const base = {};
      const victim = Object.create(base) as Record<string, unknown>;
      const naive = (target: Record<string, unknown>, source: Record<string, unknown>): void => {
        for (const [key, value] of Object.entries(source)) {
          if (typeof value === 'object' && value !== null) naive(target[key] as Record<string, unknown>, value as Record<string, unknown>);
          else target[key] = value;
        }
      };
      naive(victim, JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>);
      return {
        held: problems.length === 0,
        figures: `${problems.length} of the checks failed${problems.map((problem) => `: ${problem}`).join('')}; JSON, CSV, ${configs.length} configs (${refused} refused), schema, search, features, ${Object.keys(EXPORTERS).length} exports, 3 stores, ${entities.length} entities of such names`,
        control: `a plain merge of the same JSON ${'polluted' in base ? 'changes' : 'leaves'} the prototype; a plain lookup of a label 'constructor' gives a ${typeof ({} as Record<string, unknown>)['constructor']}`,
        controlFailed: 'polluted' in base,
      };
    }),
};

const CANARIES = 10;

/** Hostile names as values; each document, entity and fact has some. */
function hostileGraph(names: readonly string[]): GraphDelta {
  const written = names.map((name) => name.toWellFormed());
  const documents = written.slice(0, Math.ceil(written.length / 10)).map((name, at) => ({ id: documentIdOf(`h${at}`), uri: name, title: name, metadata: { [name || 'x']: name } }));
  const entities = written.map((name, at): Entity => ({
    id: entityIdOf('PER', `hostile ${at}`),
    type: 'PER',
    name,
    aliases: [`${name} `],
    mentions: [{ documentId: documents[at % documents.length]!.id, sentence: 0, start: at, end: at + 1, surface: name, score: 0.5 }],
    attributes: at % 3 === 0 ? [{ name: name || 'x', value: name, unit: name, kind: 'text', surface: name, probability: 0.5, provenance: [] }] : [],
  }));
  const facts = new Map(entities.slice(1).map((entity, at) => {
    const triple = { subject: entities[at]!.id, predicate: 'employer', object: entity.id };
    const provenance = [{ documentId: documents[0]!.id, sentence: 0, start: 0, end: 1, head: [0, 1] as const, tail: [0, 1] as const, extractor: entity.name, score: 0.5 }];
    return [factIdOf(triple), { id: factIdOf(triple), ...triple, probability: 0.5, provenance }] as const;
  }));
  return { documents, entities, facts: [...facts.values()] };
}

const canaryGraph = (): GraphDelta => ({
  documents: [],
  entities: Array.from({ length: CANARIES }, (_, at): Entity => ({ id: entityIdOf('PER', `canary ${at}`), type: 'PER', name: 'Canary', aliases: [], mentions: [], attributes: [] })),
  facts: [],
});

export const cypherNames: Proof = {
  id: 'S6',
  promise: 'labels, types, predicates and names that are Cypher: none reaches the text of a query, canary nodes stay',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const names = Array.from({ length: long ? 5000 : 600 }, () => hostileName(random));
      // What stands in query text is a plain word or is refused.
      let [refused, plain] = [0, 0];
      const leaks: string[] = [];
      for (const name of [...names, ...PROTOTYPE_NAMES, 'a.b-c', 'Person']) {
        for (const [kind, statement] of [['type', () => cypher.upsertEntities(name)], ['predicate', () => cypher.upsertFacts(cypher.relationTypeOf(name))]] as const) {
          let text: string;
          try {
            text = statement();
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            refused++;
            continue;
          }
          plain++;
          const quoted = [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1]!);
          if (quoted.length === 0 || quoted.some((word) => !/^[A-Za-z][A-Za-z0-9_.-]{0,125}$/.test(word))) leaks.push(`${kind} ${name}`);
        }
      }
      const [canaries, hostile] = [canaryGraph(), hostileGraph(names)];
      const all: GraphDelta = { documents: hostile.documents, entities: [...canaries.entities, ...hostile.entities], facts: hostile.facts };
      let [typesRefused, isWhole, survivors] = [0, true, 0];
      const server = await sharedNeo4j();
      await server.ask('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
      await server.ask('UNWIND range(1, $count) AS n CREATE (:Canary {n: n})', { count: CANARIES });
      for (const store of [(await openEmbedded(join(folder, 'graph.lbug'))).store, createNeo4jStore(server.address, {})]) {
        try {
          await store.prepare();
          await store.write(canaries);
          for (const name of names.slice(0, 200)) {
            const entity = { ...canaries.entities[0]!, id: entityIdOf('PER', 'bad'), type: name };
            const fact = { ...hostile.facts[0]!, subject: canaries.entities[0]!.id, object: canaries.entities[1]!.id, predicate: name };
            for (const delta of [{ documents: [], entities: [entity], facts: [] }, { documents: [], entities: [], facts: [fact] }]) {
              await store.write(delta).then(() => leaks.push(`written ${name}`), (error: unknown) => (error instanceof EngramError && error.code === 'ENGRAM_STORE_FAILED' ? typesRefused++ : leaks.push(String(error))));
            }
          }
          const report = await store.write(hostile);
          isWhole &&= report.refused.length === 0 && JSON.stringify(sortedGraph(await store.readAll())) === JSON.stringify(sortedGraph(all));
          // Again over what is there, and then away.
          await store.write(hostile);
          await store.write({ documents: [], entities: [], facts: [], removedEntities: hostile.entities.map(({ id }) => id), removedDocuments: hostile.documents.map(({ id }) => id), removedFacts: hostile.facts.map(({ id }) => id) });
          survivors += (await store.readAll()).entities.filter(({ name }) => name === 'Canary').length;
        } finally {
          await store.close();
        }
      }
      const foreign = Number((await server.ask('MATCH (c:Canary) RETURN count(c) AS n'))[0]!['n']);
      const lost = await canariesLostNaively(join(folder, 'naive.lbug'));
      return {
        held: leaks.length === 0 && isWhole && survivors === 2 * CANARIES && foreign === CANARIES,
        figures: `${names.length} names: ${leaks.length} in query text (${refused} refused as a type or predicate, ${plain} plain words), ${typesRefused} writes of such types refused; as values all ${isWhole ? '' : 'do not '}come back from the embedded store and Neo4j; ${survivors + foreign} of ${3 * CANARIES} canaries stay${leaks.slice(0, 3).map((leak) => `; ${leak}`).join('')}`,
        control: `pasted into the text of a query, one such name removes ${lost} of ${CANARIES} canaries`,
        controlFailed: lost > 0,
      };
    }),
};

/** The mistake itself, on a database of its own. */
async function canariesLostNaively(path: string): Promise<number> {
  const { store } = await openEmbedded(path);
  await store.prepare();
  await store.write(canaryGraph());
  await store.close();
  const { Database, Connection } = createRequire(import.meta.url)('@ladybugdb/core') as typeof import('@ladybugdb/core');
  const database = new Database(path);
  const connection = new Connection(database);
  const name = "Canary'}) DETACH DELETE e //";
  const results = await connection.query(`MATCH (e:EngramEntity {name: '${name}'}) RETURN e`);
  for (const result of [results].flat()) result.close();
  await connection.close();
  await database.close();
  const again = await openEmbedded(path);
  const left = (await again.store.readAll()).entities.length;
  await again.store.close();
  return CANARIES - left;
}

const isFormula = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell);

export const formulas: Proof = {
  id: 'S7',
  promise: 'CSV: no cell of text starts as a formula, numbers stay numbers',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const starts = ['=', '+', '-', '@', '\t', '\r', '=', '-', '＝', ''];
      const bodies = ["cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', 'SUM(A1:A9)', 'x', '1+1', 'a,b"c\nd', ' Ada'];
      const hostile = Array.from({ length: long ? 5000 : 500 }, () => starts[random.integer(starts.length)]! + bodies[random.integer(bodies.length)]!);
      const numbers = hostile.map(() => String(random.integer(2000) / 4 - 250));
      const entities = hostile.map((name, at): Entity => ({
        id: entityIdOf('PER', `formula ${at}`), type: 'PER', name, aliases: [`=${name}`],
        mentions: [{ documentId: documentIdOf('d'), sentence: 0, start: at, end: at + 1, surface: name, score: 1 }],
        attributes: [{ name: 'profit', value: numbers[at]!, unit: name, kind: 'number', surface: name, probability: 1, provenance: [] }],
      }));
      const facts = entities.slice(1).map(({ id }, at) => ({ subject: entities[at]!.id, predicate: 'employer', object: id, provenance: [] }));
      const graph = new KnowledgeGraph();
      graph.upsertDocument({ id: documentIdOf('d'), uri: '=d' });
      for (const entity of entities) graph.upsertEntity(entity);
      for (const fact of facts) graph.upsertFact(fact);
      const cellsOf = (text: string): string[][] => parseCsv(text, { relax_column_count: true });
      const tables = new Map([...(await exported(EXPORTERS.csv, graph))].map(([name, text]) => [name, cellsOf(text)]));
      await writeCsv(join(folder, 'features.csv'), entityFeatures(graph));
      tables.set('features.csv', cellsOf(await readFile(join(folder, 'features.csv'), 'utf8')));
      const open = [...tables.values()].flat(2).filter(isFormula).length;
      // Read back: the text behind the quote, and numbers as numbers.
      const unquoted = (cell: string): string => (/^'[=+\-@\t\r＝＋－＠]/.test(cell) ? cell.slice(1) : cell);
      const nameById = new Map(tables.get('entities.csv')!.slice(1).map((row) => [row[0]!, unquoted(row[2]!)]));
      const namesBack = entities.every(({ id, name }) => nameById.get(id) === name);
      const valueById = new Map(tables.get('attributes.csv')!.slice(1).map((row) => [row[0]!, row[3]!]));
      const negative = numbers.filter((number) => number.startsWith('-')).length;
      const numbersBack = entities.every(({ id }, at) => valueById.get(id) === numbers[at]);
      const numeric = FEATURE_COLUMNS.flatMap(({ kind }, at) => (kind === 'number' || kind === 'integer' ? [at] : []));
      const featuresBack = tables.get('features.csv')!.slice(1).every((row) => numeric.every((at) => row[at] === '' || Number.isFinite(Number(row[at]))));
      const plain = cellsOf(stringify(entities.map(({ id, name, attributes }) => [id, name, attributes[0]!.value]))).flat().filter(isFormula).length;
      return {
        held: open === 0 && namesBack && numbersBack && featuresBack && negative > 0,
        figures: `${open} formulas in ${[...tables.values()].flat(2).length} cells of ${tables.size} tables; ${hostile.length} names ${namesBack ? '' : 'do not '}come back, ${negative} negative numbers ${numbersBack && featuresBack ? 'stay' : 'do not stay'} numbers`,
        control: `csv-stringify as it is leaves ${plain}`,
        controlFailed: plain > 0,
      };
    }),
};
