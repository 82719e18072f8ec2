// The operations over HTTP: one route for each, with the limits, headers and errors that a service on a network needs.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import compress from '@fastify/compress';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import underPressure from '@fastify/under-pressure';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, validatorCompiler } from 'fastify-type-provider-zod';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import { EngramError, messageOf, type ErrorCode } from '../core/errors.ts';
import { sha256Of } from '../core/ids.ts';
import { engramVersion } from '../manifest.ts';
import { explorerFiles, PAGE_POLICY } from './explorer-page.ts';
import type { GraphService } from './graph-service.ts';
import { OPERATIONS, type Operation, type OperationName } from './operations.ts';

export interface HttpOptions {
  /** What callers must send as `Authorization: Bearer …`; needed where other machines can reach the server. */
  readonly token?: string;
  /** Requests of one address within a minute. */
  readonly requestsPerMinute?: number;
  /** Bytes of a request's body. */
  readonly mostBodyBytes?: number;
  /** Milliseconds by which the process may be late before further requests are refused; 0 for any. */
  readonly mostDelay?: number;
  /** Told of what went wrong inside, of which callers learn no more than that it did. */
  readonly onFailure?: (error: unknown) => void;
}

const REQUESTS_PER_MINUTE = 60_000;
const MOST_BODY_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const MOST_DELAY_MS = 1000;
const RETRY_AFTER_SECONDS = 2;
const COMPRESSED_FROM_BYTES = 1024;
const LONGEST_PARAMETER = 500;
/** More than any request that the schemas allow. */
const MOST_HEADER_BYTES = 96 * 1024;
const HEARTBEAT_MS = 15_000;
/** Which need no token: they say nothing of the graph. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/', '/explorer.js', '/explorer.css']);
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  ENGRAM_USAGE: 400,
  ENGRAM_GRAPH_UNKNOWN_ENTITY: 404,
  ENGRAM_GRAPH_UNKNOWN_DOCUMENT: 404,
  ENGRAM_GRAPH_UNKNOWN_FACT: 404,
  ENGRAM_GRAPH_UNKNOWN_TOPIC: 404,
  ENGRAM_SERVED_READ_ONLY: 403,
  ENGRAM_SERVED_WITHOUT_DOCUMENTS: 409,
  ENGRAM_CHECKPOINT_LOCKED: 409,
  ENGRAM_STORE_UNAVAILABLE: 503,
  ENGRAM_MODEL_ENGINE_MISSING: 503,
};

const UNREADABLE: Readonly<Record<string, readonly [status: number, title: string, hint: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', `Send less in the address and the headers: ${MOST_HEADER_BYTES / 1024} KiB at most.`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', `Send the whole request within ${REQUEST_TIMEOUT_MS / 1000} seconds.`],
};

/** An error as RFC 9457 has it. */
const problem = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), hint: z.string().optional().describe('what to do') });
type Problem = z.output<typeof problem>;

/** Not yet listening. */
export async function createHttpServer(service: GraphService, { token, requestsPerMinute = REQUESTS_PER_MINUTE, mostBodyBytes = MOST_BODY_BYTES, mostDelay = MOST_DELAY_MS, onFailure = () => undefined }: HttpOptions = {}): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: mostBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    http: { maxHeaderSize: MOST_HEADER_BYTES },
    // Of requests that reach no route, and of those that are none.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error)),
    clientErrorHandler: refuse,
  });
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  // What handlers give is checked by the tests; here it would cost as much as the answer.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const told = problemOf(error);
    if (told.status === 500) onFailure(error);
    return sendProblem(reply, told);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(reply, { type: 'about:blank', title: 'Not found', status: 404, detail: `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`, hint: 'GET /openapi.json lists what there is.' }));
  const metrics = createMetrics(service);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" });
    admit(request, token);
  });
  app.addHook('onResponse', async (request, reply) => metrics.observe(request, reply));

  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Engram', version: engramVersion(), description: 'A resolved, explainable knowledge graph: search, evidence, activation, features.' }, ...(token === undefined ? {} : { security: [{ token: [] }], components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } }) },
    transform: jsonSchemaTransform,
  });
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: '1 minute', allowList: (request) => OPEN_PATHS.has(request.url) });
  await app.register(underPressure, { maxEventLoopDelay: mostDelay, message: 'Too much is asked at once.', retryAfter: RETRY_AFTER_SECONDS });
  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: COMPRESSED_FROM_BYTES });

  for (const name of Object.keys(OPERATIONS) as OperationName[]) addOperation(app, name, service);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, (_request, reply) => reply.status(service.isReady() ? 200 : 503).send({ status: service.isReady() ? 'ready' : 'starting' }));
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  await addExplorer(app);
  const streams = new Set<() => void>();
  app.get('/events', { schema: { hide: true } }, (request, reply) => sendEvents(request, reply, service, streams));
  app.addHook('preClose', async () => streams.forEach((end) => end()));
  return app;
}

/** The page, for people; it asks as every other caller does. */
async function addExplorer(app: FastifyInstance): Promise<void> {
  for (const [path, { type, content }] of Object.entries(await explorerFiles())) {
    const etag = `"${sha256Of(content, 8)}"`;
    app.get(path, { schema: { hide: true } }, (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache', 'content-security-policy': PAGE_POLICY });
      return request.headers['if-none-match'] === etag ? reply.status(304).send() : reply.type(type).send(content);
    });
  }
}

/** An operation's route, its parameters of path, query and body handed over as one. */
function addOperation(app: FastifyInstance, name: OperationName, service: GraphService): void {
  const { method, path, summary, params, query, body, response, status = 200, isCacheable = false }: Operation = OPERATIONS[name];
  const handler = service.handlers[name] as (input: object) => unknown;
  app.route({
    method,
    url: path,
    schema: {
      ...{ operationId: name, summary },
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { querystring: query }),
      ...(body === undefined ? {} : { body }),
      response: { [status]: response, default: { description: 'What is wrong, and what to do', content: { 'application/problem+json': { schema: problem } } } },
    },
    handler: async (request, reply) => {
      if (isCacheable) {
        const etag = `W/"${service.version()}"`;
        reply.headers({ etag, 'cache-control': 'private, no-cache' });
        if (request.headers['if-none-match'] === etag) return reply.status(304).send();
      }
      const answer = await handler(Object.assign({}, request.params, request.query, request.body));
      return reply.status(status).send(answer);
    },
  });
}

/**
 * Without a token a page of another site could reach a server of this machine by a name of its own: only the machine's names are answered then.
 * @throws a refusal
 */
function admit({ headers, url }: FastifyRequest, token: string | undefined): void {
  if (token === undefined) {
    if (headers.host === undefined || LOOPBACK_HOST.test(headers.host)) return;
    throw new Refusal(403, 'Forbidden', `This server answers to localhost, not to '${headers.host}'; start it with ENGRAM_TOKEN set to reach it by other names.`);
  }
  if (OPEN_PATHS.has(url)) return;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))) throw new Refusal(401, 'Unauthorized', 'A token is needed: send it as `Authorization: Bearer TOKEN`.');
}

class Refusal extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }
}

function problemOf(error: FastifyError | EngramError | Refusal): Problem {
  if (error instanceof Refusal) return { type: 'about:blank', title: error.title, status: error.status, detail: error.message };
  if (error instanceof EngramError) return { type: `urn:engram:${error.code}`, title: error.code, status: STATUS[error.code] ?? 500, detail: error.message, hint: error.hint };
  const status = error.statusCode ?? 500;
  if (error.validation !== undefined) return { type: 'urn:engram:ENGRAM_USAGE', title: 'ENGRAM_USAGE', status: 400, detail: messageOf(error), hint: 'GET /openapi.json says what each parameter may be.' };
  if (status === 429 || status === 503) return { type: 'about:blank', title: status === 429 ? 'Too Many Requests' : 'Service Unavailable', status, detail: error.message, hint: 'Ask again after the seconds that the header Retry-After names.' };
  // What went wrong inside is nobody else's business.
  return status >= 500 ? { type: 'about:blank', title: 'Internal error', status: 500, detail: 'Something went wrong here; who runs the server sees what.', hint: 'Ask again; if it stays so, tell who runs the server.' } : { type: 'about:blank', title: error.code ?? 'Error', status, detail: error.message };
}

function sendProblem(reply: FastifyReply, told: Problem): FastifyReply {
  if (told.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.status(told.status).type('application/problem+json').serializer((body: unknown) => JSON.stringify(body)).send(told);
}

/** What came over the connection is no request that could be read; it ends with the answer. */
function refuse({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, title, hint] = UNREADABLE[code ?? ''] ?? [400, 'Bad Request', 'Send HTTP/1.1; GET /openapi.json says what can be asked.'];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: 'The request cannot be read.', hint } satisfies Problem);
  socket.end(`HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

function createMetrics(service: GraphService) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({ name: 'engram_http_request_duration_seconds', help: 'Time to answer a request.', labelNames: ['route', 'method', 'status'], buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5], registers: [registry] });
  const counts = new Gauge({ name: 'engram_graph_size', help: 'What the graph holds.', labelNames: ['kind'], registers: [registry] });
  const generation = new Gauge({ name: 'engram_graph_generation', help: 'Changes of the graph since the server began.', registers: [registry] });
  return {
    contentType: registry.contentType,
    observe({ method, routeOptions }: FastifyRequest, reply: FastifyReply): void {
      duration.observe({ route: routeOptions.url ?? 'none', method, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    },
    async text(): Promise<string> {
      const status = await service.handlers.status({});
      for (const [kind, count] of Object.entries(status.counts)) counts.set({ kind }, count);
      generation.set(status.generation);
      return registry.metrics();
    },
  };
}

/**
 * Server-sent events: the status when it begins and whenever it changes.
 * @param streams how those that are open are ended
 */
function sendEvents(request: FastifyRequest, reply: FastifyReply, service: GraphService, streams: Set<() => void>): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  const tell = async (): Promise<void> => void raw.write(`event: status\ndata: ${JSON.stringify(await service.handlers.status({}))}\n\n`);
  const stop = service.onChange(() => void tell());
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
  const end = (): void => {
    stop();
    clearInterval(heartbeat);
    streams.delete(end);
    raw.end();
  };
  streams.add(end);
  request.raw.on('close', end);
  void tell();
}
