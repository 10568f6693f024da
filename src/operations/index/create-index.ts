import { RemoraError } from '../../errors.js';
import { buildIndex } from '../../oci/documents/build-manifest.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { quote } from '../../oci/text/quote.js';
import type { Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { isTagChanger } from '../../store/interfaces/abilities.js';
import type { PutManifestResult, Store } from '../../store/interfaces/store.js';
import type { Location } from '../places/location.js';
import { presentAt } from './change-index.js';
import { type CopyMembersOptions, copyMembers } from './copy-members.js';
import { type SamePlatform, withEntry } from './entries.js';
import { type IndexPlace, type IndexTarget, newTarget, openedPlace, withIndexPlace } from './index-place.js';
import { LastWriter } from './last-writer.js';
import {
  type FoundMember,
  type IndexMember,
  parseMember,
  readMember,
  selectorAt,
  withForeignMembers,
} from './members.js';
import { indexResult } from './result.js';
import type { IndexResult } from './schema.js';

/** Options of {@link createIndex}. */
export interface CreateIndexOptions extends CopyMembersOptions {
  /** Tags in addition to those of the target. @default none; an index without tags is found by its digest */
  readonly tags?: readonly string[] | undefined;
  /** The type of the index as an artifact. @default none */
  readonly artifactType?: string | undefined;
  /** Annotations of the index. @default none */
  readonly annotations?: Annotations | undefined;
  /** The manifest that the index is attached to: a tag, a digest, or a reference of the same place. @default none */
  readonly subject?: string | undefined;
  /** The treatment of two members with one platform. @default 'refuse' */
  readonly samePlatform?: SamePlatform | undefined;
  /** Move tags that name something else. @default false */
  readonly overwrite?: boolean | undefined;
  /** Write nothing, and return the result that the call would have. @default false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Creates an image index (image-spec image-index.md). The same members in the same order give the same bytes. Members of
 * other places are copied along, with all that they need.
 *
 * @param target `host/repo:v1,latest`, `oci:PATH:v1`, a place, or an open store
 * @param members tags or digests of the same place, references, or members with a platform and annotations
 * @returns the index and its entries; sizes are in bytes
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND` (a member), `EXISTS` (a tag names something else, or two members have
 *   one platform), and as the stores; no tag is moved then
 */
export async function createIndex(
  target: Location<Store>,
  members: readonly (Location | IndexMember)[] = [],
  options: CreateIndexOptions = {},
): Promise<IndexResult> {
  const { artifactType, annotations, dryRun, signal } = options;
  const { at, tags } = newTarget(target, options.tags);
  // A bad type or annotation is told before the first request.
  buildIndex({ artifactType, annotations, manifests: [] });
  const parsed = members.map((member) => parseMember(at, member));
  const isOwn = options.subject !== undefined || parsed.some(({ elsewhere }) => elsewhere === undefined);
  return withForeignMembers(parsed, options, (foreign) =>
    withIndexPlace(at, { ...options, create: !isOwn }, async (place) => {
      const found: FoundMember[] = [];
      for (const member of parsed)
        found.push(foreign.get(member) ?? (await readMember(openedPlace(place), member, { signal })));
      const name = place.format({ tag: tags[0] });
      const manifests = joined(found, name, options.samePlatform);
      const subject = await subjectIn(place, at, options);
      const index = buildIndex({ artifactType, manifests, subject, annotations });
      const before = await Promise.all(tags.map((tag) => presentAt(place.source, tag, { signal })));
      if (!options.overwrite) for (const [n, tag] of tags.entries()) requireFree(place, tag, index, before[n]);
      const { store } = place;
      const copied = store && (await copyMembers(found, store, at, options));
      const written = store && (await write(store, index, tags, options));
      const { digest } = index.descriptor;
      const moved = tags.flatMap((tag, n) => {
        const previous = before[n]?.descriptor.digest;
        return previous === digest ? [] : [given({ tag, digest, previous })];
      });
      const isThere = await place.source?.hasManifest(digest, { signal });
      return indexResult(place.format, index, {
        ...{ tags, moved, copied, dryRun, listedBy: written?.listedBy },
        isWritten: moved.length > 0 || (written === undefined ? isThere !== true : written.result === 'written'),
        added: moved.length > 0 || tags.length === 0 ? manifests : [],
        removed: [],
      });
    }),
  );
}

function joined(found: readonly FoundMember[], name: string, samePlatform: SamePlatform = 'refuse') {
  return found.reduce<readonly Descriptor[]>(
    (entries, { entry }) =>
      withEntry(entries, entry, { samePlatform, name, wish: new LastWriter(), isAgain: false, isLast: true }),
    [],
  );
}

async function subjectIn(
  place: IndexPlace,
  at: IndexTarget['at'],
  { subject, signal }: CreateIndexOptions,
): Promise<Descriptor | undefined> {
  if (subject === undefined) return undefined;
  const selector = selectorAt(at, subject);
  if (selector !== undefined) return openedPlace(place).resolve(selector, { signal });
  throw new RemoraError('INVALID_ARGUMENT', `subject ${quote(subject)} is in another place than the index`, {
    found: subject,
    hint: 'Copy it there first, and name its tag or digest',
  });
}

/** @throws RemoraError `EXISTS` where the tag names something else */
function requireFree(
  { format }: Pick<IndexPlace, 'format'>,
  tag: string,
  { descriptor }: Manifest,
  present: Manifest | undefined,
): void {
  if (present === undefined || present.descriptor.digest === descriptor.digest) return;
  const found = present.descriptor.digest;
  throw new RemoraError('EXISTS', `${format({ tag })} is ${found}, and not the new index ${descriptor.digest}`, {
    found,
    expected: descriptor.digest,
    hint:
      present.kind === 'index'
        ? 'Change that index with remora index add, or replace it with --overwrite'
        : 'Choose another tag, or replace it with --overwrite',
  });
}

/** Writes the index. Where its tags may not be overwritten, that is asked again when they are written. */
async function write(
  store: Store,
  index: Manifest,
  tags: readonly string[],
  { overwrite, settle, signal }: CreateIndexOptions,
): Promise<PutManifestResult> {
  if (overwrite || tags.length === 0 || !isTagChanger(store)) return store.putManifest(index, { tags, settle, signal });
  let result: PutManifestResult = { result: 'exists' };
  for (const tag of tags) {
    const { isWritten, listedBy } = await store.changeTag(
      tag,
      (present) => {
        requireFree(store, tag, index, present);
        return present === undefined ? index : undefined;
      },
      { settle, signal },
    );
    if (isWritten) result = given({ result: 'written' as const, listedBy });
  }
  return result;
}
