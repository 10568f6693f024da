import { RemoraError } from '../../errors.js';
import type { HttpResponse } from '../../io/http-response.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { imageIndexSchema } from '../../oci/image-index.js';
import { checkShape, parseJson } from '../../oci/json.js';
import { annotationsOf, type Manifest, referrerEntry, subjectOf } from '../../oci/manifest.js';
import { MediaType } from '../../oci/media-types.js';
import { referrersTag } from '../../oci/referrers-tag.js';
import type { CallOptions, Referrer, ReferrerOptions, Via } from '../store.js';
import type { RegistryClient } from './client.js';
import { errorCodes } from './errors.js';
import { getManifest } from './manifests.js';
import { type Document, pages } from './paging.js';
import { readList } from './referrers-list.js';

/** What a repository can do: known only from definite evidence. */
export interface Capability {
  /** It has the Referrers API. */
  api: boolean | undefined;
  /** Its lists give the type and annotations of the manifest, as they should. */
  truthful?: boolean;
}

/** Statuses that mean "no such API"; every other failure is a failure. */
const NO_API: readonly number[] = [404, 400, 405, 406, 501];
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** Entries that are held at a time. */
const BATCH = 1000;

/**
 * Asks the Referrers API for its first page; undefined when the registry does not have it (distribution-spec,
 * "Listing Referrers"). It is not asked to filter: registries do so by types that they get wrong, and what they leave
 * out cannot be put right here.
 *
 * @throws RemoraError for 401, 403, 429, 5xx and broken lines: that is no answer
 */
export async function askApi(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  options: CallOptions = {},
): Promise<Document | undefined> {
  if (capability.api === false) return undefined;
  const what = `referrers of ${subject}`;
  const answer = await client.read(
    {
      method: 'GET',
      target: `referrers/${subject}`,
      headers: { accept: MediaType.imageIndex },
      signal: options.signal,
    },
    MAX_PAGE_BYTES,
    what,
  );
  const { response } = answer;
  if (response.status === 200 && isIndex(response)) {
    capability.api = true;
    return answer;
  }
  if (response.status !== 200 && !NO_API.includes(response.status)) throw client.errorOf(answer, what);
  // 400 may be about this digest alone, 200 may come from something in between, and go-containerregistry answers 404 for
  // a repository that nothing was pushed to yet: that is not remembered.
  const codes = response.status === 404 ? errorCodes(answer) : [];
  if (response.status !== 400 && response.status !== 200 && !codes.includes('NAME_UNKNOWN')) capability.api = false;
  return undefined;
}

function isIndex(response: HttpResponse): boolean {
  return response.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === MediaType.imageIndex;
}

/** The entries of all pages. */
export async function* apiEntries(
  client: RegistryClient,
  first: Document,
  signal?: AbortSignal,
): AsyncIterable<Descriptor> {
  const what = `referrers list of ${client.registry}/${client.repository}`;
  for await (const page of pages(client, first, MAX_PAGE_BYTES, what, signal))
    yield* checkShape(imageIndexSchema, parseJson(page, what), what).manifests;
}

/**
 * Lists the referrers of a subject: the API and the referrers tag, both asked at the same time, merged by digest.
 * Repositories of a registry that got the API without converting, and images copied by older tools, carry both.
 */
export async function* listReferrers(
  client: RegistryClient,
  subject: Descriptor,
  capability: Capability,
  options: ReferrerOptions = {},
): AsyncIterable<Referrer> {
  const { artifactType, signal, onUnasked } = options;
  const place = `${client.registry}/${client.repository}`;
  const unasked = (what: string) => (error: unknown) => {
    if (onUnasked === undefined || (error instanceof RemoraError && error.code === 'INTERRUPTED')) throw error;
    onUnasked(`${what} of ${place} for ${subject.digest}`, error);
    return undefined;
  };
  const asked = askApi(client, subject.digest, capability, { signal });
  const { tags } = options;
  const listed =
    tags === undefined || tags.has(referrersTag(subject.digest))
      ? readList(client, subject.digest, { signal })
      : Promise.resolve(undefined);
  // Both are awaited below; until then a failure must not count as unhandled.
  asked.catch(() => {});
  const list = await listed.catch(unasked('referrers tag'));
  const tagged = new Map(list?.entries.map((entry) => [entry.digest, entry]));
  const seen = new Set<Digest>();

  try {
    const first = await asked.finally(() => {
      // Only now is it known whether what hangs below is to be asked of the API as well.
      for (const entry of tagged.values()) options.onListed?.(entry);
    });
    const batch: Descriptor[] = [];
    const flush = () => matching(fromApi(client, batch.splice(0), subject, tagged, capability, options), artifactType);
    for await (const entry of first === undefined ? [] : apiEntries(client, first, signal)) {
      if (seen.has(entry.digest)) continue;
      seen.add(entry.digest);
      if (!tagged.has(entry.digest)) options.onListed?.(entry);
      batch.push(entry);
      if (batch.length >= BATCH) yield* flush();
    }
    yield* flush();
  } catch (error) {
    unasked('Referrers API')(error);
  }
  const rest = [...tagged.values()].filter(({ digest }) => !seen.has(digest));
  yield* matching(Promise.all(rest.map((entry) => opened(client, entry, subject, ['tag'], options))), artifactType);
}

async function* matching(
  batch: Promise<readonly (Referrer | undefined)[]>,
  artifactType: string | undefined,
): AsyncIterable<Referrer> {
  for (const referrer of await batch) {
    if (referrer === undefined) continue;
    if (artifactType === undefined || referrer.descriptor.artifactType === artifactType) yield referrer;
  }
}

/**
 * Entries of the API. Their types can be wrong: go-containerregistry lists the config's type always. So manifests are
 * opened until one proves that this registry reads them: its own type differs from its config's, and the list has the
 * right one. That is the first manifest of nearly every list.
 */
async function fromApi(
  client: RegistryClient,
  entries: readonly Descriptor[],
  subject: Descriptor,
  tagged: ReadonlyMap<Digest, Descriptor>,
  capability: Capability,
  options: ReferrerOptions,
): Promise<readonly (Referrer | undefined)[]> {
  const viaOf = ({ digest }: Descriptor): readonly Via[] => (tagged.has(digest) ? ['api', 'tag'] : ['api']);
  const open = (entry: Descriptor) => opened(client, entry, subject, viaOf(entry), options, capability);
  // ACR gives the right types, and none where only the config has one: what has no type is opened in any case.
  const take = (entry: Descriptor) =>
    capability.truthful && entry.artifactType ? trusted(entry, viaOf(entry)) : open(entry);
  const [head, ...tail] = entries;
  if (head === undefined) return [];
  return [await take(head), ...(await Promise.all(tail.map(take)))];
}

function trusted({ mediaType, digest, size, artifactType, annotations }: Descriptor, via: readonly Via[]): Referrer {
  return {
    descriptor: {
      mediaType,
      digest,
      size,
      ...(artifactType ? { artifactType } : {}),
      ...(annotations === undefined ? {} : { annotations }),
    },
    via,
  };
}

function judge(entry: Descriptor, manifest: Manifest, capability: Capability): void {
  const { artifactType } = manifest.content;
  const configType = manifest.kind === 'image' ? manifest.content.config.mediaType : undefined;
  if (capability.truthful !== undefined || !artifactType || artifactType === configType) return;
  capability.truthful =
    entry.artifactType === artifactType &&
    Object.entries(annotationsOf(manifest)).every(([key, value]) => entry.annotations?.[key] === value);
}

/** What the manifest itself says; undefined when it names another subject, or is gone although it is listed. */
async function opened(
  client: RegistryClient,
  entry: Descriptor,
  subject: Descriptor,
  via: readonly Via[],
  options: ReferrerOptions,
  capability?: Capability,
): Promise<Referrer | undefined> {
  let manifest: Manifest | undefined;
  try {
    manifest = (await getManifest(client, { digest: entry.digest }, options))?.manifest;
  } catch (error) {
    if (options.onUnasked === undefined || (error instanceof RemoraError && error.code === 'INTERRUPTED')) throw error;
    options.onUnasked(`manifest ${entry.digest} of ${client.registry}/${client.repository}`, error);
  }
  if (manifest === undefined || subjectOf(manifest)?.digest !== subject.digest) return undefined;
  if (capability !== undefined) judge(entry, manifest, capability);
  return { descriptor: referrerEntry(manifest), via };
}
