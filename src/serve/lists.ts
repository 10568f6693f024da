import { isRemoraError, RemoraError, type RemoraErrorCode } from '../errors.js';
import { isTag } from '../oci/names/reference.js';
import type { Descriptor } from '../oci/values/descriptor.js';
import { isDigest } from '../oci/values/digest.js';
import { given } from '../oci/values/given.js';
import { MediaType } from '../oci/values/media-types.js';
import { Refusal, send, sendJson } from './answer.js';
import { type Call, countIn, digestIn, nextLink, openedRepository, repositoryOf } from './call.js';

/** Bytes of entries in one page of referrers: the answer stays below the 4 MiB that clients take. */
const PAGE_BYTES = 3 * 1024 * 1024;

const ABSENT: readonly RemoraErrorCode[] = ['NOT_FOUND', 'SIZE_MISMATCH', 'MALFORMED', 'UNSUPPORTED'];

/** `GET /v2/<name>/tags/list` (distribution-spec, "Listing Tags"). */
export async function listTags(call: Call): Promise<void> {
  const repository = await repositoryOf(call);
  const tags: string[] = [];
  for await (const name of repository.tags({ signal: call.signal })) {
    // containerd and skopeo write full references; a manifest is found by their last part.
    const tag = isTag(name) ? name : /\/[^/:@]*:([^/@]*)(@[^/]*)?$/.exec(name)?.[1];
    if (tag !== undefined && isTag(tag)) tags.push(tag);
  }
  const { page, next } = pageOf([...new Set(tags)].sort(), call);
  const link =
    next === undefined
      ? {}
      : { Link: nextLink(`/v2/${call.name}/tags/list`, { n: call.query.get('n') ?? undefined, last: next }) };
  sendJson(call.response, 200, { name: call.name, tags: page }, link);
}

/** `GET /v2/_catalog`. */
export async function listRepositories(call: Call): Promise<void> {
  const { page, next } = pageOf(await call.repositories.names(), call);
  const link =
    next === undefined ? {} : { Link: nextLink('/v2/_catalog', { n: call.query.get('n') ?? undefined, last: next }) };
  sendJson(call.response, 200, { repositories: page }, link);
}

/** `n` names behind `last`; `next` is the last of them when there are more. */
function pageOf(
  names: readonly string[],
  { query, limits }: Call,
): { page: readonly string[]; next: string | undefined } {
  const last = query.get('last');
  const behind = last === null ? names : names.filter((name) => name > last);
  const count = countIn(query, 'n') ?? limits.page;
  const page = behind.slice(0, count);
  return { page, next: count > 0 && behind.length > page.length ? page.at(-1) : undefined };
}

/**
 * `GET /v2/<name>/referrers/<digest>` (distribution-spec, "Listing Referrers"). A repository that does not exist has no
 * referrers: a registry with this API never answers 404.
 */
export async function listReferrers(call: Call): Promise<void> {
  const digest = digestIn(call.rest);
  const artifactType = call.query.get('artifactType') ?? undefined;
  const last = call.query.get('last') ?? undefined;
  if (last !== undefined && !isDigest(last)) throw new Refusal(400, 'DIGEST_INVALID', 'last is not a digest');
  const count = Math.min(countIn(call.query, 'n') ?? call.limits.page, call.limits.page);
  const repository = await openedRepository(call);
  const subject: Descriptor = { mediaType: MediaType.imageManifest, digest, size: 0 };
  const found: Descriptor[] = [];
  const options = { artifactType, signal: call.signal, onUnasked: unlessAbsent };
  for await (const { descriptor } of repository?.referrers(subject, options) ?? []) {
    if (last === undefined || descriptor.digest > last) found.push(descriptor);
  }
  found.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const page: string[] = [];
  let bytes = 0;
  for (const descriptor of found.slice(0, Math.max(count, 1))) {
    const entry = JSON.stringify(descriptor);
    bytes += Buffer.byteLength(entry) + 1;
    if (page.length > 0 && bytes > PAGE_BYTES) break;
    page.push(entry);
  }
  const next = page.length < found.length ? found[page.length - 1]?.digest : undefined;
  const path = `/v2/${call.name}/referrers/${digest}`;
  send(
    call.response,
    200,
    {
      'Content-Type': MediaType.imageIndex,
      ...given({ 'OCI-Filters-Applied': artifactType && 'artifactType' }),
      ...(next === undefined
        ? {}
        : { Link: nextLink(path, { artifactType, n: call.query.get('n') ?? undefined, last: next }) }),
    },
    `{"schemaVersion":2,"mediaType":"${MediaType.imageIndex}","manifests":[${page.join(',')}]}`,
  );
}

/**
 * A manifest that is missing, malformed, or not as large as a list says is not a referrer: a client that may push could
 * hide all others behind it. A damaged manifest could be one: then the list is not complete.
 */
function unlessAbsent(_way: string, error: unknown): void {
  if (isRemoraError(error) && ABSENT.includes(error.code)) return;
  // A 4xx would blame the request, and 400 tells many clients that the API is missing.
  throw isRemoraError(error) && error.code === 'DIGEST_MISMATCH'
    ? new RemoraError('IO', error.message, { cause: error })
    : error;
}
