import { isRemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { type Deleter, isUnlister } from '../../store/interfaces/abilities.js';
import { hasInventory, isMender } from '../../store/interfaces/inventory.js';
import type { CallOptions, Store } from '../../store/interfaces/store.js';
import { attachmentOfEntry } from '../attached/attachment.js';
import { isWanted } from '../attached/selection.js';
import type { Census } from './census.js';
import { entriesOf } from './names.js';
import type { PruneSelection } from './rules.js';
import type { Survey } from './survey.js';

/** A list of referrers that is to change. */
export interface ListPlan {
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly subject: Digest;
  /** Entries of manifests that are gone. */
  readonly vanished: readonly Digest[];
  /** Its entries all go, and its subject is gone. */
  readonly isEmpty: boolean;
}

/** The lists behind referrers tags that name what is gone, or that are of no use any more. */
export function planLists(
  { lists, gone }: Census,
  { vanished }: Survey,
  going: ReadonlySet<Digest>,
  selection: PruneSelection,
): readonly ListPlan[] {
  const sorted = [...lists].sort((a, b) => (`${a.subject} ${a.tag}` < `${b.subject} ${b.tag}` ? -1 : 1));
  return sorted.flatMap(({ tag, digest, subject, entries }) => {
    const isGone = (entry: Descriptor) => vanished.has(entry.digest);
    const isMeant = (entry: Descriptor) => isWanted(attachmentOfEntry(entry, ['tag']), selection);
    const lost = entries.filter((entry) => isGone(entry) && isMeant(entry)).map(({ digest }) => digest);
    const left = entries.filter(({ digest }) => !going.has(digest) && !lost.includes(digest));
    const isEmpty = (gone.has(subject) || going.has(subject)) && left.length === 0;
    return lost.length > 0 || isEmpty ? [{ tag, digest, subject, vanished: [...new Set(lost)], isEmpty }] : [];
  });
}

/** Questions about a place as it is now. */
interface PlaceLook {
  /** Whether a subject is in none of the places. */
  isGone(subject: Digest): Promise<boolean>;
  /** Whether people gave a manifest a tag. */
  isNamed(digest: Digest): Promise<boolean>;
}

/** The changes of a list. */
export interface ChangedList {
  readonly entries: readonly Digest[];
  readonly removed: boolean;
  /** In a layout: the blobs of removed lists. */
  readonly blobs: readonly Digest[];
}

/**
 * Takes out of a list the entries of manifests that are still gone, and removes the list if it is empty and its subject is
 * still gone.
 */
export async function changeListAt(
  store: Store & Deleter,
  { tag, subject, vanished, isEmpty }: ListPlan,
  look: PlaceLook,
  options: CallOptions & { readonly settle?: boolean | undefined },
): Promise<ChangedList> {
  const { signal } = options;
  const entries: Digest[] = [];
  for (const digest of vanished) {
    if ((await orUndefined(store.manifest({ digest }, { signal }), 'NOT_FOUND')) !== undefined) continue;
    const isOut = isUnlister(store)
      ? await store.unlist(subject, digest, options)
      : await store.deleteManifest(digest, options);
    if (isOut) entries.push(digest);
  }
  if (!isEmpty || !(await look.isGone(subject))) return { entries, removed: false, blobs: [] };
  if (isMender(store)) {
    const blobs = await removeEntries(store, subject, { signal });
    return { entries, removed: blobs.length > 0, blobs };
  }
  return { entries, removed: tag !== undefined && (await removeTag(store, tag, look, { signal })), blobs: [] };
}

/**
 * Where a tag cannot be deleted alone, its manifest is deleted, which is that of all empty lists. It stays where people gave
 * it a tag: a new index without members has the same bytes.
 *
 * @throws RemoraError `UNSUPPORTED`
 */
async function removeTag(
  store: Store & Deleter,
  tag: string,
  look: Pick<PlaceLook, 'isNamed'>,
  options: CallOptions,
): Promise<boolean> {
  const list = await orUndefined(store.manifest({ tag }, options), 'NOT_FOUND');
  if (list === undefined || entriesOf(list)?.length !== 0) return false;
  try {
    return await store.deleteTag(tag, options);
  } catch (error) {
    const { digest } = list.descriptor;
    if (!isRemoraError(error) || error.code !== 'UNSUPPORTED' || (await look.isNamed(digest))) throw error;
    return store.deleteManifest(digest, options);
  }
}

/** Under the lock of the layout, so that nobody adds to the list meanwhile. */
async function removeEntries(store: Store, subject: Digest, options: CallOptions): Promise<readonly Digest[]> {
  if (!isMender(store) || !hasInventory(store)) return [];
  let removed: readonly Digest[] = [];
  await store.mendEntries(async (entries) => {
    const empty = new Set<Digest>();
    for (const entry of entries) {
      if (store.listMark(entry)?.isFor(subject) !== true) continue;
      const list = await orUndefined(store.manifest({ digest: entry.digest }, options), 'NOT_FOUND');
      if (list !== undefined && entriesOf(list)?.length === 0) empty.add(entry.digest);
    }
    removed = [...empty];
    const isLeft = (entry: Descriptor) => !empty.has(entry.digest) || store.listMark(entry)?.isFor(subject) !== true;
    return empty.size === 0 ? undefined : entries.filter(isLeft);
  }, options);
  return removed;
}
