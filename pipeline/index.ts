// The public exports: what a program that builds or reads a graph needs.
export { buildGraph, type BuildGraphOptions } from '../graph/build-graph.ts';
export { KnowledgeGraph } from '../graph/knowledge-graph.ts';
export { explain, type Explanation } from '../graph/query/explain.ts';
export { related, type RelatedAnswer, type RelatedOptions } from '../graph/query/related.ts';
export { createSearch, type EntitySearch, type SearchHit } from '../graph/query/search.ts';
export { openStore, type StoreOptions } from '../graph/stores/index.ts';
export { segmentText } from '../extractors/text/segmenter.ts';
export { createStages, runBuild, type BuildOptions, type BuildProgress, type BuildResult } from './build.ts';
export { DEFAULT_CONFIG, type Config, type ConfigInput } from './core/config.ts';
export { EngramError, ERROR_TABLE, type ErrorCode } from './core/errors.ts';
export type * from './core/model.ts';
export type * from './core/stage.ts';
export type { RunManifest } from './manifest.ts';
export { openGraph, type OpenedGraph } from './open-graph.ts';
export type { Predicate, RelationSchema } from './core/relation-schema.ts';
export { readConfig, type ConfigSources } from './read-config.ts';
export { readRelationSchema } from './read-schema.ts';
export type { Stages } from './run.ts';
