import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { indexBytes } from '../../oci/documents/edit-index.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform } from '../../oci/values/platform.js';
import { type ChangeTagOptions, isTagChanger } from '../../store/interfaces/abilities.js';
import type { CallOptions, Source, Store, Via } from '../../store/interfaces/store.js';

/** A manifest that is an index. */
export type IndexManifest = Extract<Manifest, { readonly kind: 'index' }>;

/**
 * Gives the index that a tag shall name, undefined when it is as it shall be, as `TagChange` does.
 *
 * @throws RemoraError where the change is not possible: then the tag stays as it is
 */
export type IndexChange = (present: IndexManifest | undefined, isAgain: boolean) => Manifest | undefined;

/** A tag whose index was looked at, and changed where that was needed. */
export interface IndexAtTag {
  readonly tag: string;
  readonly index: IndexManifest;
  /** The index before the call changed it, or that needed no change; undefined for a new tag. */
  readonly before: IndexManifest | undefined;
  readonly isWritten: boolean;
  /** The entries that the call put in, or gave another form. */
  readonly added: readonly Descriptor[];
  /** The entries that the call took out. */
  readonly removed: readonly Descriptor[];
  readonly listedBy?: Via | undefined;
}

/**
 * Changes the index of each tag, so that other writers lose nothing.
 *
 * @param store undefined in a dry run, which says what the call would do
 * @param make gives a change for each tag
 * @throws RemoraError `EXISTS` where a tag holds something else than an index, `CHANGED` where others undo the change again
 *   and again, `UNSUPPORTED`, and what the change throws
 */
export async function changeIndexes(
  { source, store }: { readonly source: Source | undefined; readonly store: Store | undefined },
  tags: readonly string[],
  make: (tag: string) => IndexChange,
  { signal, settle }: ChangeTagOptions = {},
): Promise<readonly IndexAtTag[]> {
  const one = async (tag: string): Promise<IndexAtTag> => {
    const change = make(tag);
    /** Others may have changed the index since: the result tells of our own change. */
    let own: Pick<IndexAtTag, 'added' | 'removed'> = { added: [], removed: [] };
    const checked = (manifest: Manifest | undefined, isAgain: boolean) => {
      const present = requireIndex(source, tag, manifest);
      const changed = change(present, isAgain);
      if (changed !== undefined) own = differences(entriesOf(present), entriesOf(changed));
      return changed;
    };
    if (store === undefined) {
      const present = await presentAt(source, tag, { signal });
      const changed = checked(present, false);
      const before = requireIndex(source, tag, present);
      return { tag, before, index: indexAt(tag, changed ?? before), isWritten: changed !== undefined, ...own };
    }
    if (!isTagChanger(store))
      throw new RemoraError('UNSUPPORTED', `${store.format({ tag })} cannot be changed: the store only replaces tags`);
    const { after, isWritten, listedBy, ...changed } = await store.changeTag(tag, checked, { signal, settle });
    const before = requireIndex(source, tag, changed.before);
    return { tag, before, index: indexAt(tag, after), isWritten, ...own, ...given({ listedBy }) };
  };
  // Entries of a layout follow the order of the tags.
  return mapSome(tags, store?.kind === 'registry' ? 32 : 1, one);
}

/**
 * The same, which looks at each of several tags before it writes one: a conflict of one leaves all as they are.
 *
 * @throws RemoraError as {@link changeIndexes}
 */
export async function changeIndexesTogether(
  place: { readonly source: Source | undefined; readonly store: Store | undefined },
  tags: readonly string[],
  make: (tag: string) => IndexChange,
  options: ChangeTagOptions,
): Promise<readonly IndexAtTag[]> {
  if (tags.length > 1) {
    const planned = await changeIndexes({ ...place, store: undefined }, tags, make, options);
    if (place.store === undefined) return planned;
  }
  return changeIndexes(place, tags, make, options);
}

export function entriesOf(manifest: Manifest | undefined): readonly Descriptor[] {
  return manifest?.kind === 'index' ? manifest.content.manifests : [];
}

/** An entry in another form is added, and is not removed. */
function differences(before: readonly Descriptor[], after: readonly Descriptor[]) {
  const forms = new Set(before.map((entry) => JSON.stringify(entry)));
  const kept = new Set(after.map(nameOf));
  return {
    added: after.filter((entry) => !forms.has(JSON.stringify(entry))),
    removed: before.filter((entry) => !kept.has(nameOf(entry))),
  };
}

function nameOf({ digest, platform }: Descriptor): string {
  return `${digest} ${platform === undefined ? '' : formatPlatform(platform)}`;
}

/** The manifest at a tag; undefined where the tag, or the place, does not exist. */
export async function presentAt(
  source: Source | undefined,
  tag: string,
  options: CallOptions,
): Promise<Manifest | undefined> {
  if (source === undefined || (await source.findTag(tag, options)) === undefined) return undefined;
  return source.manifest({ tag }, options);
}

/** @throws RemoraError `EXISTS` for what is not an index */
export function requireIndex(
  source: Source | undefined,
  tag: string,
  present: Manifest | undefined,
): IndexManifest | undefined {
  if (present === undefined || present.kind === 'index') return present;
  const { digest, mediaType } = present.descriptor;
  const name = source?.format({ tag }) ?? tag;
  throw new RemoraError('EXISTS', `${name} is not an index: it is ${digest} (${mediaType})`, {
    found: digest,
    hint: 'Choose another tag for the index, or remove that one',
  });
}

/** @throws RemoraError `NOT_FOUND` where a tag does not exist */
export function requirePresent(present: IndexManifest | undefined, name: string): IndexManifest {
  if (present !== undefined) return present;
  throw new RemoraError('NOT_FOUND', `${name} does not exist`, { hint: 'Begin an index with remora index create' });
}

/** A writer that removes the tag at the same moment leaves no index to tell of. */
function indexAt(tag: string, manifest: Manifest | undefined): IndexManifest {
  if (manifest?.kind === 'index') return manifest;
  throw new RemoraError('CHANGED', `tag ${tag} was moved or removed by another writer`, {
    hint: 'Run the command again',
  });
}

/**
 * The index with other entries. Fields that the change does not touch stay as they are, known or not.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where it would be larger than registries take
 */
export function withEntries(index: IndexManifest | undefined, entries: readonly Descriptor[]): Manifest {
  return checkedIndex(indexBytes(index, entries));
}

/** @throws RemoraError `INVALID_ARGUMENT` where it is larger than registries take */
export function checkedIndex(bytes: Uint8Array): Manifest {
  if (bytes.byteLength > MAX_MANIFEST_BYTES)
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `the index would have ${bytes.byteLength} bytes, registries take ${MAX_MANIFEST_BYTES}`,
      {
        expected: MAX_MANIFEST_BYTES,
        found: bytes.byteLength,
        hint: 'Use fewer entries or shorter annotations, or an index within the index',
      },
    );
  return parseManifest(bytes);
}
