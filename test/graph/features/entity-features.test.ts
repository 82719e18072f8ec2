import { join } from 'node:path';
import test from 'ava';
import { entityFeatures, FEATURE_COLUMNS, type FeatureRow, type FeatureValue } from '../../../graph/features/entity-features.ts';
import { writeCsv, writeParquet } from '../../../graph/features/write-features.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';
import { collected } from '../../support/collected.ts';
import { runPython } from '../../support/python.ts';
import { sampleGraph } from '../../support/sample-graph.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const graph = sampleGraph();
const hopper = entityIdOf('PER', 'grace hopper');
const valueIn = (row: FeatureRow, name: string): FeatureValue => row[FEATURE_COLUMNS.findIndex((column) => column.name === name)]!;

test('a row tells what the graph knows of an entity', async (t) => {
  const [row] = await collected(entityFeatures(graph, { only: [hopper], neighbours: 2 }));
  t.is(row!.length, FEATURE_COLUMNS.length);
  t.deepEqual(['name', 'type', 'aliases', 'mentions', 'documents', 'facts_out', 'facts_in', 'attributes', 'evidence', 'degree'].map((name) => valueIn(row!, name)), ['Grace Hopper', 'PER', 1, 2, 1, 2, 0, 1, 3, 2]);
  t.deepEqual(valueIn(row!, 'neighbours'), [entityIdOf('LOC', 'new york city'), entityIdOf('ORG', 'remington rand')]);
  const vector = valueIn(row!, 'vector') as readonly number[];
  t.true(Math.abs(vector.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-6);
});

test('rows are those of all entities in order of id, twice the same, and PageRank adds up to 1', async (t) => {
  const rows = await collected(entityFeatures(graph));
  t.deepEqual(rows.map(([id]) => id), graph.entityIds());
  t.deepEqual(await collected(entityFeatures(graph)), rows);
  t.true(Math.abs(rows.reduce((sum, row) => sum + (valueIn(row, 'pagerank') as number), 0) - 1) < 1e-9);
  t.is(rows.find((row) => row[0] === hopper) !== undefined, true);
});

test('Parquet and CSV load in pandas and DuckDB as they are', async (t) => {
  const folder = await temporaryFolder(t);
  const [parquet, csv] = [join(folder, 'f.parquet'), join(folder, 'f.csv')];
  const rows = await collected(entityFeatures(graph));
  t.is(await writeParquet(parquet, rows), rows.length);
  t.is(await writeCsv(csv, rows), rows.length);
  const program = `
import duckdb, json, pandas, sys
frame = pandas.read_parquet(sys.argv[1])
table = pandas.read_csv(sys.argv[2])
print(json.dumps({
  "columns": list(frame.columns), "csv": list(table.columns), "names": list(frame["name"]), "ranks": list(frame["pagerank"]), "mentions": [int(x) for x in frame["mentions"]],
  "neighbours": [list(x) for x in frame["neighbours"]], "missing": int(frame["last_date"].isna().sum()), "csvNames": list(table["name"]),
  "duck": duckdb.sql("select count(*), min(len(vector)), max(len(vector)) from '" + sys.argv[1] + "'").fetchall(),
}))`;
  const read = (await runPython(t, program, parquet, csv)) as Record<string, unknown> | undefined;
  if (read === undefined) return;
  const names = FEATURE_COLUMNS.map(({ name }) => name);
  t.deepEqual([read['columns'], read['csv']], [names, names]);
  const column = (name: string): FeatureValue[] => rows.map((row) => valueIn(row, name));
  t.deepEqual([read['names'], read['csvNames'], read['ranks'], read['mentions'], read['neighbours']], [column('name'), column('name'), column('pagerank'), column('mentions'), column('neighbours')]);
  t.deepEqual([read['missing'], read['duck']], [rows.length, [[rows.length, 64, 64]]]);
});
