import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { indexBytes } from '../../oci/documents/edit-index.js';
import { type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import { formatPlace } from '../../oci/names/place.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { DeleteManifestOptions } from '../interfaces/abilities.js';
import type { CallOptions } from '../interfaces/store.js';
import { writeBlob } from './blobs/write.js';
import { changeEntries } from './entries/index-file.js';
import { entriesWithTag, severalNames, wholeNameOf } from './entries/names.js';
import { withoutNames } from './entries/tags.js';
import { DirectoryFiles } from './files/directory-files.js';
import type { LayoutFiles } from './files/files.js';
import { blobPath } from './files/paths.js';
import { readableManifest, readManifest } from './manifests/read.js';
import { listKind } from './referrers/list.js';

/**
 * Removes a manifest: its entries with their tags, its entries in lists of referrers, then its file. In that order an
 * interruption leaves a file that nothing names, never a name without its file.
 */
export async function deleteManifest(
  directory: string,
  digest: Digest,
  { signal, onDamaged }: DeleteManifestOptions = {},
): Promise<boolean> {
  let found: Awaited<ReturnType<typeof contentOf>> = 'other';
  let listed = false;
  let gone = false;
  await changeEntries(
    directory,
    async (entries) => {
      // Under the lock, since another process may write or remove it until then.
      found = await contentOf(new DirectoryFiles(directory), digest);
      const kept = entries.filter((entry) => entry.digest !== digest);
      const changed = await Promise.all(kept.map((entry) => withoutMember(directory, entry, digest)));
      listed = kept.length < entries.length || changed.some((entry, index) => entry !== kept[index]);
      // Under the lock, so that nobody adds an entry for a file that is about to go.
      return listed ? changed : undefined;
    },
    {
      signal,
      afterwards: async (lock) => {
        gone = (listed || found !== 'other') && (await lock.removeFile(blobPath(directory, digest)));
        if (found === 'damaged') onDamaged?.();
      },
    },
  );
  return listed || gone;
}

/** Damaged content can have been a manifest: it is removed by its digest, as nothing can read it. */
async function contentOf(files: LayoutFiles, digest: Digest): Promise<'manifest' | 'damaged' | 'other'> {
  try {
    await readManifest(files, { digest });
    return 'manifest';
  } catch (error) {
    if (isRemoraError(error) && ['DIGEST_MISMATCH', 'IO'].includes(error.code)) return 'damaged';
    if (isRemoraError(error) && ['NOT_FOUND', 'MALFORMED', 'UNSUPPORTED'].includes(error.code)) return 'other';
    throw error;
  }
}

/**
 * Removes a tag, or a full name. Its manifest stays, without a name.
 *
 * @throws RemoraError `AMBIGUOUS` for a tag in the full names of several manifests
 */
export async function deleteTag(directory: string, tag: string, { signal }: CallOptions = {}): Promise<boolean> {
  return changeEntries(
    directory,
    (entries) => {
      const found = entriesWithTag(entries, tag);
      if (found.length === 0) return undefined;
      const [digests, names] = [new Set(found.map(({ digest }) => digest)), new Set(found.map(wholeNameOf))];
      if (digests.size === 1 || names.size === 1) return withoutNames(entries, new Set(found));
      const place = formatPlace({ kind: 'layout', path: directory });
      throw severalNames(`${place} has several entries for ${JSON.stringify(tag)}`, found);
    },
    { signal },
  );
}

/** @throws RemoraError `UNSUPPORTED` for a manifest with an entry, or in a list of referrers: that is removed as one */
export async function deleteBlob(directory: string, digest: Digest): Promise<boolean> {
  const files = new DirectoryFiles(directory);
  let gone = false;
  await changeEntries(
    directory,
    async (entries) => {
      const lists = await Promise.all(entries.map((entry) => listWith(files, entry, digest)));
      if (entries.some((entry, index) => entry.digest === digest || lists[index] !== undefined)) {
        throw new RemoraError('UNSUPPORTED', `${digest} is a manifest, not a blob`, {
          hint: 'Delete it as a manifest',
        });
      }
      return undefined;
    },
    {
      // Under the lock, so that nobody adds an entry for a file that is about to go.
      afterwards: async (lock) => {
        gone = await lock.removeFile(blobPath(directory, digest));
      },
    },
  );
  return gone;
}

/** The entry of a list of referrers, pointing at the list without `digest`; every other entry as it is. */
async function withoutMember(directory: string, entry: Descriptor, digest: Digest): Promise<Descriptor> {
  const list = await listWith(new DirectoryFiles(directory), entry, digest);
  if (list === undefined) return entry;
  const members = list.content.manifests.filter((member) => member.digest !== digest);
  const shorter = parseManifest(indexBytes(list, members));
  await writeBlob(directory, shorter.descriptor, async () => Readable.from([shorter.bytes]));
  return { ...entry, digest: shorter.descriptor.digest, size: shorter.descriptor.size };
}

type Index = Manifest & { readonly kind: 'index' };

/** The list of referrers that an entry points at, when `digest` is in it. */
export async function listWith(files: LayoutFiles, entry: Descriptor, digest: Digest): Promise<Index | undefined> {
  if (listKind(entry) === undefined) return undefined;
  const list = await readableManifest(files, entry);
  if (list?.kind !== 'index') return undefined;
  return list.content.manifests.some((member) => member.digest === digest) ? list : undefined;
}
