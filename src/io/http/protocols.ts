import { RemoraError } from '../../errors.js';
import { unlessInterrupted } from '../async/interrupt.js';
import { once } from '../async/once.js';
import { pause } from '../async/pause.js';
import { systemCode } from '../files/system-error.js';
import { type ConnectionOptions, DEFAULT_TIMEOUT, type RequestTrace } from './connection-options.js';
import { networkCode, networkError } from './network-error.js';
import { isProxied } from './proxy-variables.js';
import type { HttpRequest } from './request.js';
import { backoff, mayRetry } from './retry.js';
import { askSpoken, type Spoken } from './spoken.js';
import { traceOf } from './trace.js';

/** The failures of a request that met the other protocol; all but the last two have other causes as well. */
const MISUNDERSTOOD = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT|HPE_.*|EPROTO|ERR_SSL_.*)$/;

/** A failure need not be explained for longer than so many milliseconds. */
const MAX_EXPLAIN_MS = 3000;

/** The protocols of ports. Each port is asked once, and only where its protocol is open or a request failed. */
export class Protocols {
  readonly #asked = new Map<string, Promise<Spoken | undefined>>();
  readonly #located = new Map<string, Promise<URL>>();
  readonly #timeout: number;

  /** @param closing ends all questions */
  constructor(
    private readonly options: Pick<ConnectionOptions, 'timeout' | 'retryDelay'>,
    private readonly closing: AbortSignal,
  ) {
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
  }

  /**
   * The origin of an `http:` request whose port may speak TLS; http where no answer tells.
   *
   * @throws RemoraError where the port cannot be connected to, after as many attempts as a request has
   */
  locate({ signal, ...request }: HttpRequest, onTrace: (trace: RequestTrace) => void): Promise<URL> {
    const located = once(this.#located, request.url.origin, async () => {
      for (let attempt = 1; ; attempt++) {
        const started = performance.now();
        try {
          return new URL(await this.#origin(request.url));
        } catch (error) {
          const failure = networkError(error, request);
          onTrace(traceOf(request, attempt, started, { failure }));
          if (!mayRetry(failure, attempt)) throw failure;
        }
        await pause(backoff(attempt, this.options.retryDelay), this.closing);
      }
    });
    return unlessInterrupted(located, signal);
  }

  /** Without a port, https has its own, which counts where the one of http is closed. */
  async #origin(url: URL): Promise<string> {
    try {
      return (await this.#ask(url, this.#timeout)) === 'tls' ? `https://${url.hostname}:${url.port || 80}` : url.origin;
    } catch (error) {
      const secure = new URL(`https://${url.hostname}`);
      if (url.port === '' && (await this.#unlessClosed(secure)) === 'tls') return secure.origin;
      throw error;
    }
  }

  /** The error for a request that met the other protocol; undefined where it did not, or nobody can tell. */
  async mismatch({ method, url }: HttpRequest, cause: unknown): Promise<RemoraError | undefined> {
    if (cause !== undefined && !MISUNDERSTOOD.test(networkCode(cause))) return undefined;
    const spoken = await this.#unlessClosed(url);
    if (spoken === undefined || (spoken === 'tls') === (url.protocol === 'https:')) return undefined;
    const what = `(${method} ${url.pathname})`;
    const [message, hint] =
      spoken === 'tls'
        ? [`${url.host} speaks TLS, and was asked in plain http ${what}`, 'Leave out --plain-http']
        : [`${url.host} does not speak TLS, and was asked over TLS ${what}`, 'Give --plain-http'];
    // The same request would meet the same protocol again.
    return new RemoraError('UNREACHABLE', message, {
      cause: Object.assign(new Error(message, { cause }), { code: 'EPROTO' }),
      hint,
    });
  }

  async #unlessClosed(url: URL): Promise<Spoken | undefined> {
    return this.#ask(url, Math.min(this.#timeout, MAX_EXPLAIN_MS)).catch((error: unknown) => {
      if (systemCode(error) === undefined && !(error instanceof AggregateError)) throw error;
      return undefined;
    });
  }

  /** A proxy stands between: what it is asked says nothing about the port. */
  async #ask(url: URL, timeout: number): Promise<Spoken | undefined> {
    if (isProxied(url)) return undefined;
    const port = url.port || (url.protocol === 'https:' ? 443 : 80);
    return once(this.#asked, `${url.hostname}:${port}`, () => askSpoken(url, timeout, this.closing));
  }
}
