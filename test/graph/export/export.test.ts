import { load } from 'cheerio';
import { parse } from 'csv-parse/sync';
import test from 'ava';
import fc from 'fast-check';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { buildGraph } from '../../../graph/build-graph.ts';
import { escapeXml } from '../../../graph/export/graphml.ts';
import { EXPORTERS, exporterNamed } from '../../../graph/export/index.ts';
import type { ExportFormat } from '../../../graph/export/index.ts';
import { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';
import { exported } from '../../support/exported.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';
import { sampleGraph } from '../../support/sample-graph.ts';

const graph = sampleGraph();
const fileOf = async (format: ExportFormat, name: string): Promise<string> => (await exported(EXPORTERS[format], graph)).get(name)!;

test('JSON lines hold every record with all its evidence', async (t) => {
  const records = (await fileOf('jsonl', 'graph.jsonl')).trimEnd().split('\n').map((line) => JSON.parse(line));
  const strip = (kind: string) => records.filter((r) => r.record === kind).map(({ record: _, ...rest }) => rest);
  t.deepEqual(strip('document'), JSON.parse(JSON.stringify(graph.documents())));
  t.deepEqual(strip('entity'), JSON.parse(JSON.stringify(graph.entities())));
  t.deepEqual(strip('fact'), JSON.parse(JSON.stringify(graph.facts())));
});

test('GraphML holds every entity and fact, with declared keys and escaped text', async (t) => {
  const xml = await fileOf('graphml', 'graph.graphml');
  const $ = load(xml, { xml: true });
  t.is($('node').length, graph.counts.entities);
  t.is($('edge').length, graph.counts.facts);
  const declared = new Set($('key').map((_, key) => $(key).attr('id')).get());
  t.true($('data').get().every((data) => declared.has($(data).attr('key') ?? '')));
  const ids = new Set($('node').map((_, node) => $(node).attr('id')).get());
  t.true($('edge').get().every((edge) => ids.has($(edge).attr('source') ?? '') && ids.has($(edge).attr('target') ?? '')));
  t.true(xml.includes('&lt;ENIAC&gt;'));
  t.is($('key[attr\\.name="dateOfBirth"]').attr('attr.type'), 'string');
  t.is($('key[attr\\.name="mentions"]').attr('attr.type'), 'int');
});

test('characters that XML forbids are dropped and the others come back', (t) => {
  t.is(escapeXml('a\u0000b\u001fc\ufffed\ud800e'), 'abcde');
  t.is(escapeXml('<&>"\'\t😀'), '&lt;&amp;&gt;&quot;&apos;\t😀');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = load(`<a>${escapeXml(text)}</a>`, { xml: true })('a').text();
      return escapeXml(read) === escapeXml(text);
    }),
    { seed: 1998, numRuns: 300 },
  );
});

test('CSV gives three tables that join by id', async (t) => {
  const files = await exported(EXPORTERS.csv, graph);
  const rows = (name: string): Record<string, string>[] => parse(files.get(name)!, { columns: true });
  const entities = new Map(rows('entities.csv').map((row) => [row['id'], row['name']]));
  t.is(entities.size, graph.counts.entities);
  t.deepEqual(rows('facts.csv').map((row) => row['id']), graph.facts().map(({ id }) => id as string));
  t.true(rows('facts.csv').every((row) => entities.get(row['subject']) === row['subjectName']));
  t.deepEqual(rows('attributes.csv').map((row) => [row['entityName'], row['name'], row['value']]), [['Grace Hopper', 'dateOfBirth', '1906-12-09']]);
});

test('each format of any graph is the same text each time, and an empty graph is a whole file', async (t) => {
  const textsOf = async (g: typeof graph): Promise<string[]> => (await Promise.all(Object.values(EXPORTERS).map((exporter) => exported(exporter, g)))).flatMap((files) => [...files.values()]);
  await fc.assert(
    fc.asyncProperty(arbitraryCorpus, async (corpus) => {
      t.deepEqual(await textsOf(buildGraph(corpus)), await textsOf(buildGraph([...corpus].reverse())));
    }),
    { seed: 7, numRuns: 40 },
  );
  const [jsonl, graphml, entities] = await textsOf(buildGraph([]));
  t.is(jsonl, '');
  t.true(graphml!.endsWith('</graphml>\n'));
  t.is(entities, 'id,type,name,aliases,mentions,documents\n');
});

test('an unknown format lists the known ones', (t) => {
  const error = t.throws(() => exporterNamed('gif'), { instanceOf: EngramError });
  t.true(error?.message.includes('jsonl, graphml, csv'));
});

test('what is for neo4j-admin says in its last file how the others are to be read', async (t) => {
  const text = await exported(EXPORTERS['neo4j-admin'], graph);
  const files = [...text.keys()];
  t.is(files.at(-1), 'import.args');
  const named = [...text.get('import.args')!.matchAll(/--(?:nodes|relationships)=(.*)/g)].map(([, name]) => name);
  t.deepEqual(named, files.slice(0, -1));
  t.true(text.get('import.args')!.includes('--array-delimiter=U+001F\n'));
  t.false(text.get('import.args')!.includes('multiline'));
  const rows = (name: string): Record<string, string>[] => parse(text.get(name)!, { columns: true });
  t.like(rows('entities-PER.csv').find((row) => row['name:string'] === 'Grace Hopper'), { 'aliases:string[]': 'Hopper', 'dateOfBirth:string': '1906-12-09', ':LABEL': 'EngramEntity\u001fPerson' });
  t.is(rows('facts-PLACE_OF_BIRTH.csv').length, 1);
  t.is(rows('mentions.csv').length, graph.entities().reduce((sum, { mentions }) => sum + new Set(mentions.map(({ documentId }) => documentId)).size, 0));
});

test('an attribute that is a number of one entity and a text of another has a table for each', async (t) => {
  const entity = (name: string, kind: 'number' | 'text', value: string) => ({ id: entityIdOf('LOC', name), type: 'LOC', name, aliases: [`${name}\u001f`], mentions: [], attributes: [{ name: 'population', value, surface: value, kind, probability: 1, provenance: [] }] });
  const mixed = KnowledgeGraph.fromDelta({ documents: [], entities: [entity('a\nb', 'number', '12'), entity('b', 'text', 'few')], facts: [] });
  const text = await exported(EXPORTERS['neo4j-admin'], mixed);
  t.deepEqual(['entities-LOC.csv', 'entities-LOC-2.csv'].map((name) => /population:\w+/.exec(text.get(name)!)?.[0]).sort(), ['population:double', 'population:string']);
  t.true(text.get('import.args')!.includes('--array-delimiter=U+E000\n--multiline-fields=true\n'));
});
