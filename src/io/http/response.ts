import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { orUndefined } from '../async/or-undefined.js';
import type { Exchange, Head } from './exchange.js';
import { networkError } from './network-error.js';
import { inTime } from './pace.js';

/** An answer. The body must be read, or given up with {@link discard}. */
export interface HttpResponse {
  readonly status: number;
  /** The value of a header; several are joined as RFC 9110 §5.3 allows. */
  header(name: string): string | undefined;
  /** All values of a header that may be sent several times. */
  headers(name: string): readonly string[];
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** How often the request was sent: what a lost answer may have done before. */
  readonly attempt: number;
  /** Sending it again can help; the caller waits for as long as the host asked for. */
  readonly retry: boolean;
  /** Milliseconds without a byte after which the body fails. */
  readonly timeout: number;
  /** The whole body, where all of it is here already; empty where there is none. */
  readonly content: readonly Buffer[] | undefined;
  readonly body: Readable;
}

/** A whole answer. */
export interface Document {
  readonly response: HttpResponse;
  readonly bytes: Buffer;
}

/** The answer of an exchange. */
export class Answer implements HttpResponse {
  readonly status: number;
  retry = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly head: Head,
    readonly url: URL,
    readonly attempt: number,
    readonly timeout: number,
  ) {
    this.status = head.status;
  }

  header(name: string): string | undefined {
    const value = this.head.headers[name];
    return value === undefined || typeof value === 'string' ? value : value.join(', ');
  }

  headers(name: string): readonly string[] {
    const value = this.head.headers[name];
    return typeof value === 'string' ? [value] : (value ?? []);
  }

  get content(): readonly Buffer[] | undefined {
    return this.exchange.content;
  }

  get body(): Readable {
    return this.exchange.body;
  }
}

/** The headers about a host's limits. */
export function rateLimits(response: HttpResponse): Readonly<Record<string, string>> {
  const names = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'ratelimit', 'ratelimit-policy'];
  return Object.fromEntries(
    [...names, ...names.map((name) => `x-${name}`), 'retry-after'].flatMap((name) => {
      const value = response.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Refuses content in a coding that was not asked for: its bytes have another length and digest, and may be a bomb.
 *
 * @throws RemoraError `MALFORMED`
 */
export function checkEncoding(response: HttpResponse, what: string): void {
  const encoding = response.header('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  response.body.destroy();
  throw new RemoraError('MALFORMED', `${what}: ${response.url.host} sent it as ${encoding}, which was not asked for`, {
    expected: 'identity',
    found: encoding,
    hint: 'A proxy in between may compress answers; it must leave those of registries alone',
  });
}

/** A connection is worth the rest of a body that is so small and comes so soon; a new one is cheaper than more. */
const MAX_DISCARDED = 64 * 1024;
const MAX_DISCARD_MS = 1000;

/** Gives up a body, so that its connection can be used again. */
export async function discard(response: HttpResponse): Promise<void> {
  if (response.content !== undefined) return;
  const late = setTimeout(() => response.body.destroy(), MAX_DISCARD_MS).unref();
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > MAX_DISCARDED) break;
    }
  } catch (error) {
    const { code } = networkError(error, { method: 'GET', url: response.url });
    if (code !== 'UNREACHABLE' && code !== 'TIMEOUT') throw error;
  } finally {
    clearTimeout(late);
  }
  response.body.destroy();
}

const MAX_ERROR_BODY = 64 * 1024;

/** The body of an answer with a failure; empty when it cannot be had, or is too large: the status says enough. */
export async function errorBody(response: HttpResponse): Promise<Buffer> {
  const body = await orUndefined(readBody(response, MAX_ERROR_BODY, 'error'), 'MALFORMED', 'UNREACHABLE', 'TIMEOUT');
  if (body === undefined) await discard(response);
  return body ?? Buffer.alloc(0);
}

/**
 * Reads a whole body that must be small.
 *
 * @throws RemoraError `MALFORMED` above `limit` bytes, `UNREACHABLE` when it is cut, `TIMEOUT` when it takes too long
 */
export async function readBody(
  response: HttpResponse,
  limit: number,
  what: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  checkEncoding(response, what);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.content ?? inTime(response)) {
      bytes += chunk.length;
      if (bytes > limit)
        throw new RemoraError('MALFORMED', `${what} is larger than ${limit} bytes`, { expected: limit });
      chunks.push(chunk);
    }
  } catch (error) {
    response.body.destroy();
    throw networkError(error, { method: 'GET', url: response.url, signal });
  }
  return joined(chunks, bytes);
}

/** The chunks in memory of their own: a small document in the pool of Node.js keeps all of its 8 KiB alive. */
function joined(chunks: readonly Buffer[], size: number): Buffer {
  const whole = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(whole, at);
  return whole;
}
