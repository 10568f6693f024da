import { limiter } from '../../io/async/run-all.js';
import { childManifests } from '../../oci/documents/children.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { blobSize } from './blobs/blobs.js';
import type { Written } from './blobs/written.js';
import type { LayoutFiles } from './files/files.js';
import { readableManifest } from './manifests/read.js';

/**
 * The content that must be there when a manifest gets its entry. Of all that the manifest leads to, but its subject, it is
 * the part that is there now, or was written through this store. The rest was absent before: children of a sparse index,
 * and layers that live elsewhere.
 *
 * It is asked before the lock of `index.json`; {@link lostOf} looks again under it, since others remove what nothing names.
 *
 * @param complete all blobs of the manifest itself must be there
 */
export async function needsOf(
  files: LayoutFiles,
  manifest: Manifest,
  written: Written,
  complete: boolean,
): Promise<readonly Descriptor[]> {
  const limit = limiter(16);
  const own = new Set(complete ? neededBlobs(manifest).map(({ digest }) => digest) : []);
  const seen = new Set<Digest>([manifest.descriptor.digest]);
  const needs: Descriptor[] = [];
  const fresh = (all: readonly Descriptor[]) => all.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
  const isThere = (blob: Descriptor) => limit(() => isPresent(files, blob));
  for (let level: readonly Manifest[] = [manifest]; level.length > 0; ) {
    const blobs = fresh(level.flatMap(neededBlobs));
    const found = await Promise.all(
      blobs.map(async (blob) => own.has(blob.digest) || written.has(blob) || (await isThere(blob))),
    );
    needs.push(...blobs.filter((_, index) => found[index]));
    const children = fresh(level.flatMap(childManifests));
    const read = await Promise.all(children.map((child) => limit(() => readableManifest(files, child))));
    needs.push(...children.filter((child, index) => read[index] !== undefined || written.has(child)));
    level = read.filter((child) => child !== undefined);
  }
  return needs;
}

/** Those of a manifest's needs that are not there. */
export async function lostOf(files: LayoutFiles, needs: readonly Descriptor[]): Promise<readonly Descriptor[]> {
  const limit = limiter(16);
  const there = await Promise.all(needs.map((need) => limit(() => isPresent(files, need))));
  return needs.filter((_, index) => !there[index]);
}

async function isPresent(files: LayoutFiles, { digest, size }: Descriptor): Promise<boolean> {
  return (await blobSize(files, digest)) === size;
}
