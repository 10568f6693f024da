import { RemoraError } from '../../../errors.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import { MAX_READ_BYTES, type Manifest, parseManifest, UnreadManifest } from '../../../oci/documents/manifest.js';
import { schema1 } from '../../../oci/documents/manifest-type.js';
import { parseTag } from '../../../oci/names/reference.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { algorithmOf, type Digest, digestOf, isDigest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { isManifestType, isSchema1Type, MANIFEST_TYPES } from '../../../oci/values/media-types.js';
import type { CallOptions, ManifestSelector } from '../../interfaces/store.js';
import type { RegistryClient } from './client.js';
import { errorCodes, WEB_PAGE_HINT, webPage } from './errors.js';
import { askHead } from './head.js';

/** distribution 2 answers 404 for a manifest whose type is not accepted, to HEAD as well as to GET. */
export const ACCEPT = MANIFEST_TYPES.join(', ');

/** A manifest and what its answer's header said of it. */
export interface Answered {
  readonly manifest: Manifest;
  readonly etag: string | undefined;
}

/** Reads a manifest by tag or digest; undefined when there is none. */
export async function getManifest(
  client: RegistryClient,
  selector: ManifestSelector,
  options: CallOptions = {},
): Promise<Answered | undefined> {
  const { digest } = selector;
  const known = digest && client.manifests.get(digest);
  if (known !== undefined) return { manifest: known, etag: undefined };
  const ask = () => askManifest(client, selector, options);
  return digest === undefined ? ask() : client.manifests.once(digest, options.signal, ask);
}

async function askManifest(
  client: RegistryClient,
  selector: ManifestSelector,
  options: CallOptions,
): Promise<Answered | undefined> {
  const what = nameOf(client, selector);
  const answer = await client.read(
    { method: 'GET', target: target(selector), headers: { accept: ACCEPT }, signal: options.signal },
    MAX_READ_BYTES,
    what,
  );
  const { response, bytes } = answer;
  if (response.status === 404) {
    if (isElsewhere(client, response) && errorCodes(answer).length === 0)
      throw new RemoraError(
        'REJECTED',
        `${what}: ${client.registry} redirects to ${response.url.host}, which answers 404, and is not a registry`,
        { hint: 'The registry may have lost the content: tell the people who run it' },
      );
    return undefined;
  }
  if (response.status !== 200) throw client.errorOf(answer, what);
  const said = webPage(response, bytes);
  if (said !== undefined)
    throw new RemoraError('MALFORMED', `${what}: ${client.registry} sent ${said}`, { hint: WEB_PAGE_HINT });
  if (isSchema1Type(response.header('content-type') ?? '')) throw unread1(bytes, selector.digest, what);
  const manifest = parseManifest(bytes, {
    digest: selector.digest ?? announced(response, bytes, what),
    mediaType: contentType(response),
    isAnnounced: selector.digest === undefined,
  });
  client.manifests.add(manifest);
  return { manifest, etag: response.header('etag') };
}

/**
 * Whether a redirect led to another host. Another registry knows what exists; a storage behind the registry says 404 where
 * it lacks what the registry has.
 */
function isElsewhere({ base }: RegistryClient, { url }: HttpResponse): boolean {
  return url.origin !== base.origin;
}

/** The registry's digest of a Docker schema 1 manifest leaves out the signatures that it sends. */
function unread1(bytes: Uint8Array, wanted: Digest | undefined, what: string): RemoraError {
  const digest = digestOf(bytes);
  return wanted === undefined || wanted === digest ? new UnreadManifest(schema1(what), bytes, digest) : schema1(what);
}

/**
 * Asks for a manifest's descriptor without its content; undefined when there is none. Where HEAD is refused, or answers
 * without length, type or digest, GET is asked.
 */
export function headManifest(
  client: RegistryClient,
  selector: ManifestSelector,
  options: CallOptions = {},
): Promise<Descriptor | undefined> {
  return askDescriptor(client, selector, options, false);
}

async function askDescriptor(
  client: RegistryClient,
  selector: ManifestSelector,
  options: CallOptions,
  confirms: boolean,
): Promise<Descriptor | undefined> {
  const response = await askHead(client, 'manifests', {
    target: target(selector),
    headers: { accept: ACCEPT },
    signal: options.signal,
  });
  if (response?.status === 404 && !confirms && !isElsewhere(client, response)) return undefined;
  const size = Number(response?.header('content-length') ?? 0);
  const mediaType = response && contentType(response);
  const digest = selector.digest ?? response?.header('docker-content-digest');
  if (size > 0 && mediaType !== undefined && digest !== undefined && isDigest(digest)) {
    return { mediaType, digest, size };
  }
  return (await getManifest(client, selector, options))?.manifest.descriptor;
}

/** The same where absence counts: a 404 to HEAD is confirmed by GET, unless HEAD has found a manifest here before. */
export function findManifest(
  client: RegistryClient,
  selector: ManifestSelector,
  options: CallOptions = {},
): Promise<Descriptor | undefined> {
  return askDescriptor(client, selector, options, !client.heads.isProven('manifests'));
}

/** Answers of distribution 2.0 and of gateways: accepted, which does not prove that the manifest is stored. */
const UNPROVEN: readonly number[] = [202, 204];

async function requireStored(
  client: RegistryClient,
  digest: Digest,
  status: number,
  { signal }: CallOptions,
): Promise<void> {
  if ((await findManifest(client, { digest }, { signal })) !== undefined) return;
  throw new RemoraError('REJECTED', `manifest ${digest}: ${client.registry} answered ${status}, but does not have it`, {
    status,
    hint: 'Run the command again; a registry that stores manifests later cannot be used',
  });
}

/** Sends a manifest under a tag or its digest, by digest with tags beside it, and gives the answer's headers. */
export async function sendManifest(
  client: RegistryClient,
  manifest: Manifest,
  reference: string,
  options: CallOptions & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly accepted?: readonly number[];
    /** Tags in the query (distribution-spec, "Pushing Manifests"): a registry may leave them out. @default none */
    readonly tags?: readonly string[];
    /** Whether it may be sent again after a failure. @default true */
    readonly retry?: boolean | 'limited';
  } = {},
): Promise<HttpResponse> {
  const what = `manifest ${manifest.descriptor.digest}`;
  const response = await client.expect([201, 200, ...UNPROVEN, ...(options.accepted ?? [])], what, {
    method: 'PUT',
    // Any other text could lead the request to another path.
    target: `manifests/${isDigest(reference) ? reference : parseTag(reference)}${tagQuery(options.tags)}`,
    headers: { 'content-type': manifest.descriptor.mediaType, ...options.headers },
    body: { size: manifest.bytes.byteLength, open: async () => manifest.bytes },
    signal: options.signal,
    ...given({ retry: options.retry }),
  });
  await discard(response);
  const answered = response.header('docker-content-digest');
  const { digest } = manifest.descriptor;
  if (UNPROVEN.includes(response.status)) await requireStored(client, digest, response.status, options);
  // Another algorithm is another name for the same bytes; the same algorithm must agree.
  if (
    response.status < 300 &&
    answered !== undefined &&
    isDigest(answered) &&
    algorithmOf(answered) === algorithmOf(digest) &&
    answered !== digest
  ) {
    throw new RemoraError('DIGEST_MISMATCH', `${what} was stored by ${client.registry} as ${answered}`, {
      expected: digest,
      found: answered,
    });
  }
  return response;
}

function tagQuery(tags: readonly string[] = []): string {
  return tags.length === 0 ? '' : `?${tags.map((tag) => `tag=${parseTag(tag)}`).join('&')}`;
}

function target(selector: ManifestSelector): string {
  return `manifests/${selector.digest ?? parseTag(selector.tag ?? 'latest')}`;
}

function nameOf(client: RegistryClient, { tag, digest }: ManifestSelector): string {
  return `${client.registry}/${client.repository}${digest !== undefined ? `@${digest}` : `:${tag ?? 'latest'}`}`;
}

function contentType(response: HttpResponse): string | undefined {
  const type = response.header('content-type')?.split(';', 1)[0]?.trim();
  return type !== undefined && isManifestType(type) ? type : undefined;
}

/** The digest that the registry announces, which must be that of the body; sha256 when it announces none. */
function announced(response: HttpResponse, bytes: Uint8Array, what: string): Digest | undefined {
  const header = response.header('docker-content-digest');
  if (header === undefined || !isDigest(header)) return undefined;
  const algorithm = algorithmOf(header);
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return undefined;
  const found = digestOf(bytes, algorithm);
  if (found === header) return header;
  throw new RemoraError('DIGEST_MISMATCH', `${what} has the digest ${found}, and the registry announced ${header}`, {
    expected: header,
    found,
  });
}
