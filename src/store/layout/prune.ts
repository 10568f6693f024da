import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { limiter } from '../../io/async/run-all.js';
import type { HeldLock } from '../../io/files/lock.js';
import { isManifestEntry } from '../../oci/documents/children.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { PruneResult } from '../interfaces/abilities.js';
import type { CallOptions } from '../interfaces/store.js';
import { blobSize } from './blobs/blobs.js';
import { changeEntries, readEntries } from './entries/index-file.js';
import { DirectoryFiles } from './files/directory-files.js';
import type { LayoutFiles } from './files/files.js';
import { blobPath } from './files/paths.js';
import { readableManifest, readManifest } from './manifests/read.js';
import { namedBy, unnamedManifests } from './manifests/scan.js';
import { listWith } from './removal.js';

/** A manifest, all that it leads to but its subject, and the lists of referrers that name it. */
export async function blobsOf(directory: string, manifest: Digest): Promise<readonly Digest[]> {
  const files = new DirectoryFiles(directory);
  const entries = await readEntries(files);
  const lists = await Promise.all(entries.map((entry) => listWith(files, entry, manifest)));
  const known = await readableManifest(files, { digest: manifest });
  const found = new Set<Digest>([manifest, ...lists.flatMap((list) => list?.descriptor.digest ?? [])]);
  // A manifest that cannot be read leads nowhere: its blobs stay.
  if (known !== undefined) await follow(files, namedBy(known), found, false);
  return [...found];
}

/**
 * Removes those of `candidates` that nothing leads to. Others are never looked at, so that uploads on their way and what
 * other tools keep without a name stay. A manifest that nobody lists keeps its blobs, too: somebody may be about to list
 * it, and `cosign save` lists none.
 */
export async function pruneBlobs(
  directory: string,
  candidates: ReadonlySet<Digest>,
  { signal }: CallOptions = {},
): Promise<PruneResult> {
  const files = new DirectoryFiles(directory);
  let result: PruneResult = { blobs: 0, bytes: 0 };
  await changeEntries(
    directory,
    async (entries, lock) => {
      const reached = new Set<Digest>();
      await follow(files, entries, reached, true);
      for (const manifest of await unnamedManifests(files, new Set([...reached, ...candidates]))) {
        await follow(files, namedBy(manifest), reached, true);
      }
      throwIfInterrupted(signal);
      for (const digest of candidates)
        if (!reached.has(digest)) result = plus(result, await removeBlob(lock, directory, digest));
      // Under the lock, and without a change of the index.
      return undefined;
    },
    { signal },
  );
  return result;
}

/** Adds all that descriptors lead to. A manifest that is not there leads nowhere. */
async function follow(
  files: LayoutFiles,
  from: readonly Descriptor[],
  reached: Set<Digest>,
  strict: boolean,
): Promise<void> {
  const limit = limiter(16);
  let level = from;
  while (level.length > 0) {
    const fresh = level.filter(({ digest }) => !reached.has(digest) && reached.add(digest));
    const manifests = fresh.filter(isManifestEntry);
    const next = await Promise.all(
      manifests.map(({ digest }) =>
        limit(async () => {
          const manifest = strict
            ? await orUndefined(readManifest(files, { digest }), 'NOT_FOUND')
            : await readableManifest(files, { digest });
          return manifest === undefined ? [] : namedBy(manifest);
        }),
      ),
    );
    level = next.flat();
  }
}

async function removeBlob(lock: HeldLock, directory: string, digest: Digest): Promise<PruneResult> {
  const bytes = await blobSize(new DirectoryFiles(directory), digest);
  const gone = bytes !== undefined && lock.removeFile(blobPath(directory, digest));
  return gone ? { blobs: 1, bytes } : { blobs: 0, bytes: 0 };
}

function plus(one: PruneResult, other: PruneResult): PruneResult {
  return { blobs: one.blobs + other.blobs, bytes: one.bytes + other.bytes };
}
