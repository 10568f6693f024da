import { isRemoraError, RemoraError } from '../../errors.js';
import { interrupted } from '../async/interrupt.js';
import { systemCode } from '../files/system-error.js';
import { redact } from '../redact.js';
import { TOO_SLOW } from './pace.js';
import { usesProxy } from './proxy-variables.js';
import { tlsWords } from './tls-error.js';

/** The request that failed. */
export interface FailedRequest {
  readonly method: string;
  readonly url: URL;
  readonly signal?: AbortSignal | undefined;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ENOTFOUND: 'is not a known host',
  EAI_AGAIN: 'could not be looked up: the name server does not answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  UND_ERR_SOCKET: 'closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent an answer of the wrong length',
  UND_ERR_ABORTED: 'closed the connection',
};

const TLS = /SSL|TLS|CERT|EPROTO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;

/** The code of what broke, wherever it is hidden. */
export function networkCode(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(systemCode).find((code) => code !== undefined) ?? '';
  return systemCode(error) ?? (error instanceof Error ? systemCode(error.cause) : undefined) ?? '';
}

/** Whether the same would happen again: a name that does not exist, a certificate that is not trusted. */
export function isPermanent(code: string): boolean {
  return code === 'ENOTFOUND' || code === TOO_SLOW || TLS.test(code) || code === 'UND_ERR_INVALID_ARG';
}

/** Turns a failure of the network into a RemoraError. */
export function networkError(error: unknown, request: FailedRequest): RemoraError {
  if (request.signal?.aborted) return interrupted(request.signal);
  if (isRemoraError(error)) return error;
  const code = networkCode(error);
  const { host, pathname } = request.url;
  const what = `(${request.method} ${pathname})`;
  if (/TIMEOUT|ETIMEDOUT/.test(code))
    return new RemoraError('TIMEOUT', `${host} did not answer in time ${what}`, {
      cause: error,
      hint: 'Try again, or allow more time with --timeout',
    });
  const said = error instanceof Error ? redact(error.message) : String(error);
  const proxy = /prox/i.test(said);
  const tls = TLS.test(code) ? tlsWords(code, error) : undefined;
  const why = NETWORK[proxy ? '' : code] ?? tls?.why ?? `failed: ${said}`;
  const hint = proxy
    ? 'Check the proxy in HTTP_PROXY or HTTPS_PROXY, or name the host in NO_PROXY'
    : (tls?.hint ??
      (usesProxy()
        ? 'Check the host, its port, the network, and the proxy that HTTP_PROXY or HTTPS_PROXY names'
        : 'Check the host, its port and the network, and try again'));
  return new RemoraError('UNREACHABLE', `${host} ${why} ${what}`, { cause: error, hint });
}
