import type { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { redact } from '../redact.js';
import type { RequestTrace } from './connection-options.js';
import type { HttpRequest } from './request.js';
import { type HttpResponse, rateLimits } from './response.js';

/** The outcome of an attempt. */
interface Outcome {
  readonly response?: HttpResponse | undefined;
  readonly failure?: RemoraError | undefined;
}

/** @param started `performance.now()` at the beginning of the attempt */
export function traceOf(
  { method, url }: HttpRequest,
  attempt: number,
  started: number,
  { response, failure }: Outcome,
): RequestTrace {
  return {
    method,
    url: redact(url.href),
    ...given({ status: response?.status, error: failure && redact(failure.message) }),
    milliseconds: performance.now() - started,
    attempt,
    limits: response === undefined ? {} : rateLimits(response),
  };
}
