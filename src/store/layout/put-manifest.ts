import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { layoutEntry } from '../../oci/documents/layout-entry.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type {
  CallOptions,
  ListedManifest,
  PutManifestOptions,
  PutManifestResult,
  TagManifestOptions,
  WriteResult,
} from '../interfaces/store.js';
import { blobSize } from './blobs/blobs.js';
import { claimBlob } from './blobs/claim.js';
import { Written } from './blobs/written.js';
import { AddedEntries } from './entries/added.js';
import { changeEntries, type EntriesChange } from './entries/index-file.js';
import { entriesWithTag } from './entries/names.js';
import { setTag, withName } from './entries/tags.js';
import { DirectoryFiles } from './files/directory-files.js';
import { blobName } from './files/paths.js';
import { completeLayout, replaceBlob } from './mend.js';
import { lostOf, needsOf } from './needs.js';
import { requirePrecondition } from './precondition.js';
import { withLists } from './referrers/marked-lists.js';

/** The state that a store keeps for its manifests. */
export interface Kept {
  /** The entries of the same store, among which each new one stands in order. */
  readonly added: AddedEntries;
  /** The content that the store wrote. */
  readonly written: Written;
}

/** Attempts to enter a manifest whose blobs others remove at the same time. A blob that is new is spared by pruners. */
const ATTEMPTS = 8;

/**
 * Writes a manifest's file, then its entry in `index.json`: an entry never names what is not there. Content that
 * others have removed since it was written is written again.
 *
 * @throws RemoraError `CHANGED` when others have removed content that is not at hand
 */
export async function putManifest(
  directory: string,
  manifest: Manifest,
  options: PutManifestOptions = {},
  kept: Kept = { added: new AddedEntries(), written: new Written() },
): Promise<PutManifestResult> {
  const { signal } = options;
  const tags = options.tags ?? [];
  let result: WriteResult = 'exists';
  const write = async () => {
    result = await writeManifest(directory, manifest, { signal });
  };
  if (options.child && tags.length === 0) {
    await write();
    kept.written.add(manifest.descriptor, async () => Readable.from([manifest.bytes]));
    return { result };
  }
  const needs = () => needsOf(new DirectoryFiles(directory), manifest, kept.written, options.complete ?? false);
  let known = false;
  await enter(directory, manifest, needs, kept, {
    signal,
    async change(entries) {
      known = entries.some(({ digest }) => digest === manifest.descriptor.digest);
      await requirePrecondition(new DirectoryFiles(directory), entries, options);
      // Under the lock: a referrer is found by its file alone, and must not be where it is refused or was just removed.
      await write();
      const more = withManifest(entries, manifest, tags);
      const changed = more === undefined ? entries : kept.added.arranged(entries, more);
      const listed = options.layoutLists === 'none' ? changed : await withLists(directory, changed, manifest);
      return listed === entries ? undefined : listed;
    },
  });
  return {
    // A new tag does not make a new manifest.
    result: known ? result : 'written',
    ...(subjectOf(manifest) && { listedBy: 'layout-entry' }),
  };
}

/**
 * Points tags at a manifest that is there. It is not written again: whoever removed it meanwhile was told that it is gone.
 *
 * @throws RemoraError `CHANGED` when it, or what it leads to, was removed meanwhile
 */
export async function tagManifest(
  directory: string,
  manifest: Manifest,
  tags: readonly string[],
  kept: Kept,
  { signal, onKept }: TagManifestOptions = {},
): Promise<void> {
  let taken: readonly (readonly [tag: string, Digest])[] = [];
  const files = new DirectoryFiles(directory);
  const needs = async () => [manifest.descriptor, ...(await needsOf(files, manifest, kept.written, false))];
  await enter(directory, manifest, needs, kept, {
    signal,
    change(entries) {
      const there =
        onKept === undefined
          ? []
          : tags.flatMap((tag) =>
              entriesWithTag(entries, tag)
                .slice(0, 1)
                .map(({ digest }) => [tag, digest] as const),
            );
      taken = there.filter(([, digest]) => digest !== manifest.descriptor.digest);
      const free = tags.filter((tag) => !there.some(([name]) => name === tag));
      const more = free.length === 0 ? undefined : withManifest(entries, manifest, free);
      return more && kept.added.arranged(entries, more);
    },
  });
  for (const [tag, digest] of taken) onKept?.(tag, digest);
}

interface Entering extends CallOptions {
  change(entries: readonly Descriptor[]): ReturnType<EntriesChange>;
}

/** Changes the entries when all is there that the manifest needs. */
async function enter(
  directory: string,
  manifest: Manifest,
  needs: () => Promise<readonly Descriptor[]>,
  { written }: Kept,
  { signal, change }: Entering,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const needed = await needs();
    let lost: readonly Descriptor[] = [];
    await changeEntries(
      directory,
      async (entries) => {
        lost = await lostOf(new DirectoryFiles(directory), needed);
        return lost.length === 0 ? change(entries) : undefined;
      },
      { signal },
    );
    if (lost.length === 0) {
      // Older BuildKit writes no oci-layout, without which other tools do not read it.
      return completeLayout(directory);
    }
    for (const need of lost)
      if (attempt === ATTEMPTS || !(await written.again(directory, need, { signal }))) throw gone(manifest, need);
  }
}

function gone(manifest: Manifest, lost: Descriptor): RemoraError {
  const { digest } = manifest.descriptor;
  const what = lost.digest === digest ? '' : `, which ${digest} needs,`;
  return new RemoraError('CHANGED', `${lost.digest}${what} was removed meanwhile`, {
    expected: lost.digest,
    hint: 'Another process removes what nothing names: run the command again',
  });
}

/** A file that is there is read: it may be damaged, and have the right size. */
async function writeManifest(
  directory: string,
  { descriptor, bytes }: Manifest,
  options: CallOptions,
): Promise<WriteResult> {
  const files = new DirectoryFiles(directory);
  const isSame =
    (await blobSize(files, descriptor.digest)) === descriptor.size &&
    (await files.read(blobName(descriptor.digest), descriptor.size))?.equals(bytes) === true;
  if (isSame) {
    await claimBlob(directory, descriptor);
    return 'exists';
  }
  await replaceBlob(directory, descriptor, async () => Readable.from([bytes]), options);
  return 'written';
}

function withManifest(
  entries: readonly Descriptor[],
  manifest: Manifest,
  tags: readonly string[],
): readonly Descriptor[] | undefined {
  const entry = layoutEntry(manifest);
  if (tags.length > 0) {
    const changed = tags.reduce((current, tag) => setTag(current, tag, entry), entries);
    return changed === entries ? undefined : changed;
  }
  return entries.some(({ digest }) => digest === entry.digest) ? undefined : [...entries, entry];
}

/** The entries of an `index.json` that is written anew, in the order of `listed`. */
export function layoutEntries(listed: readonly ListedManifest[]): readonly Descriptor[] {
  return listed.flatMap(({ manifest, tags }) => {
    const entry = layoutEntry(manifest);
    return tags.length === 0 ? [entry] : tags.map((tag) => withName(entry, tag));
  });
}
