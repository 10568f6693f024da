import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isRemoraError, RemoraError } from '../../errors.js';
import { interrupted } from '../async/interrupt.js';
import { once } from '../async/once.js';
import { pauseEither } from '../async/pause.js';
import type { Certificates, HostCertificates } from '../certificates/certificates.js';
import { redact } from '../redact.js';
import { AddressGuard } from './address-guard.js';
import { type ConnectionOptions, DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT } from './connection-options.js';
import { dispatcherFor } from './dispatcher.js';
import { Exchange } from './exchange.js';
import { HostGate } from './host-gate.js';
import { networkError } from './network-error.js';
import { headTime, tooLate } from './pace.js';
import { Patience } from './patience.js';
import { Protocols } from './protocols.js';
import { redirected } from './redirect.js';
import type { HttpRequest } from './request.js';
import { Answer, discard, errorBody, type HttpResponse, readBody } from './response.js';
import { backoff, isRefusal, isRetryableStatus, mayRetry, mayRetryStatus, retryAfter } from './retry.js';
import { traceOf } from './trace.js';
import { registryWarnings } from './warning-header.js';
import { WatchedBody } from './watched-body.js';

/** Options of {@link HttpClient}. */
export interface HttpOptions extends ConnectionOptions {
  /** The registry that certificate, key and `insecure` are for. */
  readonly registry?: URL | undefined;
}

/** The part that all requests to one origin share. */
interface Host {
  readonly origin: string;
  readonly gate: HostGate;
  readonly patience: Patience;
  dispatcher?: Dispatcher;
}

const MAX_REDIRECTS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** A registry hashes and moves what it got before it answers: a second more for so many bytes. */
const BYTES_PER_SECOND = 50 * 1024 * 1024;

/**
 * HTTP with time limits, retries and connections that are shared per origin. Redirects are followed here, since
 * credentials must not follow them: those go to their own origin only. A redirect from https to http is refused.
 */
export class HttpClient {
  readonly #hosts = new Map<string, Host>();
  readonly #warned = new Set<string>();
  /** Aborted by {@link close}: whatever waits for its turn or for another attempt ends, and sends nothing more. */
  readonly #closing = new AbortController();
  readonly #protocols: Protocols;
  readonly #guard = new AddressGuard(() => this.#registry);
  readonly #secured = new Map<Host, Promise<Dispatcher>>();
  #certificates: Promise<HostCertificates> | undefined;
  #registry: URL | undefined;

  constructor(private readonly options: HttpOptions = {}) {
    this.#registry = options.registry;
    this.#protocols = new Protocols(options, this.#closing.signal);
    // Any number may wait; Node.js warns from the eleventh on.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Sends a request, follows redirects, and sends it again where that can help.
   *
   * @throws RemoraError `UNREACHABLE`, `TIMEOUT`, `INTERRUPTED`, or what the body's own stream failed with
   */
  request(request: HttpRequest): Promise<HttpResponse> {
    return this.#repeated(request, async (response) => response);
  }

  /** The same with the whole body, which must be small; an answer that breaks off is asked for again, too. */
  read(
    request: HttpRequest,
    limit: number,
    what: string,
  ): Promise<{ readonly response: HttpResponse; readonly bytes: Buffer }> {
    return this.#repeated(request, async (response) => ({
      response,
      // The status counts, even if its body cannot be read.
      bytes: response.status < 400 ? await readBody(response, limit, what, request.signal) : await errorBody(response),
    }));
  }

  /**
   * Finds out whether the host of an `http:` request speaks TLS, once and before anything is sent to it.
   *
   * @returns the origin to send requests to
   * @throws RemoraError as {@link request}
   */
  async locate(request: HttpRequest): Promise<URL> {
    const found = await this.#protocols.locate(request, (trace) => this.options.onRequest?.(trace));
    if (this.#registry?.origin === request.url.origin) this.#registry = found;
    return found;
  }

  async #repeated<T>(request: HttpRequest, take: (response: HttpResponse) => Promise<T>): Promise<T> {
    const { retryDelay } = this.options;
    const { gate, patience } = this.#host(request.url);
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      let wait: number;
      try {
        const response = await this.#follow(request, attempt);
        const asked = retryAfter(response.header('retry-after'));
        wait = asked ?? backoff(attempt, retryDelay);
        const isWanted = request.retry === 'limited' ? response.status === 429 : request.retry !== false;
        const isRefused = isRefusal(response.status, asked);
        if (!isRefused) patience.answered(attempt > 1);
        const retry =
          isRetryableStatus(response.status) &&
          !request.isFinal?.(response) &&
          mayRetryStatus(attempt, asked !== undefined) &&
          waited + wait <= patience.most &&
          (!isRefused || !isWanted || patience.mayWait(wait));
        if (retry && asked !== undefined) {
          gate.closeFor(wait);
          this.options.onWait?.({ host: request.url.host, status: response.status, milliseconds: wait });
        }
        response.retry = retry;
        if (!retry || !isWanted) return await take(response);
        await discard(response);
      } catch (error) {
        if ((request.retry ?? true) !== true || !mayRetry(error, attempt)) throw error;
        wait = backoff(attempt, retryDelay);
      }
      waited += wait;
      await pauseEither(wait, request.signal, this.#closing.signal);
    }
  }

  async #follow(request: HttpRequest, attempt: number): Promise<Answer> {
    let current = request;
    for (let hop = 0; ; hop++) {
      const response = await this.#send(current, attempt);
      const location = REDIRECTS.includes(response.status) ? response.header('location') : undefined;
      if (location === undefined) return response;
      await discard(response);
      const next = redirected(current, location, response.status);
      if (request.redirect === 'error')
        throw new RemoraError('REJECTED', `${request.url.host} redirects, which is not allowed here`);
      if (request.redirect === 'same-origin' && next.url.origin !== request.url.origin)
        throw new RemoraError(
          'REJECTED',
          `${request.url.host} redirects to ${next.url.host}, which is not allowed here`,
        );
      if (hop >= MAX_REDIRECTS) throw new RemoraError('REJECTED', `${request.url.host} redirects without end`);
      current = next;
    }
  }

  async #send(request: HttpRequest, attempt: number): Promise<Answer> {
    const { url, signal } = request;
    if (!this.#guard.isOwn(url)) await this.#guard.check(url);
    const host = this.#host(url);
    const { gate } = host;
    await gate.enter(signal);
    const started = performance.now();
    let failure: RemoraError | undefined;
    let response: Answer | undefined;
    try {
      response = await this.#exchange(host, request, attempt);
      if (response.status === 400) await this.#understood(request, response);
      this.#warn(response);
      return response;
    } catch (error) {
      failure = isRemoraError(error) ? error : undefined;
      throw error;
    } finally {
      gate.leave(response?.status);
      this.options.onRequest?.(traceOf(request, attempt, started, { response, failure }));
    }
  }

  async #exchange(host: Host, request: HttpRequest, attempt: number): Promise<Answer> {
    const { url, signal, body } = request;
    const { timeout = DEFAULT_TIMEOUT } = this.options;
    // An unusable file of certificates is an error before anything is sent.
    const found = host.dispatcher ?? this.#dispatcher(host);
    // Requests of a host stay in their order: none waits without need.
    const dispatcher = found instanceof Promise ? await found : found;
    const content = await body?.open();
    const watched =
      content === undefined || content instanceof Uint8Array ? undefined : new WatchedBody(content, timeout);
    const exchange = new Exchange(signal);
    const allowed = headTime(timeout);
    let isLate = false;
    const end = () => {
      isLate = watched === undefined;
      exchange.stop(new Error('no answer came in time'));
    };
    // A body in motion has a watch of its own, also for the answer.
    const late = watched === undefined ? setTimeout(end, allowed) : undefined;
    watched?.signal.addEventListener('abort', end, { once: true });
    try {
      const options = {
        origin: host.origin,
        method: request.method,
        path: url.pathname + url.search,
        headers: headersOf(request),
        // undici counts from the beginning of a request that is still sending.
        ...(watched === undefined || body === undefined
          ? {}
          : { headersTimeout: 0, body: bodyOf(watched.chunks((body.size / BYTES_PER_SECOND) * 1000)) }),
        ...(content instanceof Uint8Array ? { body: content } : {}),
        ...reuse(request),
      };
      dispatcher.dispatch(options, exchange);
      return new Answer(exchange, await exchange.head, url, attempt, timeout);
    } catch (error) {
      for (const one of [signal, this.#closing.signal]) if (one?.aborted) throw interrupted(one);
      if (isLate) throw tooLate(url, allowed, 'no answer came');
      if (isRemoraError(watched?.failure)) throw watched.failure;
      const failure = watched?.failure ?? error;
      throw (await this.#protocols.mismatch(request, failure)) ?? networkError(failure, request);
    } finally {
      clearTimeout(late);
      watched?.stop();
    }
  }

  /** Servers of TLS answer plain http with 400, which means another thing from a registry. */
  async #understood(request: HttpRequest, response: HttpResponse): Promise<void> {
    if (request.url.protocol !== 'http:') return;
    const mismatch = await this.#protocols.mismatch(request, undefined);
    if (mismatch === undefined) return;
    response.body.destroy();
    throw mismatch;
  }

  #warn(response: HttpResponse): void {
    for (const text of registryWarnings(response.headers('warning'))) {
      if (this.#warned.has(text)) continue;
      this.#warned.add(text);
      this.options.onWarning?.(response.url.host, redact(text));
    }
  }

  /** Only what is spoken to with TLS has certificates, and their code is loaded then. */
  #dispatcher(host: Host): Dispatcher | Promise<Dispatcher> {
    const origin = new URL(host.origin);
    if (origin.protocol === 'http:') return this.#connected(host, origin, {});
    return once(this.#secured, host, async () => {
      this.#certificates ??= import('../certificates/certificates.js').then(
        (module) => new module.HostCertificates(this.options),
      );
      const certificates = await (await this.#certificates).of(origin, this.#registry);
      if (this.#closing.signal.aborted) throw interrupted(this.#closing.signal);
      return this.#connected(host, origin, certificates);
    });
  }

  #connected(host: Host, origin: URL, certificates: Certificates): Dispatcher {
    const lookup = this.#guard.lookup(origin);
    host.dispatcher = dispatcherFor(origin, { ...this.options, ...certificates, registry: this.#registry, lookup });
    return host.dispatcher;
  }

  #host({ origin }: URL): Host {
    const known = this.#hosts.get(origin);
    if (known !== undefined) return known;
    const gate = new HostGate(this.options.concurrency ?? DEFAULT_CONCURRENCY, this.#closing.signal);
    const host = { origin, gate, patience: new Patience(this.options.maxWait) };
    this.#hosts.set(origin, host);
    return host;
  }

  /** Ends all connections, and whatever waits for one; nothing is sent afterwards. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#hosts.values()].map(({ dispatcher }) => dispatcher?.destroy()));
    this.#hosts.clear();
  }
}

function headersOf({ headers, body }: HttpRequest): Readonly<Record<string, string>> {
  return {
    'user-agent': 'remora',
    // A body that was decompressed on the way has another length and another digest (RFC 9110).
    'accept-encoding': 'identity',
    ...headers,
    ...(body === undefined ? {} : { 'content-length': String(body.size) }),
  };
}

/** undici takes iterables, as its documentation says; its types do not know it. A stream more costs time for each chunk. */
function bodyOf(chunks: AsyncIterable<Uint8Array>): Readable {
  return chunks as Readable;
}

/** undici ends the connection of every HEAD, for servers that answer it with a body; what comes unasked ends it as well. */
function reuse({ fresh, method }: HttpRequest): { readonly reset?: boolean } {
  if (fresh) return { reset: true };
  return method === 'HEAD' ? { reset: false } : {};
}
