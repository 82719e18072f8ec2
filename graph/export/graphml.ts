// The graph as GraphML (http://graphml.graphdrawing.org), for Gephi, yEd, Cytoscape, networkx and igraph: entities as nodes,
// facts as directed edges. GraphML values are single, so the strongest value of each attribute is written.
import type { Entity, Fact, GraphRows } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { Exporter } from './exporter.ts';

interface Key<Item> {
  readonly name: string;
  readonly type: 'string' | 'int' | 'double';
  readonly valueOf: (item: Item) => string | number | undefined;
}

const NODE_KEYS: readonly Key<Entity>[] = [
  { name: 'label', type: 'string', valueOf: ({ name }) => name },
  { name: 'type', type: 'string', valueOf: ({ type }) => type },
  { name: 'aliases', type: 'string', valueOf: ({ aliases }) => (aliases.length > 0 ? aliases.join('; ') : undefined) },
  { name: 'mentions', type: 'int', valueOf: ({ mentions }) => mentions.length },
];
const EDGE_KEYS: readonly Key<Fact>[] = [
  { name: 'predicate', type: 'string', valueOf: ({ predicate }) => predicate },
  { name: 'probability', type: 'double', valueOf: ({ probability }) => probability },
  { name: 'weight', type: 'double', valueOf: ({ probability }) => probability },
  { name: 'documents', type: 'int', valueOf: ({ provenance }) => new Set(provenance.map((p) => p.documentId)).size },
];

export const graphml: Exporter = {
  isFolder: false,
  async *write(graph) {
    for await (const content of textOf(graph)) yield { file: 'graph.graphml', content };
  },
};

/** The keys come first, so the entities are gone through twice. */
async function* textOf(graph: GraphRows): AsyncGenerator<string> {
  const names = new Set<string>();
  for await (const { attributes } of graph.entities()) for (const { name } of attributes) names.add(name);
  const nodeKeys = [...NODE_KEYS, ...[...names].sort(compareText).map(attributeKey)];
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  yield ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n';
  yield* nodeKeys.map((key, i) => declarationOf(key, 'node', `n${i}`));
  yield* EDGE_KEYS.map((key, i) => declarationOf(key, 'edge', `e${i}`));
  yield '  <graph id="engram" edgedefault="directed">\n';
  for await (const entity of graph.entities()) yield `    <node id="${entity.id}">${dataOf(entity, nodeKeys, 'n')}</node>\n`;
  for await (const fact of graph.facts()) {
    yield `    <edge id="${fact.id}" source="${fact.subject}" target="${fact.object}">${dataOf(fact, EDGE_KEYS, 'e')}</edge>\n`;
  }
  yield '  </graph>\n</graphml>\n';
}

const attributeKey = (name: string): Key<Entity> => ({ name, type: 'string', valueOf: ({ attributes }) => attributes.find((attribute) => attribute.name === name)?.value });

function declarationOf<Item>({ name, type }: Key<Item>, target: 'node' | 'edge', id: string): string {
  return `  <key id="${id}" for="${target}" attr.name="${escapeXml(name)}" attr.type="${type}"/>\n`;
}

function dataOf<Item>(item: Item, keys: readonly Key<Item>[], prefix: string): string {
  return keys
    .map(({ valueOf }, i) => {
      const value = valueOf(item);
      return value === undefined ? '' : `<data key="${prefix}${i}">${escapeXml(String(value))}</data>`;
    })
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
/** What XML 1.0 does not allow even escaped: control characters, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, '').replace(/[&<>"']/g, (character) => ENTITIES[character]).replace(/\r/g, '&#13;');
}
