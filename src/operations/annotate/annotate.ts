import { isRemoraError, RemoraError } from '../../errors.js';
import type { Kind } from '../../formats/kinds/kind.js';
import { type AnnotationChanges, checkChanges, editAnnotations } from '../../oci/documents/edit-annotations.js';
import { annotationsOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import type { Annotations } from '../../oci/values/annotations.js';
import { given } from '../../oci/values/given.js';
import { isTagChanger } from '../../store/interfaces/abilities.js';
import type { ManifestSelector, Store, Via } from '../../store/interfaces/store.js';
import { findAttached } from '../attached/find.js';
import { ItemLimit } from '../attached/item-limit.js';
import { LastWriter } from '../index/last-writer.js';
import { type AccessOptions, type Location, resolveLocation, selectorOf, withStore } from '../places/location.js';
import { resultFields, writtenOrExists } from '../results/manifest-fields.js';
import type { AnnotateResult } from './schema.js';

/** Options of {@link annotate}. */
export interface AnnotateOptions extends AccessOptions {
  /** Tell what would be written, and write nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** Look again after a settle time, for writers of the tag or of a list of referrers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/**
 * Sets and removes annotations of a manifest or index: writes a new one, whose other members are byte for byte the same,
 * and moves the tag to it. Writers of one tag at the same time lose nothing. Without a tag the new manifest is found by
 * its digest. A manifest with a subject is listed with it.
 *
 * The manifest that was there stays, with what is attached to it: `left` counts that. The digest changes, so no signature
 * of the old one covers the new one.
 *
 * @param location `host/repo:tag`, `oci:PATH:TAG`, with a digest alone or with one that the tag must have
 * @param changes values by key; `null` removes an annotation, which may be absent
 * @throws RemoraError `INVALID_ARGUMENT` (no tag and no digest, no change, a key or value, a format without annotations),
 *   `NOT_FOUND`, `INCOMPLETE` and others before the write where what is attached cannot be listed, `CHANGED`, and as the store
 */
export async function annotate(
  location: Location<Store>,
  changes: AnnotationChanges,
  options: AnnotateOptions = {},
): Promise<AnnotateResult> {
  checkChanges(changes);
  const at = resolveLocation(location);
  const selector = selectorOf(at);
  if (selector.tag === undefined && selector.digest === undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'annotate needs a tag or a digest, got neither', {
      hint: 'Write it like ghcr.io/owner/app:v1, or oci:PATH:TAG for an image layout',
    });
  const access = options.dryRun ? 'read' : 'write';
  return withStore(at, { ...options, access }, (store) => annotateIn(store, selector, changes, options));
}

/** A manifest before and after the change. */
interface Changed {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly isWritten: boolean;
  readonly listedBy?: Via | undefined;
}

async function annotateIn(
  store: Store,
  selector: ManifestSelector,
  changes: AnnotationChanges,
  options: AnnotateOptions,
): Promise<AnnotateResult> {
  const { dryRun } = options;
  const first = await currentManifest(store, selector, options);
  const planned = editAnnotations(first, changes);
  // A place that cannot be asked is told of before anything is written.
  const known = planned && (await leftAt(store, first, options));
  const { before, after, isWritten, listedBy } =
    planned === undefined || dryRun
      ? { before: first, after: planned ?? first, isWritten: planned !== undefined }
      : await write(store, selector, first, changes, options);
  const isSame = before.descriptor.digest === first.descriptor.digest;
  const { digest } = before.descriptor;
  return {
    ...(dryRun ? { dryRun } : {}),
    ...resultFields(store, referrerEntry(after)),
    ...given({ annotations: after.content.annotations, tag: selector.tag }),
    result: writtenOrExists(isWritten ? 'written' : 'exists'),
    was: { reference: store.format({ digest }), digest },
    left: isWritten ? (isSame && known !== undefined ? known : await leftAt(store, before, options)) : [],
    ...given({ listedBy }),
  };
}

/** The manifest that is to change. Where a layout has one of this name for each platform, its digest tells which. */
async function currentManifest(store: Store, selector: ManifestSelector, options: AnnotateOptions): Promise<Manifest> {
  try {
    return await store.manifest(await currentOf(store, selector, options), options);
  } catch (error) {
    if (!isRemoraError(error) || error.code !== 'AMBIGUOUS') throw error;
    const { expected, found, candidates } = error;
    throw new RemoraError('AMBIGUOUS', error.message, {
      ...given({ expected, found, candidates }),
      cause: error,
      hint: 'Name the digest of the one that is meant; its name stays with the manifest before',
    });
  }
}

/** The manifest that a tag names now: a tag beside a digest must name that. */
async function currentOf(
  store: Store,
  { tag, digest }: ManifestSelector,
  { signal }: AnnotateOptions,
): Promise<ManifestSelector> {
  if (tag === undefined || digest === undefined) return given({ tag, digest });
  const found = await store.resolve({ tag }, { signal });
  if (found.digest !== digest) throw moved(store, tag, digest, found.digest);
  return { digest };
}

async function write(
  store: Store,
  { tag, digest }: ManifestSelector,
  first: Manifest,
  changes: AnnotationChanges,
  { signal, settle }: AnnotateOptions,
): Promise<Changed> {
  if (tag === undefined) {
    const after = editAnnotations(first, changes) ?? first;
    const { listedBy } = await store.putManifest(after, { settle, signal });
    return { before: first, after, isWritten: true, listedBy };
  }
  if (!isTagChanger(store)) throw new RemoraError('UNSUPPORTED', `tags of ${store.format({})} cannot be changed`);
  /** Of two calls that set one annotation at once, the last one counts. */
  const wishes = new Map(Object.keys(changes).map((key) => [key, new LastWriter()]));
  const dueChanges = (annotations: Annotations, isAgain: boolean): AnnotationChanges =>
    Object.fromEntries(
      Object.entries(changes).filter(
        ([key, value]) =>
          annotations[key] === (value ?? undefined) || wishes.get(key)?.replaces([annotations[key]], isAgain),
      ),
    );
  const change = (present: Manifest | undefined, isAgain: boolean) => {
    if (present === undefined)
      throw new RemoraError('CHANGED', `${store.format({ tag })} was removed meanwhile`, {
        hint: 'Run the command again',
      });
    const edited = editAnnotations(present, dueChanges(annotationsOf(present), isAgain));
    const found = present.descriptor.digest;
    if (edited !== undefined && digest !== undefined && found !== digest) throw moved(store, tag, digest, found);
    return edited;
  };
  const { before, after, ...how } = await store.changeTag(tag, change, { settle, signal });
  return { before: before ?? first, after: after ?? first, ...how };
}

function moved(store: Store, tag: string, expected: string, found: string): RemoraError {
  return new RemoraError('CHANGED', `${store.format({ tag })} names ${found}, wanted ${expected}`, {
    expected,
    found,
    hint: 'Look at what it names now, and run the command again',
  });
}

/** The attachments of a manifest itself, counted by kind. */
async function leftAt(
  store: Store,
  { descriptor }: Manifest,
  { signal, maxItems }: AnnotateOptions,
): Promise<AnnotateResult['left']> {
  const counts = new Map<Kind | undefined, number>();
  for (const { kind } of await findAttached(store, descriptor, { signal, limit: new ItemLimit(maxItems) }))
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ ...given({ kind }), count }));
}
