// A client that asks no server: the handlers are at hand, and what they are asked is checked as a server would.
import { EngramError, messageOf } from '../core/errors.ts';
import { ProblemError, type Client } from './client.ts';
import { OPERATIONS, type Handlers, type Operation, type OperationName } from './operations.ts';

type Input = Readonly<Record<string, unknown>>;

/** Every call throws `ProblemError`, as those of a client of a server do. @param handlers those of operations that need a server may be missing */
export function createLocalClient(handlers: Partial<Handlers>): Client {
  const names = Object.keys(OPERATIONS) as OperationName[];
  return Object.fromEntries(names.map((name) => [name, (input: Input) => answer(name, handlers[name] as Handler | undefined, input)])) as unknown as Client;
}

type Handler = (input: Input) => unknown;

async function answer(name: OperationName, handler: Handler | undefined, input: Input): Promise<unknown> {
  if (handler === undefined) throw new ProblemError({ status: 501, title: 'Not offered', detail: `'${name}' needs a server.`, hint: 'Start one with `engram serve DIR`.' });
  try {
    return await handler(checked(OPERATIONS[name], input));
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (error instanceof EngramError) throw new ProblemError({ status: 400, title: error.code, detail: error.message, hint: error.hint });
    throw new ProblemError({ status: 500, title: 'Internal error', detail: messageOf(error) });
  }
}

function checked({ params, query, body }: Operation, input: Input): Input {
  let all: Input = {};
  for (const part of [params, query, body]) {
    const parsed = part?.safeParse(input);
    if (parsed?.success === false) throw new EngramError('ENGRAM_USAGE', { problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') });
    all = { ...all, ...parsed?.data };
  }
  return all;
}
