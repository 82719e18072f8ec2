// A client of a served graph, typed by the table of operations: `createClient(url).search({ q: 'turing' })`. It needs `fetch` and nothing of Node, so that it also runs in a page.
import { OPERATIONS, type InputOf, type Operation, type OperationName, type OutputOf } from './operations.ts';

export interface ClientOptions {
  readonly token?: string;
  /** Milliseconds after which a request is given up. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
}

export type Client = { readonly [Name in OperationName]: (input: InputOf<Name>) => Promise<OutputOf<Name>> };

const TIMEOUT = 30_000;

/** What the server says is wrong (RFC 9457). */
export class ProblemError extends Error {
  readonly status: number;
  /** Of Engram's errors their code. */
  readonly title: string;
  readonly hint: string | undefined;

  constructor({ status, title, detail, hint }: { readonly status: number; readonly title: string; readonly detail: string; readonly hint?: string }) {
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.title = title;
    this.hint = hint;
  }
}

/** @param url of the server; every call throws `ProblemError` for what the server refuses, and what `fetch` throws where it cannot be reached */
export function createClient(url: string, options: ClientOptions = {}): Client {
  const base = url.replace(/\/+$/, '');
  const names = Object.keys(OPERATIONS) as OperationName[];
  return Object.fromEntries(names.map((name) => [name, (input: Readonly<Record<string, unknown>>) => call(base, OPERATIONS[name], input, options)])) as unknown as Client;
}

async function call(base: string, { method, path, query, body }: Operation, input: Readonly<Record<string, unknown>>, { token, timeout = TIMEOUT, fetch: send = fetch }: ClientOptions): Promise<unknown> {
  const place = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(input[key])));
  const search = new URLSearchParams();
  for (const key of Object.keys(query?.shape ?? {})) for (const value of [input[key]].flat()) if (value !== undefined) search.append(key, String(value));
  const sent = body === undefined ? undefined : Object.fromEntries(Object.keys(body.shape).map((key) => [key, input[key]]));
  const response = await send(`${base}${place}${search.size === 0 ? '' : `?${search}`}`, {
    method,
    headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(sent === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    signal: AbortSignal.timeout(timeout),
  });
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => undefined)) as { readonly title?: string; readonly detail?: string; readonly hint?: string } | undefined;
  throw new ProblemError({ status: response.status, title: problem?.title ?? response.statusText, detail: problem?.detail ?? `${method} ${place} was answered ${response.status}.`, ...(problem?.hint === undefined ? {} : { hint: problem.hint }) });
}

export { MOST_IN_OVERVIEW, OPERATIONS, USUAL_IN_OVERVIEW } from './operations.ts';
export type { InputOf, OutputOf } from './operations.ts';
