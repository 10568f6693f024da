import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { isRemoraError, RemoraError } from '../errors.js';
import { throwIfInterrupted } from './interrupt.js';
import { networkError } from './network-error.js';

/** A body that can be made again for a repeated request. */
export interface HttpBody {
  readonly size: number;
  open(): Promise<Readable | Uint8Array>;
}

/** One request. Header names are lower-case. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What to do with a redirect. @default 'follow' */
  readonly redirect?: 'follow' | 'error';
}

/** One answer. The body must be read, or given up with {@link discard}. */
export interface HttpResponse {
  readonly status: number;
  /** The value of a header; several are joined as RFC 9110 §5.3 allows. */
  header(name: string): string | undefined;
  /** All values of a header that may be sent several times. */
  headers(name: string): readonly string[];
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly body: Readable;
}

/** Options of {@link HttpClient}. */
export interface HttpOptions {
  /** Connections per origin at a time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Milliseconds without an answer or without a byte after which a request has failed. @default 60000 */
  readonly timeout?: number | undefined;
}

const MAX_REDIRECTS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * HTTP with one pool of connections per origin. Redirects are followed here, since credentials must not follow them:
 * they go to the origin they were meant for and no other, and never from https to http.
 */
export class HttpClient {
  readonly #pools = new Map<string, Pool>();

  constructor(private readonly options: HttpOptions = {}) {}

  /**
   * Sends a request and follows redirects.
   *
   * @throws RemoraError `UNREACHABLE`, `TIMEOUT`, `INTERRUPTED`, or what the body's own stream failed with
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    let current = request;
    for (let hop = 0; ; hop++) {
      const response = await this.#send(current);
      const location = REDIRECTS.includes(response.status) ? response.header('location') : undefined;
      if (location === undefined) return response;
      await discard(response);
      if (request.redirect === 'error')
        throw new RemoraError('REJECTED', `${request.url.host} redirects, which is not allowed here`);
      if (hop >= MAX_REDIRECTS) throw new RemoraError('REJECTED', `${request.url.host} redirects without end`);
      current = redirected(current, location, response.status);
    }
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    throwIfInterrupted(request.signal);
    const { url } = request;
    const content = await request.body?.open();
    let bodyError: unknown;
    if (content !== undefined && !(content instanceof Uint8Array)) {
      content.once('error', (error) => {
        bodyError = error;
      });
    }
    try {
      const answer = await this.#pool(url).request({
        method: request.method,
        path: url.pathname + url.search,
        headers: {
          'user-agent': 'remora',
          // A body that was decompressed on the way has another length and another digest (RFC 9110).
          'accept-encoding': 'identity',
          ...request.headers,
          ...(request.body === undefined ? {} : { 'content-length': String(request.body.size) }),
        },
        ...(content === undefined ? {} : { body: content }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      return toResponse(answer, request);
    } catch (error) {
      if (isRemoraError(bodyError)) throw bodyError;
      throw networkError(error, request);
    }
  }

  #pool(url: URL): Pool {
    const known = this.#pools.get(url.origin);
    if (known !== undefined) return known;
    const timeout = this.options.timeout ?? 60_000;
    const pool = new Pool(url.origin, {
      connections: this.options.concurrency ?? 5,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      connect: { timeout: Math.min(timeout, 15_000) },
    });
    this.#pools.set(url.origin, pool);
    return pool;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}

function redirected(request: HttpRequest, location: string, status: number): HttpRequest {
  const target = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) {
    throw new RemoraError(
      'REJECTED',
      `${request.url.host} redirects to ${JSON.stringify(location)}, which is no http address`,
    );
  }
  if (request.url.protocol === 'https:' && target.protocol === 'http:') {
    throw new RemoraError('REJECTED', `${request.url.host} redirects from https to http`, {
      hint: 'The registry is misconfigured; nothing was sent there',
    });
  }
  // As a GET (which fetch makes of some) it would succeed, and nothing would have been written.
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (status === 303 && !reads) throw new RemoraError('REJECTED', `${request.url.host} redirects a ${request.method}`);
  const sameOrigin = target.origin === request.url.origin;
  const { authorization: _, cookie: __, ...harmless } = request.headers ?? {};
  return { ...request, url: target, headers: sameOrigin ? (request.headers ?? {}) : harmless };
}

function toResponse(answer: Dispatcher.ResponseData, request: HttpRequest): HttpResponse {
  const values = (name: string): readonly string[] => {
    const value = answer.headers[name];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  const body = answer.body;
  // Without a listener an error that comes before the body is read would end the process.
  body.on('error', () => {});
  return {
    status: answer.statusCode,
    header: (name) => (values(name).length === 0 ? undefined : values(name).join(', ')),
    headers: values,
    url: request.url,
    body,
  };
}

/** Gives up a body, so that its connection can be used again. */
export async function discard(response: HttpResponse): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > 64 * 1024) break;
    }
  } catch {
    // Nobody wanted it.
  }
  response.body.destroy();
}

/**
 * Reads a whole body that must be small.
 *
 * @throws RemoraError `MALFORMED` above `limit` bytes, `UNREACHABLE` when it is cut
 */
export async function readBody(
  response: HttpResponse,
  limit: number,
  what: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > limit)
        throw new RemoraError('MALFORMED', `${what} is larger than ${limit} bytes`, { expected: limit });
      chunks.push(chunk);
    }
  } catch (error) {
    response.body.destroy();
    throw networkError(error, { method: 'GET', url: response.url, signal });
  }
  return Buffer.concat(chunks);
}
