import { RemoraError } from '../../errors.js';
import type { HttpRequest } from './request.js';

/** The headers that follow a redirect to another origin; credentials and headers of the user must not. */
const HARMLESS: readonly string[] = ['accept', 'range', 'content-type', 'content-range', 'content-length'];

/**
 * The request that a redirect leads to.
 *
 * @throws RemoraError `REJECTED` for one that must not be followed
 */
export function redirected(request: HttpRequest, location: string, status: number): HttpRequest {
  const target = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) {
    throw new RemoraError(
      'REJECTED',
      `${request.url.host} redirects to ${JSON.stringify(location)}, which is not an http address`,
    );
  }
  if (request.url.protocol === 'https:' && target.protocol === 'http:') {
    throw new RemoraError('REJECTED', `${request.url.host} redirects from https to http`, {
      hint: 'The registry is misconfigured; the request was not sent there',
    });
  }
  // As a GET (which fetch makes of some) it would succeed, and nothing would have been written.
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (status === 303 && !reads) throw new RemoraError('REJECTED', `${request.url.host} redirects a ${request.method}`);
  const headers = Object.entries(request.headers ?? {});
  const sameOrigin = target.origin === request.url.origin;
  const kept = sameOrigin ? headers : headers.filter(([name]) => HARMLESS.includes(name));
  return { ...request, url: target, headers: Object.fromEntries(kept) };
}
