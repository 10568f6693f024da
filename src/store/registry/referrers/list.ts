import { handled } from '../../../io/async/handled.js';
import { isInterruption } from '../../../io/async/interrupt.js';
import type { Document, HttpResponse } from '../../../io/http/response.js';
import {
  annotationsOf,
  configOf,
  type Manifest,
  parseIndex,
  referrerEntry,
  subjectOf,
} from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { MediaType } from '../../../oci/values/media-types.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions, Referrer, ReferrerOptions, Via } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { errorCodes } from '../client/errors.js';
import { getManifest, headManifest } from '../client/manifests.js';
import { pages } from '../client/paging.js';
import { type ReferrersList, readList } from './tag-entries.js';

/** The abilities of a repository, known only from definite evidence. */
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
 * Asks the Referrers API for its first page; undefined when the registry does not have it (distribution-spec, "Listing
 * Referrers"). The request has no filter: registries filter by types that they get wrong, and referrers they leave out
 * are lost.
 *
 * @throws RemoraError for 401, 403, 429, 5xx and broken lines: that is not an answer
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
  // These answers are not remembered: 400 may be about this digest alone, and 200 may come from a proxy in between.
  // go-containerregistry answers 404 for a repository that nothing was pushed to yet.
  const codes = response.status === 404 ? errorCodes(answer) : [];
  if (response.status !== 400 && response.status !== 200 && !codes.includes('NAME_UNKNOWN')) capability.api = false;
  return undefined;
}

function isIndex(response: HttpResponse): boolean {
  return response.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === MediaType.imageIndex;
}

/** The entries of all pages; `onUnread` gets an error for each that cannot be read. */
export async function* apiEntries(
  client: RegistryClient,
  first: Document,
  signal?: AbortSignal,
  onUnread: (entry: UnreadEntry) => void = () => {},
): AsyncIterable<Descriptor> {
  const what = `referrers list of ${client.registry}/${client.repository}`;
  for await (const page of pages(client, first, MAX_PAGE_BYTES, what, signal)) {
    const { content, unread } = parseIndex(page, what);
    unread.forEach(onUnread);
    yield* content.manifests;
  }
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
    if (onUnasked === undefined || isInterruption(error)) throw error;
    onUnasked(`${what} of ${place} for ${subject.digest}`, error);
    return undefined;
  };
  const wants = (via: Via) => options.via === undefined || options.via.includes(via);
  const asked = wants('api')
    ? handled(askApi(client, subject.digest, capability, { signal }))
    : Promise.resolve(undefined);
  const listed = wants('tag') ? taggedList(client, subject.digest, capability, options) : Promise.resolve(undefined);
  const list = await listed.catch(unasked('referrers tag'));
  for (const { path, error } of list?.unread ?? []) unasked(`${path} in the referrers tag`)(error);
  const tagged = new Map(list?.entries.map((entry) => [entry.digest, entry]));
  const unread = ({ path, error }: UnreadEntry) => unasked(`${path} in the Referrers API`)(error);
  const seen = new Set<Digest>();
  const found = { api: 0, tag: 0 };
  const counted = (referrers: readonly (Referrer | undefined)[]): readonly Referrer[] => {
    const counting = referrers.filter((referrer) => referrer !== undefined);
    for (const { via } of counting) {
      if (via.includes('api')) found.api++;
      if (via.includes('tag')) found.tag++;
    }
    return counting.filter(({ descriptor }) => artifactType === undefined || descriptor.artifactType === artifactType);
  };

  try {
    const first = await asked;
    // Only now is it known whether what hangs below is to be asked of the API as well.
    if (first === undefined) for (const entry of tagged.values()) options.onListed?.(entry);
    const entries = new ApiEntries(client, subject, tagged, capability, options);
    for await (const entry of first === undefined ? [] : apiEntries(client, first, signal, unread)) {
      if (seen.has(entry.digest)) continue;
      seen.add(entry.digest);
      entries.add(entry);
      options.onListed?.(entry);
      if (entries.waiting >= BATCH) yield* counted(await entries.take());
    }
    yield* counted(await entries.take());
    if (wants('api')) options.onAsked?.({ via: 'api', found: found.api, ...(!first && { unsupported: true }) });
  } catch (error) {
    unasked('Referrers API')(error);
  }
  const rest = [...tagged.values()].filter(({ digest }) => !seen.has(digest));
  yield* counted(await Promise.all(rest.map((entry) => opened(client, entry, subject, ['tag'], options))));
  if (list !== undefined) options.onAsked?.({ via: 'tag', found: found.tag });
}

/** The referrers tag's list. Where the API is there most subjects have none: HEAD asks, which no limit counts. */
async function taggedList(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  { tags, signal }: ReferrerOptions,
): Promise<Pick<ReferrersList, 'entries' | 'unread'>> {
  const tag = referrersTag(subject);
  const isThere =
    tags === undefined
      ? capability.api !== true || (await headManifest(client, { tag }, { signal })) !== undefined
      : tags.has(tag);
  return isThere ? readList(client, subject, { signal }) : { entries: [] };
}

/**
 * Entries of the API. Their types can be wrong: go-containerregistry lists the config's type always. So manifests are
 * opened until one proves that this registry reads them. Its own type differs from its config's, and the list has the
 * right one. The first manifest of nearly every list is such a proof.
 */
class ApiEntries {
  #head: Promise<Referrer | undefined> | undefined;
  #tail: Descriptor[] = [];

  constructor(
    private readonly client: RegistryClient,
    private readonly subject: Descriptor,
    private readonly tagged: ReadonlyMap<Digest, Descriptor>,
    private readonly capability: Capability,
    private readonly options: ReferrerOptions,
  ) {}

  get waiting(): number {
    return this.#tail.length;
  }

  /** The first is looked at right away: all others wait for what it tells. */
  add(entry: Descriptor): void {
    if (this.#head !== undefined) this.#tail.push(entry);
    else this.#head = handled(this.#look(entry));
  }

  /** The referrers that were added since the last call. */
  async take(): Promise<readonly (Referrer | undefined)[]> {
    const head = await this.#head;
    const tail = this.#tail;
    this.#head = undefined;
    this.#tail = [];
    return [head, ...(await Promise.all(tail.map((entry) => this.#look(entry))))];
  }

  async #look(entry: Descriptor): Promise<Referrer | undefined> {
    const via: readonly Via[] = this.tagged.has(entry.digest) ? ['api', 'tag'] : ['api'];
    // ACR gives the right types, and none where only the config has one: what has no type is opened in any case.
    if (this.capability.truthful && entry.artifactType) return trusted(entry, via);
    return opened(this.client, entry, this.subject, via, this.options, this.capability);
  }
}

function trusted({ mediaType, digest, size, artifactType, annotations }: Descriptor, via: readonly Via[]): Referrer {
  return {
    descriptor: {
      mediaType,
      digest,
      size,
      ...given({ artifactType: artifactType || undefined, annotations }),
    },
    via,
  };
}

function judge(entry: Descriptor, manifest: Manifest, capability: Capability): void {
  const { artifactType } = manifest.content;
  const configType = configOf(manifest)?.mediaType;
  if (capability.truthful !== undefined || !artifactType || artifactType === configType) return;
  capability.truthful =
    entry.artifactType === artifactType &&
    Object.entries(annotationsOf(manifest)).every(([key, value]) => entry.annotations?.[key] === value);
}

/** The referrer as its manifest describes it; undefined when it names another subject, or is gone although it is listed. */
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
    if (options.onUnasked === undefined || isInterruption(error)) throw error;
    options.onUnasked(`manifest ${entry.digest} of ${client.registry}/${client.repository}`, error);
  }
  if (manifest === undefined || subjectOf(manifest)?.digest !== subject.digest) return undefined;
  if (capability !== undefined) judge(entry, manifest, capability);
  return { descriptor: referrerEntry(manifest), via };
}
