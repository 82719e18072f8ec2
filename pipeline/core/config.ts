// What can be set: every key with its default, its unit and what it accepts. `configs/default.yaml` says the same in YAML.
import { z } from 'zod';
import { FIELD_KINDS, LABEL_NAME } from './model.ts';

/** In the order in which `auto` tries them. */
export const CPU_ENGINES = ['onnx', 'wasm'] as const;
/** Those that give gradients. */
export const TRAINING_ENGINES = ['wasm', 'tensorflow', 'tensorflow-cpu'] as const;
/** What runs the networks; `auto` is one of the CPU's, the others are opened as devices. */
export const ENGINE_KINDS = ['auto', ...CPU_ENGINES, 'onnx-cuda', 'webgpu', 'tensorflow', 'tensorflow-cpu'] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** Whether it is opened as a device: one at a time, in a thread of its own. */
export const isDevice = (kind: EngineKind): boolean => kind !== 'auto' && !(CPU_ENGINES as readonly EngineKind[]).includes(kind);

const count = z.int().min(1);
const field = z.string().min(1);

/** A column of a table of records: a property of the thing, or another thing it is related to. */
const recordColumn = z.strictObject({
  /** The column's own name when left out. */
  predicate: z.string().regex(/^[a-z][A-Za-z0-9]{0,62}$/, 'is no name of a predicate, such as dateOfBirth').optional(),
  kind: z.enum(FIELD_KINDS).optional(),
  /** The type of the other thing. */
  type: z.string().regex(LABEL_NAME, 'is no name of a type').optional(),
});

const recordTable = z.strictObject({
  /** The path of the file, or its end. */
  file: field,
  /** Of the things that its rows are about. */
  type: z.string().regex(LABEL_NAME, 'is no name of a type'),
  /** Left out, a row is known by its line. */
  id: field.optional(),
  /** The column that names the thing, or several that do together. */
  name: z.union([field, z.array(field).min(1)]),
  columns: z.record(z.string(), recordColumn).default({}),
});
export type RecordTableConfig = z.output<typeof recordTable>;

const columns = (what: string) =>
  z.strictObject({
    /** The column or field that holds the text; a record without it is a dead letter. */
    text: field.default('text').describe(`${what} of the text`),
    /** Those that are absent from a file are passed over; every other column becomes metadata. */
    id: field.default('id').describe(`${what} of the document id`),
    title: field.default('title').describe(`${what} of the title`),
    date: field.default('date').describe(`${what} of the date`),
  });

/** The classifier's own threshold is set on gold mentions; predicted ones are noisier. Best F1 on fixtures/gold lies near it. */
const DEFAULT_MIN_RELATION_SCORE = 0.6;

/** Half of what V8 lets a process have on a machine of 16 GB or more. */
const DEFAULT_GRAPH_MEMORY = 2048;

export const configSchema = z.strictObject({
  engine: z
    .strictObject({
      kind: z.enum(ENGINE_KINDS).default('auto'),
      /** Of the weights on a CPU; a device computes in float32. */
      precision: z.enum(['int8', 'float32']).default('int8'),
      /** Of a device: words of a batch, padding included, of whatever documents; halved where its memory runs out. */
      batchTokens: z.int().min(64).max(4_194_304).default(32_768),
    })
    .prefault({}),
  sources: z
    .strictObject({
      csv: columns('column').extend({ delimiter: z.string().length(1).default(',') }).prefault({}),
      jsonl: columns('field').prefault({}),
      /** Tables whose rows are things with properties, not texts. */
      records: z.array(recordTable).default([]),
      stdinFormat: z.enum(['txt', 'md', 'html', 'jsonl', 'csv', 'tsv']).default('txt'),
      maxDocumentBytes: z.int().min(1024).default(16 * 1024 * 1024),
    })
    .prefault({}),
  extract: z
    .strictObject({
      /** 'shipped', 'small' (shipped too: less exact, faster), or the folder of a model made by `engram train`. */
      ner: field.default('shipped'),
      relation: field.default('shipped'),
      /** What documents think of whom: 'none', 'shipped', or the folder of a classifier of negative, neutral and positive. */
      sentiment: field.default('none'),
      /** What documents are about: 'none', or the folder of a classifier made by `engram train classify`. */
      topics: field.default('none'),
      /** Whether passages are read as wholes too: facts that no single sentence states. */
      acrossSentences: z.boolean().default(false),
      /** What is less likely is not worth a place in the journal; the graph has a threshold of its own. */
      relationThreshold: z.number().min(0.01).max(1).default(0.3),
      batchDocuments: count.max(4096).default(32),
      /** Batches in flight, for each process: read and not yet in the journal. */
      concurrency: count.max(64).default(3),
      /** Processes that read documents. 'auto': at most one for every three cores begun, no more than there are batches for. */
      processes: z.union([z.literal('auto'), count.max(64)]).default('auto'),
      /** Seconds without an answer, for every 100,000 bytes of text in flight, after which reading is taken to hang. */
      deadline: count.max(86_400).default(120),
    })
    .prefault({}),
  store: z
    .strictObject({
      /** 'embedded', 'neo4j://host:7687', 'bolt://…' or 'jsonl:FOLDER'; see `engram build --help`. */
      address: field.default('embedded'),
      user: field.default('neo4j'),
      /** The name of the environment variable that holds the password. */
      password: z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable').default('NEO4J_PASSWORD') }).prefault({}),
      /** Of Neo4j: transactions that write entities side by side. */
      writers: count.max(64).default(2),
      /** Seconds that a server which has answered once may be away. */
      maxOutage: count.default(300),
    })
    .prefault({}),
  queue: z
    .strictObject({
      /** 'none': documents are read on this machine; or redis://HOST:6379, from which workers on any machine take them. */
      address: field.default('none'),
      /** Builds that share a Redis have a queue each. */
      name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'is no name of a queue').default('build'),
      user: field.default('default'),
      /** The name of the environment variable that holds the password. */
      password: z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable').default('REDIS_PASSWORD') }).prefault({}),
      /** In flight: sent and not yet in the journal. */
      batches: count.max(4096).default(64),
      /** Of text: a batch is closed early when it has so many. */
      batchBytes: count.default(1024 * 1024),
      /** Of text in flight. */
      bytesInFlight: count.default(64 * 1024 * 1024),
      /** Workers that may be lost with a batch before its documents are read one at a time, and then with a document. */
      attempts: count.max(100).default(3),
      /** Seconds without a sign of life after which a batch goes to another worker, and the queue to another build. */
      lease: count.max(3600).default(15),
      /** Seconds that Redis may be away, or full. */
      maxOutage: count.default(300),
    })
    .prefault({}),
  graph: z
    .strictObject({
      /** Which predicates there are and what they join: 'shipped' (graph/schema.yaml), or a file like it. */
      schema: field.default('shipped'),
      /** Mentions and relations below these scores are left out of the graph; the journal keeps them. */
      minMentionScore: z.number().min(0).max(1).default(0),
      minRelationScore: z.number().min(0).max(1).default(DEFAULT_MIN_RELATION_SCORE),
      /** MiB. A graph that would take more is not held: it is built and synced in parts, features, related and export read it from the store, and what is more than this is kept in a file. */
      memory: count.default(DEFAULT_GRAPH_MEMORY),
    })
    .prefault({}),
  activation: z
    .strictObject({
      /** Share of activation kept per hop. */
      decay: z.number().gt(0).lt(1).default(0.7),
      /** What an entity keeps to itself. */
      firingThreshold: z.number().min(0).max(1).default(0),
      /** How far an entity of many links is held back, or, below 0, put forward. */
      hubInhibition: z.number().min(-1).max(1).default(0.5),
      maxPulses: count.max(1000).default(100),
      /** Most entities that are activated. */
      maxActive: count.default(100_000),
      /** A file that `engram train activation` wrote, whose numbers then count; or 'none'. */
      weights: field.default('none'),
      /** Whether activation also goes along links that no document states but that patterns lead to, and questions are answered from them. */
      inferred: z.boolean().default(false),
    })
    .prefault({}),
});

/** Every setting of one run, complete and checked. */
export type Config = z.output<typeof configSchema>;
/** What a file, the environment or flags may say: any part of it. */
export type ConfigInput = z.input<typeof configSchema>;

export const DEFAULT_CONFIG: Config = configSchema.parse({});

/** The schema of the key that a path leads to, without its default; undefined where there is no such key. */
export function schemaAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  let schema: z.ZodType | undefined = configSchema;
  for (const key of path) {
    if (!(schema instanceof z.ZodObject)) return undefined;
    schema = unwrap(schema.shape[key as string]);
  }
  return schema;
}

/** The keys known below a path; empty for a value. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap() as z.ZodType);
  return schema;
}
