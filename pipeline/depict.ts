// The graph to be looked at: a picture, or the explorer as one file, of all of it or of what lies around some entities.
import { basename, resolve } from 'node:path';
import { compareText } from '../graph/evidence.ts';
import type { Piece } from '../graph/export/index.ts';
import { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { neighbourhoodOf, partOf } from '../graph/query/neighbourhood.ts';
import { createSearch, entityNamed } from '../graph/query/search.ts';
import { readActivation } from './activation-weights.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { EntityId } from './core/model.ts';
import { engramVersion } from './manifest.ts';
import type { GraphWithDocuments } from './service/graph-answers.ts';

export type Depiction = 'svg' | 'png' | 'html';

export interface DepictOptions {
  /** Names or ids; all of the graph where there is none. */
  readonly around?: readonly string[];
  readonly hops?: number;
  /** Most entities. */
  readonly limit?: number;
  /** Pixels of a PNG for each unit of the SVG. */
  readonly scale?: number;
}

export interface Depicted {
  /** The whole file. */
  readonly piece: Piece<string | Uint8Array>;
  /** What of the graph it shows. */
  readonly counts: { readonly entities: number; readonly facts: number };
}

const HOPS = 2;
/** Where nothing else is asked for. */
const LIMITS: Readonly<Record<Depiction, number>> = { svg: 40, png: 40, html: 500 };
/** Of a picture; more cannot be read. */
const MOST_SHOWN = 200;
/** What a browser reads and prepares while one waits. */
const MOST_EMBEDDED_BYTES = 24 * 2 ** 20;

interface Shown {
  readonly graph: KnowledgeGraph;
  readonly ids: readonly EntityId[];
  readonly around: readonly EntityId[];
  /** Of what else there is. */
  readonly note?: string;
}

/**
 * @param source what was built in the folder `dir`
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY`; `ENGRAM_USAGE` where more would be shown than can be
 */
export async function depict(source: GraphWithDocuments, dir: string, config: Config, format: Depiction, options: DepictOptions = {}): Promise<Depicted> {
  const { around = [], hops = HOPS, limit = LIMITS[format] } = options;
  if (around.length === 0 && (options.hops ?? options.limit) !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: '--hops and --limit say how much is shown of what lies around an entity: name it with --around.' });
  if (format !== 'html' && Math.max(limit, around.length) > MOST_SHOWN) throw new EngramError('ENGRAM_USAGE', { problem: `A picture shows at most ${MOST_SHOWN} entities, more cannot be read: give a smaller --limit, or take --format html.` });
  const shown = around.length === 0 ? whole(source.graph, format) : nearby(source.graph, around, hops, limit);
  const title = shown.around.length === 0 ? basename(resolve(dir)) : shown.around.map((id) => source.graph.entity(id)!.name).join(', ');
  const content = format === 'html' ? await page(shown, title, source, dir, config) : await picture(shown, title, format, options.scale);
  return { piece: { file: `graph.${format}`, content }, counts: { entities: shown.ids.length, facts: shown.graph.counts.facts } };
}

function nearby(graph: KnowledgeGraph, names: readonly string[], hops: number, limit: number): Shown {
  const search = createSearch(graph);
  const around = [...new Set(names.map((name) => entityNamed(graph, name, search)))];
  const { ids, isWhole } = neighbourhoodOf(graph, around, { hops, limit });
  return { graph: KnowledgeGraph.fromDelta(partOf(graph, ids)), ids, around, ...(isWhole ? {} : { note: `the nearest within ${hops} ${hops === 1 ? 'step' : 'steps'}; there are more` }) };
}

/** A picture has no place for what no fact joins to anything. */
function whole(graph: KnowledgeGraph, format: Depiction): Shown {
  const all = graph.entityIds();
  if (format === 'html') return { graph, ids: all, around: [] };
  const ids = all.filter((id) => graph.factCount(id) > 0).sort((a, b) => graph.factCount(b) - graph.factCount(a));
  if (ids.length > MOST_SHOWN) throw new EngramError('ENGRAM_USAGE', { problem: `The graph has ${ids.length} entities with facts, and a picture shows at most ${MOST_SHOWN}: say around which it shall be, as in --around "${graph.entity(ids[0]!)!.name}".` });
  return { graph, ids, around: [], ...(ids.length === all.length ? {} : { note: `${all.length - ids.length} more have no fact` }) };
}

async function picture({ graph, ids, around, note }: Shown, title: string, format: 'svg' | 'png', scale?: number): Promise<string | Uint8Array> {
  const { svgOf } = await import('./picture/svg.ts');
  const { facts } = graph.counts;
  const counts = `${ids.length} ${ids.length === 1 ? 'entity' : 'entities'}, ${facts} ${facts === 1 ? 'fact' : 'facts'}`;
  const svg = svgOf(graph, { title, note: note === undefined ? counts : `${counts}; ${note}`, ids, around: new Set(around) });
  return format === 'svg' ? svg : (await import('./picture/png.ts')).pngOf(svg, { scale });
}

async function page({ graph, ids, around }: Shown, name: string, { graph: all, documents }: GraphWithDocuments, dir: string, config: Config): Promise<string> {
  const { spread, links } = await readActivation(config.activation, all, dir);
  const further = (links.further ?? []).filter(({ subject, object }) => graph.hasEntity(subject) && graph.hasEntity(object));
  const texts = [...documents.values()].filter(({ id }) => graph.document(id) !== undefined).map(({ id, text, sentences }) => ({ id, text, sentences })).sort((a, b) => compareText(a.id, b.id));
  const { textOf } = await import('./service/embedded-graph.ts');
  const { explorerFile } = await import('./service/explorer-page.ts');
  const embedded = textOf({ engram: engramVersion(), name, first: around, graph: graph.toDelta(), texts, activation: { spread, links: { ...links, further } } });
  const bytes = Buffer.byteLength(embedded);
  if (bytes > MOST_EMBEDDED_BYTES) {
    const mebibytes = (count: number): string => `${Math.round(count / 2 ** 20)} MiB`;
    throw new EngramError('ENGRAM_USAGE', { problem: `A page of ${ids.length} entities and ${texts.length} documents would hold ${mebibytes(bytes)}, and a browser is given at most ${mebibytes(MOST_EMBEDDED_BYTES)}: ${around.length === 0 ? 'say around which entities it shall be with --around NAME, and how many it may be with --limit' : 'give a smaller --limit or --hops'}; or look at it with \`engram serve\`.` });
  }
  return explorerFile(name, embedded);
}
