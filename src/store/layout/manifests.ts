import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/interrupt.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { layoutEntry } from '../../oci/layout-entry.js';
import { MAX_READ_BYTES, type Manifest, parseManifest, subjectOf } from '../../oci/manifest.js';
import type { CallOptions, ListedManifest, PutManifestOptions, PutManifestResult } from '../store.js';
import { writeBlob } from './blobs.js';
import type { LayoutFiles } from './files.js';
import { changeEntries } from './index-file.js';
import { withLists } from './lists.js';
import { blobName } from './paths.js';
import { setTag, withName } from './tags.js';

/**
 * Reads and verifies a manifest's file.
 *
 * @throws RemoraError `NOT_FOUND`, `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `MALFORMED`
 */
export async function readManifest(
  files: LayoutFiles,
  wanted: { readonly digest: Digest; readonly mediaType?: string; readonly size?: number },
  options: CallOptions = {},
): Promise<Manifest> {
  throwIfInterrupted(options.signal);
  const name = blobName(wanted.digest);
  const size = await files.size(name);
  if (size !== undefined && size > MAX_READ_BYTES) {
    throw new RemoraError('MALFORMED', `${wanted.digest} has ${size} bytes: it is no manifest`, { found: size });
  }
  const path = files.describe(name);
  const bytes = await files.read(name, MAX_READ_BYTES);
  if (bytes === undefined)
    throw new RemoraError('NOT_FOUND', `manifest ${wanted.digest} is missing: ${path} does not exist`);
  return parseManifest(bytes, wanted);
}

/** Writes a manifest's file, then its entry in `index.json`: an entry never names what is not there. */
export async function putManifest(
  directory: string,
  manifest: Manifest,
  options: PutManifestOptions = {},
): Promise<PutManifestResult> {
  const { signal } = options;
  const write = () =>
    writeBlob(directory, manifest.descriptor, async () => Readable.from([manifest.bytes]), { signal });
  const written = await write();
  const tags = options.tags ?? [];
  if (options.child && tags.length === 0) return { result: written };
  let known = false;
  await changeEntries(
    directory,
    async (entries) => {
      known = entries.some(({ digest }) => digest === manifest.descriptor.digest);
      // Whoever deleted it since then did so under this lock.
      await write();
      const changed = withManifest(entries, manifest, tags) ?? entries;
      const listed = options.layoutLists === 'none' ? changed : await withLists(directory, changed, manifest);
      return listed === entries ? undefined : listed;
    },
    { signal },
  );
  return {
    // A new tag for what is there is no new manifest.
    result: known ? written : 'written',
    ...(subjectOf(manifest) === undefined ? {} : { listedBy: 'layout-entry' }),
  };
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
