import { Readable } from 'node:stream';
import { layoutEntry } from '../../oci/documents/layout-entry.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type {
  CallOptions,
  ListedManifest,
  PutManifestOptions,
  PutManifestResult,
  WriteResult,
} from '../interfaces/store.js';
import { blobSize } from './blobs/blobs.js';
import { AddedEntries } from './entries/added.js';
import { changeEntries } from './entries/index-file.js';
import { setTag, withName } from './entries/tags.js';
import { DirectoryFiles } from './files/directory-files.js';
import { blobName } from './files/paths.js';
import { completeLayout, replaceBlob } from './mend.js';
import { requirePrecondition } from './precondition.js';
import { withLists } from './referrers/marked-lists.js';

/**
 * Writes a manifest's file, then its entry in `index.json`: an entry never names what is not there.
 *
 * @param added the entries of the same store, among which this one stands in order
 */
export async function putManifest(
  directory: string,
  manifest: Manifest,
  options: PutManifestOptions = {},
  added: AddedEntries = new AddedEntries(),
): Promise<PutManifestResult> {
  const { signal } = options;
  const write = () => writeManifest(directory, manifest, { signal });
  // A write that is refused under the lock leaves no file, which could be read by its digest.
  let written = options.precondition === undefined ? await write() : undefined;
  const tags = options.tags ?? [];
  if (options.child && tags.length === 0) return { result: written ?? (await write()) };
  let known = false;
  await changeEntries(
    directory,
    async (entries) => {
      await requirePrecondition(new DirectoryFiles(directory), entries, options);
      known = entries.some(({ digest }) => digest === manifest.descriptor.digest);
      // Another process may have deleted it since, under this lock.
      const again = await write();
      written ??= again;
      const more = withManifest(entries, manifest, tags);
      const changed = more === undefined ? entries : added.arranged(entries, more);
      const listed = options.layoutLists === 'none' ? changed : await withLists(directory, changed, manifest);
      return listed === entries ? undefined : listed;
    },
    { signal },
  );
  // Older BuildKit writes no oci-layout, without which other tools do not read it.
  await completeLayout(directory);
  return {
    // A new tag does not make a new manifest.
    result: known ? (written ?? 'exists') : 'written',
    ...(subjectOf(manifest) && { listedBy: 'layout-entry' }),
  };
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
  if (isSame) return 'exists';
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
