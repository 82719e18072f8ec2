// One error class and the one table of codes, messages and hints. A code never changes meaning.

interface ErrorEntry {
  readonly retriable: boolean;
  /** Exit code of the command when this error stops it: 2 usage or config, 3 unreachable, 70 our bug. */
  readonly exit: 2 | 3 | 70;
  readonly message: (c: Readonly<Record<string, unknown>>) => string;
  readonly hint: string;
}

const table = {
  ENGRAM_CONFIG_INVALID: {
    retriable: false,
    exit: 2,
    message: (c) => `${c['where']}: ${c['problem']}`,
    hint: 'Correct the key in the config file, environment or flag; configs/default.yaml shows every key.',
  },
  ENGRAM_USAGE: {
    retriable: false,
    exit: 2,
    message: (c) => `${c['problem']}`,
    hint: 'See `engram --help`, or `engram <command> --help` for an example.',
  },
  ENGRAM_SOURCE_NOT_FOUND: {
    retriable: false,
    exit: 2,
    message: (c) => `No input at '${c['path']}'.`,
    hint: 'Check the path; quote globs so that the shell leaves them alone.',
  },
  ENGRAM_SOURCE_UNREADABLE: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' could not be read: ${c['problem']}`,
    hint: 'Check the permissions of the file and that it is whole.',
  },
  ENGRAM_SOURCE_OUTSIDE: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' is a link that leads out of '${c['root']}'; it was not followed.`,
    hint: 'Name the file or folder it leads to, if it should be read.',
  },
  ENGRAM_SOURCE_UNKNOWN_KIND: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' has an extension Engram does not read.`,
    hint: 'Known: .txt .md .html .jsonl .csv .tsv, each also with .gz.',
  },
  ENGRAM_SOURCE_BAD_ROW: {
    retriable: false,
    exit: 2,
    message: (c) => `${c['path']}, line ${c['line']}: ${c['problem']}`,
    hint: 'Correct the row, or the column mapping (`sources.csv` or `sources.records` in the config, or --columns).',
  },
  ENGRAM_SOURCE_DUPLICATE_ID: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['uri']}' has the id of '${c['first']}', which was read before it.`,
    hint: 'Give each record its own id, or leave the ids out.',
  },
  ENGRAM_TEXT_ENCODING: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' is not UTF-8${c['line'] ? ` (line ${c['line']})` : ''}.`,
    hint: 'Convert it, for example with `iconv -f ISO-8859-1 -t UTF-8`.',
  },
  ENGRAM_TEXT_EMPTY: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' holds no text.`,
    hint: 'Remove it, or check the column or field that should hold the text.',
  },
  ENGRAM_TEXT_TOO_LONG: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' has a text of ${c['size']} bytes; the limit is ${c['limit']}.`,
    hint: 'Split it into records (.jsonl or .csv), or raise `sources.maxDocumentBytes`.',
  },
  ENGRAM_STAGE_FAILED: {
    retriable: false,
    exit: 70,
    message: (c) => `Stage '${c['stage']}' failed on '${c['uri']}': ${c['problem']}`,
    hint: 'This is a bug in Engram; please report it with the document.',
  },
  ENGRAM_STAGE_LOST: {
    retriable: false,
    exit: 3,
    message: (c) => `Reading '${c['uri']}' was tried ${c['times']} times; the process that read it ${c['problem']}.`,
    hint: 'Split the document, or give it more: time by `extract.deadline` in the config, memory by NODE_OPTIONS=--max-old-space-size=MiB; then run `engram retry`.',
  },
  ENGRAM_RUN_INTERRUPTED: {
    retriable: false,
    exit: 3,
    message: (c) => `Stopped after ${c['documents']} document(s); they are in the journal.`,
    hint: 'Run the same command again: it resumes where it stopped.',
  },
  ENGRAM_SHAPE_MISMATCH: {
    retriable: false,
    exit: 70,
    message: (c) => `Expected shape ${c['expected']}, got ${c['actual']} (${c['where']}).`,
    hint: 'This is a bug in Engram, or a model file of another version.',
  },
  ENGRAM_MODEL_INVALID: {
    retriable: false,
    exit: 2,
    message: (c) => `Model '${c['path']}' cannot be used: ${c['problem']}`,
    hint: 'Train it again with `engram train`, or leave out `--model` to use the shipped one.',
  },
  ENGRAM_MODEL_ENGINE_MISSING: {
    retriable: false,
    exit: 3,
    message: (c) => `Engine '${c['engine']}' is not available: ${c['problem']}`,
    hint: 'Run `engram doctor` to see which engines are there and how to add the missing one.',
  },
  ENGRAM_MODEL_OUT_OF_MEMORY: {
    retriable: false,
    exit: 3,
    message: (c) => `The device has no memory for a single row of ${c['tokens']} words: ${c['problem']}`,
    hint: 'Free memory of the device, or read on the CPU with `--engine onnx`.',
  },
  ENGRAM_DATA_INVALID: {
    retriable: false,
    exit: 2,
    message: (c) => `${c['path']}${c['line'] ? `, line ${c['line']}` : ''}: ${c['problem']}`,
    hint: 'Check the format of the data set; `engram train --help` and `engram evaluate --help` list those known.',
  },
  ENGRAM_GRAPH_UNKNOWN_ENTITY: {
    retriable: false,
    exit: 2,
    message: (c) => {
      const nearest = (c['nearest'] ?? []) as readonly string[];
      return `No entity matches '${c['text']}'.${nearest.length === 0 ? '' : ` Nearest: ${nearest.join(', ')}.`}`;
    },
    hint: 'Try `engram search` with fewer or other words.',
  },
  ENGRAM_GRAPH_UNKNOWN_DOCUMENT: {
    retriable: false,
    exit: 2,
    message: (c) => `The graph has no document '${c['id']}'.`,
    hint: 'Ids of documents are those of `GET /documents`, or of `engram export --format jsonl`.',
  },
  ENGRAM_GRAPH_UNKNOWN_TOPIC: {
    retriable: false,
    exit: 2,
    message: (c) => `No document is about '${c['label']}'.`,
    hint: 'Topics are those of `engram topics` and `GET /topics`, letter by letter; they change with the documents.',
  },
  ENGRAM_GRAPH_UNKNOWN_FACT: {
    retriable: false,
    exit: 2,
    message: (c) => `The graph has no fact '${c['id']}'.`,
    hint: 'Ids of facts are those of `GET /entities/:id/facts`; they change when what the fact is about does.',
  },
  ENGRAM_GRAPH_SPILL: {
    retriable: false,
    exit: 3,
    message: (c) => `What does not fit into 'graph.memory' could not be kept in '${c['path']}': ${c['problem']}`,
    hint: 'Make room on that disk, or give more memory with `graph.memory` (MiB) in the config; nothing was lost.',
  },
  ENGRAM_SERVED_READ_ONLY: {
    retriable: false,
    exit: 2,
    message: () => 'This graph is served to be read.',
    hint: 'Start the server with `engram serve DIR --write` to let documents come and go, and to decide what is one.',
  },
  ENGRAM_SERVED_WITHOUT_DOCUMENTS: {
    retriable: false,
    exit: 2,
    message: () => 'The documents that this graph was built from are not at hand here.',
    hint: 'Serve the folder that was built, not the store that it was written to: `engram serve DIR`.',
  },
  ENGRAM_STORE_UNAVAILABLE: {
    retriable: true,
    exit: 3,
    message: (c) => `Store '${c['store']}' did not answer${c['problem'] ? `: ${c['problem']}` : '.'}`,
    hint: 'Check the address, the password and that the server is running; then run the same command again, it resumes.',
  },
  ENGRAM_STORE_MISSING_ENTITY: {
    retriable: false,
    exit: 70,
    message: (c) => `Store '${c['store']}' was given ${c['count']} fact(s) whose entity it does not have, such as '${c['example']}'.`,
    hint: 'Nothing of the batch was written. Write the entities first.',
  },
  ENGRAM_STORE_FAILED: {
    retriable: false,
    exit: 3,
    message: (c) => `Store '${c['store']}' refused the write: ${c['problem']}`,
    hint: 'The journal keeps the extraction; correct the cause and run the same command again.',
  },
  ENGRAM_STORE_CORRUPT: {
    retriable: false,
    exit: 3,
    message: (c) => `Store '${c['store']}' cannot be read: ${c['problem']}`,
    hint: 'Run `engram build` again: the store is rebuilt from the journal.',
  },
  ENGRAM_QUEUE_UNAVAILABLE: {
    retriable: true,
    exit: 3,
    message: (c) => `Queue '${c['queue']}' did not answer: ${c['problem']}`,
    hint: 'Check the address and that Redis is running; then run the same command again, it resumes.',
  },
  ENGRAM_QUEUE_LOGIN: {
    retriable: false,
    exit: 3,
    message: (c) => `Queue '${c['queue']}' refused the login: ${c['problem']}`,
    hint: 'Set REDIS_PASSWORD (`queue.password.env` names the variable) and, for a user of its own, `queue.user`.',
  },
  ENGRAM_QUEUE_UNSUITABLE: {
    retriable: false,
    exit: 3,
    message: (c) => `What answers at '${c['queue']}' cannot be the queue: ${c['problem']}`,
    hint: 'A queue is a Redis server, 6.2 or newer, with `maxmemory-policy noeviction`: redis://HOST:6379, or rediss:// with TLS.',
  },
  ENGRAM_QUEUE_FULL: {
    retriable: true,
    exit: 3,
    message: (c) => `Queue '${c['queue']}' had no memory left for ${c['seconds']} s.`,
    hint: 'Give Redis more (`maxmemory`) or the build less (`queue.bytesInFlight`); then run the same command again, it resumes.',
  },
  ENGRAM_QUEUE_TAKEN: {
    retriable: true,
    exit: 3,
    message: (c) => `Queue '${c['queue']}' serves another build (process ${c['pid']} on ${c['host']}).`,
    hint: 'Wait for it to end, or give this one a queue of its own with `--queue-name`; its workers need the same name.',
  },
  ENGRAM_QUEUE_OTHER_MODEL: {
    retriable: false,
    exit: 2,
    message: (c) => `Queue '${c['queue']}' wants documents read with other models than this worker's: ${c['difference']}.`,
    hint: 'Start the worker with the release, the models and the `extract` settings of the build.',
  },
  ENGRAM_QUEUE_BATCH_INVALID: {
    retriable: false,
    exit: 70,
    message: (c) => `Batch ${c['batch']} of the queue is not what a build sends: ${c['problem']}`,
    hint: 'Something else wrote into this queue; give the build one of its own with `--queue-name`.',
  },
  ENGRAM_CHECKPOINT_CORRUPT: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}', line ${c['line']}: ${c['problem']}`,
    hint: 'Of a journal the records before and after it were kept; run `engram build` again to read the lost document anew.',
  },
  ENGRAM_CHECKPOINT_MISSING: {
    retriable: false,
    exit: 2,
    message: (c) => `'${c['path']}' holds no Engram build.`,
    hint: 'Make one with `engram build INPUT… --out DIR`, or name the folder with `--dir`.',
  },
  ENGRAM_CHECKPOINT_OUTDATED: {
    retriable: false,
    exit: 2,
    message: (c) => `An earlier version of Engram read '${c['uri']}'; this one needs more than it kept.`,
    hint: 'Run the `engram build` that made the folder again: it reads its documents anew.',
  },
  ENGRAM_CHECKPOINT_LOCKED: {
    retriable: true,
    exit: 3,
    message: (c) => `Another build (process ${c['pid']}) is writing to '${c['path']}'.`,
    hint: 'Wait for it to end, or build into another folder with `--out`.',
  },
  ENGRAM_CHECKPOINT_UNWRITABLE: {
    retriable: false,
    exit: 3,
    message: (c) => `'${c['path']}' could not be written: ${c['problem']}`,
    hint: 'Check the free space and the permissions; then run the same command again, it resumes.',
  },
} satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof table;
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** The only error Engram throws on purpose. `message` states the fact, `hint` what to try next. */
export class EngramError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retriable: boolean;
  readonly exit: 2 | 3 | 70;

  constructor(code: ErrorCode, context: Readonly<Record<string, unknown>> = {}, options?: { cause?: unknown }) {
    const entry: ErrorEntry = table[code];
    super(entry.message(context), options);
    this.name = 'EngramError';
    this.code = code;
    this.hint = entry.hint;
    this.retriable = entry.retriable;
    this.exit = entry.exit;
  }

  /** One that was thrown in another process. */
  static told(code: ErrorCode, message: string): EngramError {
    return Object.assign(new EngramError(code), { message });
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
