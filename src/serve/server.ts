import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RemoraError } from '../errors.js';
import { isRepositoryStore, type Repositories } from '../store/interfaces/hosting.js';
import type { Store } from '../store/interfaces/store.js';
import { nameFor, singleRepository } from '../store/layout/hosting/repositories.js';
import { Refusal, sendEarly, sendJson, toRefusal } from './answer.js';
import type { Call } from './call.js';
import { clientOf } from './client-of.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { route } from './router.js';
import { UploadPlaces } from './upload-places.js';
import type { Admission } from './users/passwords.js';
import { type AnsweredHosts, refuseWebPages } from './web-pages.js';

/** A request that has been answered. */
export interface RequestLog {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  readonly status: number;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** The error behind a 5xx. */
  readonly error?: string;
}

/** Options of {@link createServer}. */
export interface ServerOptions {
  /** Refuse every write with 405. @default false */
  readonly readOnly?: boolean | undefined;
  /**
   * Says whether a user and password may come in; `client` is the same for all that one address sends.
   *
   * @default everybody may
   */
  readonly authenticate?: ((username: string, password: string, client: string) => Promise<Admission>) | undefined;
  /** Called when a request has been answered. */
  readonly onRequest?: ((log: RequestLog) => void) | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * The names in `Host` that are answered, as they stand in a URL, without ports; 421 for others. Names of loopback, and
   * the address that was connected to, are always answered.
   *
   * @default none for connections on loopback, which web pages could reach under a name of their own; else any
   */
  readonly hosts?: AnsweredHosts | undefined;
  /** The repository's name, when one store is served. @default the name of its directory, in lower case */
  readonly name?: string | undefined;
}

/** Made once: the error that an abort makes of its own, with its stack, takes 5 µs of each request. */
const OVER = new Error('the request is over');

const UPLOADS: readonly string[] = ['PUT', 'POST', 'PATCH'];
const WRITES: readonly string[] = [...UPLOADS, 'DELETE'];

/**
 * Makes a registry of repositories, or of one store: a listener for `node:http` or `node:https`. It speaks the whole
 * distribution specification v1.1.1, the Referrers API included.
 *
 * The repositories keep all state; the listener holds only what a request needs while it runs.
 *
 * @throws RemoraError `UNSUPPORTED` for a store that cannot be served, `INVALID_ARGUMENT` for a name that does not fit
 */
export function createServer(source: Repositories | Store, options: ServerOptions = {}): RequestListener {
  return createListener(source, options);
}

/** A request outside of `/v2/`, of a client that may read. */
export interface PageCall extends Pick<Call, 'request' | 'response' | 'query' | 'repositories' | 'signal'> {
  /** As it was sent. */
  readonly path: string;
  /** The reason for which the request is not let in; the page tells it. */
  readonly refusal?: Refusal | undefined;
  /** Takes the error behind an answer, for the log. */
  failed(error: unknown): void;
}

/** The same, with pages beside `/v2/`. @param pages answers what is read there. @default 404 */
export function createListener(
  source: Repositories | Store,
  options: ServerOptions = {},
  pages?: (call: PageCall) => Promise<void>,
): RequestListener {
  const repositories = repositoriesOf(source, options.name);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const places = new UploadPlaces(limits.uploads);
  return (request, response) => {
    const started = performance.now();
    const method = request.method ?? 'GET';
    let failure: unknown;
    whenOver(request, response, () => {
      options.onRequest?.({
        method,
        path: request.url ?? '',
        status: response.statusCode,
        bytes: Number(response.getHeader('content-length') ?? 0),
        milliseconds: performance.now() - started,
        ...(failure === undefined || response.statusCode < 500
          ? {}
          : { error: failure instanceof Error ? failure.message : String(failure) }),
      });
    });
    const failed = (error: unknown) => {
      failure = error;
    };
    answer(request, response, failed).catch((error: unknown) => {
      failed(error);
      refuse(request, response, error);
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse, failed: PageCall['failed']): Promise<void> {
    const method = request.method ?? 'GET';
    const isPage = pages !== undefined && !/^[^?]*\/v2(?:[/?]|$)/.test(request.url ?? '');
    const admitted = admit(request, isPage);
    if (pages !== undefined && isPage) {
      const refusal = await admitted.then(
        () => undefined,
        (error: unknown) => refusalToShow(request, error),
      );
      const { pathname: path, searchParams: query } = targetOf(request);
      const gone = new AbortController();
      whenOver(request, response, () => gone.abort(OVER));
      return pages({ request, response, path, query, repositories, signal: gone.signal, refusal, failed });
    }
    await admitted;
    const url = targetOf(request);
    const { name, rest, methods } = route(url.pathname);
    const handler = methods[method];
    if (handler === undefined || (options.readOnly && WRITES.includes(method))) {
      const why = handler === undefined ? `${method} is not supported here` : 'this registry is read-only';
      const allowed = Object.keys(methods).filter((one) => !options.readOnly || !WRITES.includes(one));
      throw new Refusal(405, 'UNSUPPORTED', why, { headers: { Allow: allowed.join(', ') } });
    }
    const free = UPLOADS.includes(method) ? places.take(request) : () => {};
    if (free === undefined)
      throw new Refusal(429, 'TOOMANYREQUESTS', 'too many uploads at a time', { headers: { 'Retry-After': '1' } });
    const gone = new AbortController();
    whenOver(request, response, () => gone.abort(OVER));
    const call: Call = {
      request,
      response,
      method,
      name,
      rest,
      query: url.searchParams,
      repositories,
      limits,
      readOnly: options.readOnly ?? false,
      signal: gone.signal,
    };
    try {
      await handler(call);
    } finally {
      free();
    }
  }

  async function admit(request: IncomingMessage, mayFollow: boolean): Promise<void> {
    refuseWebPages(request, options.hosts, { mayFollow });
    targetOf(request);
    await authenticate(request);
  }

  async function authenticate({ headers, socket }: IncomingMessage): Promise<void> {
    if (options.authenticate === undefined) return;
    const match = /^basic\s+(\S+)$/i.exec(headers.authorization ?? '');
    const text = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const [username, password] = [text.slice(0, colon), text.slice(colon + 1)];
    const admission = colon >= 0 && (await options.authenticate(username, password, clientOf(socket.remoteAddress)));
    if (admission === true) return;
    const { why = 'authentication is required', retryAfter } = admission || { why: undefined };
    if (retryAfter !== undefined)
      throw new Refusal(429, 'TOOMANYREQUESTS', why, { headers: { 'Retry-After': String(retryAfter) } });
    throw new Refusal(401, 'UNAUTHORIZED', why, { headers: { 'WWW-Authenticate': 'Basic realm="remora"' } });
  }
}

/** Runs an action when the answer is sent, or the client gone: an answer behind another one never gets its own end then. */
export function whenOver({ socket }: IncomingMessage, response: ServerResponse, action: () => void): void {
  let isOver = false;
  const over = () => {
    response.off('close', over);
    socket.off('close', over);
    if (!isOver) action();
    isOver = true;
  };
  response.once('close', over);
  // Requests that are sent at once each listen.
  socket.setMaxListeners(0).once('close', over);
}

/** A refusal that a page tells to a browser; other clients get the error itself. */
function refusalToShow({ method, headers, complete, url = '' }: IncomingMessage, error: unknown): Refusal {
  const isBrowser = /^[^;]*\btext\/html\b/i.test(headers.accept ?? '');
  const isRead = (method === 'GET' || method === 'HEAD') && complete && url.startsWith('/');
  if (error instanceof Refusal && isBrowser && isRead) return error;
  throw error;
}

/** Path and query as they were sent: `URL` would resolve "..", and a name must be refused as it came. */
function targetOf(request: IncomingMessage): {
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
} {
  // A client may send the whole URL (RFC 9112, section 3.2.2).
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  if (!url.startsWith('/')) throw new Refusal(400, 'NAME_INVALID', 'the request target is not a path');
  const question = url.indexOf('?');
  return {
    pathname: question < 0 ? url : url.slice(0, question),
    searchParams: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, body, headers } = toRefusal(error);
  const isHead = request.method === 'HEAD';
  if (request.complete && isHead) response.writeHead(status, headers).end();
  else if (request.complete) sendJson(response, status, body, headers);
  else sendEarly(request, response, status, headers, isHead ? undefined : body);
}

function repositoriesOf(source: Repositories | Store, name: string | undefined): Repositories {
  if ('names' in source) return source;
  if (isRepositoryStore(source)) return singleRepository(nameFor(source.directory, name), source);
  throw new RemoraError('UNSUPPORTED', `${source.format({})} cannot be served: it is not an image layout`, {
    hint: 'Open a layout, like oci:./layout',
  });
}
