import { handled } from '../../../io/async/handled.js';
import { isInterruption } from '../../../io/async/interrupt.js';
import { contentOf } from '../../../oci/documents/content.js';
import { annotationsOf, configOf, type Manifest, referrerEntry, subjectOf } from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import type { Referrer, ReferrerOptions, Via } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { getManifest, headManifest } from '../client/manifests.js';
import { Progress } from '../client/paging.js';
import { type ApiAnswer, apiPages, askApi } from './api.js';
import type { Capability } from './capability.js';
import { type ReferrersList, readList } from './tag-entries.js';

/** Entries that are held at a time. */
const BATCH = 1000;

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
  const wants = (via: Via) =>
    (options.via === undefined || options.via.includes(via)) && (capability.only ?? via) === via;
  const asked = wants('api') ? handled(askApi(client, subject.digest, capability, { signal })) : undefined;
  const listed = wants('tag') ? taggedList(client, subject.digest, capability, options) : Promise.resolve(undefined);
  const list = await listed.catch(unasked('referrers tag'));
  for (const { path, error } of list?.unread ?? []) unasked(`${path} in the referrers tag`)(error);
  const tagged = new Map(list?.entries.map((entry) => [entry.digest, entry]));
  const unread = ({ path, error }: UnreadEntry) => unasked(`${path} in the Referrers API`)(error);
  const seen = new Set<Digest>();
  const progress = new Progress(`referrers list of ${place}`);
  const found = { api: 0, tag: 0 };
  const counted = (referrers: readonly (Referrer | undefined)[]): readonly Referrer[] => {
    const counting = referrers.filter((referrer) => referrer !== undefined);
    for (const { via } of counting) {
      if (via.includes('api')) found.api++;
      if (via.includes('tag')) found.tag++;
    }
    return counting.filter(({ descriptor }) => artifactType === undefined || descriptor.artifactType === artifactType);
  };

  const entries = new ApiEntries(client, subject, tagged, capability, options);
  let answer: ApiAnswer | undefined;
  let page = 0;
  try {
    answer = await asked;
    // Only now is it known whether what hangs below is to be asked of the API as well.
    if (answer?.kind !== 'list') for (const entry of tagged.values()) options.onListed?.(entry);
    for await (const listing of answer?.kind === 'list' ? apiPages(client, answer, signal) : []) {
      page++;
      listing.unread.forEach(unread);
      const before = seen.size;
      entries.begin(listing.manifests);
      for (const entry of listing.manifests) {
        if (seen.has(entry.digest)) continue;
        seen.add(entry.digest);
        entries.add(entry);
        options.onListed?.(entry);
        if (entries.waiting >= BATCH) yield* counted(await entries.take());
      }
      progress.page(listing.manifests.length, seen.size > before);
    }
    yield* counted(await entries.take());
    if (answer?.kind === 'list') options.onAsked?.({ via: 'api', found: found.api });
  } catch (error) {
    if (isInterruption(error)) throw error;
    // The pages before it hold.
    yield* counted(await entries.take());
    unasked(page === 0 ? 'Referrers API' : `Referrers API from page ${page + 1}`)(error);
  }
  const rest = [...tagged.values()].filter(({ digest }) => !seen.has(digest));
  yield* counted(await Promise.all(rest.map((entry) => opened(client, entry, subject, ['tag'], options))));
  // A list under the tag shows that the registry is used without the API.
  if (answer?.kind === 'odd' && found.tag === 0) unasked('Referrers API')(answer.error);
  else if (answer !== undefined && answer.kind !== 'list')
    options.onAsked?.({ via: 'api', found: 0, unsupported: true });
  if (list !== undefined) options.onAsked?.({ via: 'tag', found: found.tag });
}

/**
 * The referrers tag's list. Where the API is there most subjects have none: HEAD asks, which no limit counts. A list of
 * tags proves no absence: it may be old, or a part.
 */
async function taggedList(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  { tags, signal }: ReferrerOptions,
): Promise<Pick<ReferrersList, 'entries' | 'unread'>> {
  const tag = referrersTag(subject);
  const isThere =
    capability.api !== true || tags?.has(tag) || (await headManifest(client, { tag }, { signal })) !== undefined;
  return isThere ? readList(client, subject, { signal }) : { entries: [] };
}

/**
 * Entries of the API. Their types can be wrong: go-containerregistry lists the config's type always. So manifests are
 * opened until one proves that this registry reads them. Its own type differs from its config's, and the list has the
 * right one. Nearly every manifest is such a proof.
 */
class ApiEntries {
  #head: { readonly digest: Digest; readonly referrer: Promise<Referrer | undefined> } | undefined;
  #entries: Descriptor[] = [];

  constructor(
    private readonly client: RegistryClient,
    private readonly subject: Descriptor,
    private readonly tagged: ReadonlyMap<Digest, Descriptor>,
    private readonly capability: Capability,
    private readonly options: ReferrerOptions,
  ) {}

  get waiting(): number {
    return this.#entries.length;
  }

  /**
   * Looks right away at the entry that the caller reads anyway: all others wait for what it tells. Of lists that are read at
   * the same time the first opens one, and the others wait for it.
   */
  begin(page: readonly Descriptor[]): void {
    const likely = this.options.isLikely && page.find(this.options.isLikely);
    const entry = likely ?? (this.capability.judging === undefined ? page[0] : undefined);
    if (entry === undefined || this.#head !== undefined) return;
    const referrer = handled(this.#look(entry));
    this.#head = { digest: entry.digest, referrer };
    const judged = () => {
      this.capability.judging = undefined;
    };
    this.capability.judging ??= referrer.then(judged, judged);
  }

  add(entry: Descriptor): void {
    this.#entries.push(entry);
  }

  /** The referrers that were added since the last call. */
  async take(): Promise<readonly (Referrer | undefined)[]> {
    const head = this.#head;
    const entries = this.#entries;
    this.#head = undefined;
    this.#entries = [];
    await (head?.referrer ?? this.capability.judging);
    return Promise.all(entries.map((entry) => (entry.digest === head?.digest ? head.referrer : this.#look(entry))));
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

/**
 * The referrer as its manifest describes it, as its list does where the manifest cannot be read; undefined when it names
 * another subject, or is gone although it is listed.
 */
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
    options.onUnasked(`manifest ${client.registry}/${client.repository}@${entry.digest}`, error);
    return { ...trusted(entry, via), isRead: true };
  }
  if (manifest === undefined) options.onGone?.(entry);
  if (manifest === undefined || subjectOf(manifest)?.digest !== subject.digest) return undefined;
  if (capability !== undefined) judge(entry, manifest, capability);
  return { descriptor: referrerEntry(manifest), via, isRead: true, ...given({ content: contentOf(manifest) }) };
}
