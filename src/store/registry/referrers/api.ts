import { RemoraError } from '../../../errors.js';
import type { Document, HttpResponse } from '../../../io/http/response.js';
import { parseIndex } from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { errorCodes, WEB_PAGE_HINT, webPage } from '../client/errors.js';
import { pages } from '../client/paging.js';
import type { Capability } from './capability.js';

/** Statuses that mean "no such API"; every other failure is a failure. */
const NO_API: readonly number[] = [404, 400, 405, 406, 501];
/** They mean the same from another origin, where a web page means it, too: GHCR sends 303 to the pages of GitHub. */
const NO_API_ELSEWHERE: readonly number[] = [...NO_API, 401, 403, 429];
/** Codes of a 404 that is about the repository or the manifest, not about the API. */
const UNKNOWN: readonly string[] = ['NAME_UNKNOWN', 'MANIFEST_UNKNOWN'];
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** The entries of a page. */
export interface Page {
  readonly manifests: readonly Descriptor[];
  /** The entries that cannot be read. */
  readonly unread: readonly UnreadEntry[];
}

/** The answer to a request for the first page of referrers. */
export type ApiAnswer =
  | { readonly kind: 'list'; readonly document: Document; readonly page: Page }
  /** The registry lacks the API. */
  | { readonly kind: 'none' }
  /** 200, and not an image index: neither an answer nor a proof that the API is missing. */
  | { readonly kind: 'odd'; readonly error: RemoraError };

const NONE: ApiAnswer = { kind: 'none' };

/**
 * Asks the Referrers API for its first page (distribution-spec, "Listing Referrers"). The request has no filter:
 * registries filter by types that they get wrong, and referrers they leave out are lost.
 *
 * A redirect to another origin is followed without credentials.
 *
 * @throws RemoraError for 401, 403, 429, 5xx and broken lines: that is not an answer; `UNSUPPORTED` and `MALFORMED` where
 *   only the API counts, and is missing
 */
export async function askApi(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  options: CallOptions = {},
): Promise<ApiAnswer> {
  const answer = capability.api === false ? NONE : await ask(client, subject, capability, options);
  capability.isDoubted = answer.kind !== 'list';
  if (capability.only !== 'api' || answer.kind === 'list') return answer;
  throw answer.kind === 'odd' ? answer.error : missingApi(client);
}

/** The error for a registry whose API alone counts, and is missing. */
export function missingApi({ registry, repository }: RegistryClient): RemoraError {
  return new RemoraError(
    'UNSUPPORTED',
    `${registry}/${repository} lacks the Referrers API, which alone is to be used`,
    {
      hint: 'Leave out --referrers api: then the referrers tag is read and written',
    },
  );
}

async function ask(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  { signal }: CallOptions,
): Promise<ApiAnswer> {
  const isElsewhere = ({ url }: HttpResponse) => url.origin !== client.base.origin;
  const what = `referrers of ${subject}`;
  const document = await client.read(
    {
      method: 'GET',
      target: `referrers/${subject}`,
      headers: { accept: MediaType.imageIndex },
      signal,
      isFinal: (response) => isElsewhere(response) && NO_API_ELSEWHERE.includes(response.status),
    },
    MAX_PAGE_BYTES,
    what,
  );
  const { response, bytes } = document;
  const page = webPage(response, bytes);
  const { status } = response;
  if (isElsewhere(response)) {
    if (NO_API_ELSEWHERE.includes(status) || (status === 200 && page !== undefined)) return lacking(capability);
    if (status !== 200) throw client.errorOf(document, `${what}, redirected to ${response.url.host}`);
  }
  if (status === 200) return listIn(client, document, page, capability);
  if (!NO_API.includes(status)) throw client.errorOf(document, what);
  // These answers are not remembered. 400 may be about this digest alone, and a web page may come from a proxy in between.
  // go-containerregistry answers 404 for a repository that nothing was pushed to yet.
  const codes = status === 404 ? errorCodes(document) : [];
  const isDefinite = status !== 400 && page === undefined && !codes.some((code) => UNKNOWN.includes(code));
  return isDefinite ? lacking(capability) : NONE;
}

/** An API that has listed something is there: then the answer is about one subject. */
function lacking(capability: Capability): ApiAnswer {
  capability.api ??= false;
  return NONE;
}

/** The list in a body. The body decides: some registries and proxies send an index under another type, or under none. */
function listIn(
  client: RegistryClient,
  document: Document,
  web: string | undefined,
  capability: Capability,
): ApiAnswer {
  const what = listName(client);
  const { response, bytes } = document;
  const type = response.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  try {
    if (web !== undefined)
      throw new RemoraError('MALFORMED', `${what}: ${client.registry} sent a web page`, { hint: WEB_PAGE_HINT });
    const page = pageIn(bytes, what);
    capability.api = true;
    return { kind: 'list', document, page };
  } catch (error) {
    if (!(error instanceof RemoraError) || error.code !== 'MALFORMED') throw error;
    // An API that is known to be there has failed to answer, and so has one that calls its answer an index.
    if (capability.api || type === MediaType.imageIndex) throw error;
    const message = `${error.message}, wanted an image index`;
    const hint = 'Check for a proxy in between; --referrers tag reads the referrers tag alone';
    return { kind: 'odd', error: new RemoraError('MALFORMED', message, { cause: error, status: 200, hint }) };
  }
}

function listName({ registry, repository }: RegistryClient): string {
  return `referrers list of ${registry}/${repository}`;
}

function pageIn(bytes: Buffer, what: string): Page {
  const { content, unread } = parseIndex(bytes, what);
  return { manifests: content.manifests, unread };
}

/** All pages. */
export async function* apiPages(
  client: RegistryClient,
  { document, page: first }: Extract<ApiAnswer, { readonly kind: 'list' }>,
  signal?: AbortSignal,
): AsyncIterable<Page> {
  let isFirst = true;
  for await (const page of pages(client, document, MAX_PAGE_BYTES, listName(client), signal)) {
    yield isFirst ? first : pageIn(page, listName(client));
    isFirst = false;
  }
}
