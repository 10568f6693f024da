import { RemoraError } from '../../../errors.js';
import type { HttpResponse } from '../../../io/http/response.js';
import { redact } from '../../../io/redact.js';
import { quote } from '../../../oci/text/quote.js';
import type { Digest } from '../../../oci/values/digest.js';

/**
 * Where an upload goes on: `Location` may be absolute, a path, or on another host; its query is kept as it is
 * (distribution-spec, "POST then PUT"). Undefined when the answer names none.
 *
 * @param base what it is relative to
 * @throws RemoraError `MALFORMED`, `REJECTED` for one that is not safe
 */
export function sessionUrl(response: HttpResponse, base: URL, what: string): URL | undefined {
  const location = response.header('location')?.trim();
  if (!location) return undefined;
  if (!URL.canParse(location, base.href)) {
    throw new RemoraError('MALFORMED', `${what}: the registry named ${quote(redact(location))} as its address`, {
      found: redact(location),
    });
  }
  const session = new URL(location, base);
  if (!/^https?:$/.test(session.protocol) || (base.protocol === 'https:' && session.protocol === 'http:'))
    throw new RemoraError('REJECTED', `${what}: the registry sends it to ${session.origin}, which is not safe`);
  // A fragment is not sent (RFC 9110 §10.2.2).
  session.hash = '';
  return session;
}

/** The address that ends an upload: the session's with the digest, whether or not it has a query. */
export function closingUrl(session: URL, digest: Digest): URL {
  const query = session.search.replace(/^\?/, '');
  const closing = new URL(session);
  closing.search = `${query}${query === '' || query.endsWith('&') ? '' : '&'}digest=${encodeURIComponent(digest)}`;
  return closing;
}
