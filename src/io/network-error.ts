import { isRemoraError, RemoraError } from '../errors.js';
import { interrupted } from './interrupt.js';
import { systemCode } from './system-error.js';

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

/** What went wrong on the way, as an error of ours. */
export function networkError(error: unknown, request: FailedRequest): RemoraError {
  if (request.signal?.aborted) return interrupted(request.signal);
  if (isRemoraError(error)) return error;
  const code = systemCode(error) ?? (error instanceof Error ? systemCode(error.cause) : undefined) ?? '';
  const host = request.url.host;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return new RemoraError('TIMEOUT', `${host} did not answer in time (${request.method} ${request.url.pathname})`, {
      cause: error,
    });
  }
  const tls = /SSL|TLS|CERT|EPROTO|SELF_SIGNED|UNABLE_TO_/.test(code);
  const why =
    NETWORK[code] ??
    (tls
      ? `could not be reached over TLS: ${code}`
      : `failed: ${error instanceof Error ? error.message : String(error)}`);
  return new RemoraError('UNREACHABLE', `${host} ${why} (${request.method} ${request.url.pathname})`, {
    cause: error,
    hint: tls
      ? 'Use --plain-http if this registry has no TLS'
      : 'Check the host, its port and the network, and try again',
  });
}
