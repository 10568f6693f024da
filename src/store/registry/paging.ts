import LinkHeader from 'http-link-header';
import { RemoraError } from '../../errors.js';
import { discard, type HttpResponse } from '../../io/http.js';
import type { RegistryClient } from './client.js';

const MAX_PAGES = 10_000;

/**
 * Follows `Link: <…>; rel="next"` until there is none (distribution-spec, "Listing Tags", "Listing Referrers"). The
 * caller reads each answer's body before it asks for the next.
 *
 * @throws RemoraError `MALFORMED` for a link that leads back, nowhere, to another host, or on without end
 */
export async function* pages(
  client: RegistryClient,
  first: HttpResponse,
  what: string,
  signal?: AbortSignal,
): AsyncIterable<HttpResponse> {
  const seen = new Set([first.url.href]);
  let response = first;
  for (;;) {
    const next = nextPage(response, what);
    yield response;
    if (next === undefined) return;
    if (next.origin !== response.url.origin) {
      throw new RemoraError('MALFORMED', `${what}: the next page is on another host, ${next.origin}`);
    }
    if (seen.has(next.href) || seen.size >= MAX_PAGES)
      throw new RemoraError('MALFORMED', `${what}: the pages do not end`);
    seen.add(next.href);
    response = await client.send({ method: 'GET', target: next, signal });
  }
}

function nextPage(response: HttpResponse, what: string): URL | undefined {
  const header = response.header('link');
  if (header === undefined) return undefined;
  try {
    const next = LinkHeader.parse(header).refs.find(({ rel }) => rel?.toLowerCase() === 'next');
    return next === undefined ? undefined : new URL(next.uri, response.url);
  } catch (cause) {
    void discard(response);
    throw new RemoraError('MALFORMED', `${what}: the Link header ${JSON.stringify(header)} cannot be read`, { cause });
  }
}
