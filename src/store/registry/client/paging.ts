import { RemoraError } from '../../../errors.js';
import { nextLink } from '../../../io/http/link-header.js';
import type { Document, HttpResponse } from '../../../io/http/response.js';
import { redact } from '../../../io/redact.js';
import { quote } from '../../../oci/text/quote.js';
import type { RegistryClient } from './client.js';
import { WEB_PAGE_HINT, webPage } from './errors.js';

const MAX_PAGES = 10_000;
/** All pages of a list together: a million tags or half a million referrers. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;
/** Pages in a row without anything new: a registry may give an entry again at the border of two, not whole pages. */
const MAX_STALE_PAGES = 10;

/** Ends a list whose pages go on and name the same again. */
export class Progress {
  #stale = 0;

  constructor(private readonly what: string) {}

  /**
   * Notes a page.
   *
   * @param named number of its entries; a page whose entries this user may not see has none
   * @param isNew whether one of them is new
   * @throws RemoraError `MALFORMED`
   */
  page(named: number, isNew: boolean): void {
    this.#stale = isNew || named === 0 ? 0 : this.#stale + 1;
    if (this.#stale < MAX_STALE_PAGES) return;
    throw new RemoraError(
      'MALFORMED',
      `${this.what}: the pages do not end, ${MAX_STALE_PAGES} of them name nothing new`,
    );
  }
}

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
  let size = 0;
  for (;;) {
    const { response, bytes } = page;
    if (response.status !== 200) throw client.errorOf(page, what);
    const said = webPage(response, bytes);
    if (said !== undefined)
      throw new RemoraError('MALFORMED', `${what}: ${client.registry} sent ${said}`, { hint: WEB_PAGE_HINT });
    size += bytes.byteLength;
    if (size > MAX_LIST_BYTES)
      throw new RemoraError('MALFORMED', `${what}: the pages have more than ${MAX_LIST_BYTES} bytes`, {
        expected: MAX_LIST_BYTES,
      });
    yield bytes;
    const next = nextPage(response, what);
    if (next === undefined) return;
    if (next.origin !== response.url.origin)
      throw new RemoraError('MALFORMED', `${what}: the next page is on another host, ${next.origin}`);
    if (seen.has(next.href) || seen.size >= MAX_PAGES)
      throw new RemoraError('MALFORMED', `${what}: the pages do not end`);
    seen.add(next.href);
    page = await client.read({ method: 'GET', target: next, signal }, limit, what);
    // The list is there, so its error would say of the wrong thing that it does not exist.
    if (page.response.status === 404)
      throw new RemoraError('MALFORMED', `${what}: ${client.registry} does not have the next page that it names`, {
        status: 404,
      });
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
