import { RemoraError } from '../../../errors.js';
import { nextLink } from '../../../io/http/link-header.js';
import type { Document, HttpResponse } from '../../../io/http/response.js';
import { redact } from '../../../io/redact.js';
import { quote } from '../../../oci/text/quote.js';
import type { RegistryClient } from './client.js';
import { WEB_PAGE_HINT, webPage } from './errors.js';

const MAX_PAGES = 10_000;

/**
 * Follows `Link: <…>; rel="next"` until there is none (distribution-spec, "Listing Tags", "Listing Referrers"). Every page
 * is asked for again when it breaks off.
 *
 * @param first the first page, which must have been answered with 200
 * @throws RemoraError `MALFORMED` for a link that leads back, nowhere, to another host, or on without end
 */
export async function* pages(
  client: RegistryClient,
  first: Document,
  limit: number,
  what: string,
  signal?: AbortSignal,
): AsyncIterable<Buffer> {
  const seen = new Set([first.response.url.href]);
  let page = first;
  for (;;) {
    const { response, bytes } = page;
    if (response.status !== 200) throw client.errorOf(page, what);
    const said = webPage(response, bytes);
    if (said !== undefined)
      throw new RemoraError('MALFORMED', `${what}: ${client.registry} sent ${said}`, { hint: WEB_PAGE_HINT });
    yield bytes;
    const next = nextPage(response, what);
    if (next === undefined) return;
    if (next.origin !== response.url.origin)
      throw new RemoraError('MALFORMED', `${what}: the next page is on another host, ${next.origin}`);
    if (seen.has(next.href) || seen.size >= MAX_PAGES)
      throw new RemoraError('MALFORMED', `${what}: the pages do not end`);
    seen.add(next.href);
    page = await client.read({ method: 'GET', target: next, signal }, limit, what);
  }
}

function nextPage(response: HttpResponse, what: string): URL | undefined {
  const header = response.header('link');
  if (header === undefined) return undefined;
  try {
    const next = nextLink(header);
    return next === undefined ? undefined : new URL(next, response.url);
  } catch (cause) {
    throw new RemoraError('MALFORMED', `${what}: the Link header ${quote(redact(header))} cannot be read`, { cause });
  }
}
