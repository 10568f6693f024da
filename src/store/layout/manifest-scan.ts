import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { fileError, systemCode } from '../../io/system-error.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, isDigest } from '../../oci/digest.js';
import { layersOf, MAX_READ_BYTES, type Manifest } from '../../oci/manifest.js';
import { blobStart } from './blob-start.js';
import { blobSize } from './blobs.js';
import { readManifest } from './manifests.js';

/** What a manifest needs: its config and layers, or its children. Its subject need not be there. */
export function namedBy(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'index') return manifest.content.manifests;
  return manifest.kind === 'image' ? [manifest.content.config, ...layersOf(manifest)] : layersOf(manifest);
}

/** Manifests among the blobs that are not known: those that no entry of `index.json` leads to. */
export async function unnamedManifests(directory: string, known: ReadonlySet<Digest>): Promise<readonly Manifest[]> {
  const limit = pLimit(16);
  const digests = (await allBlobs(directory)).filter((digest) => !known.has(digest));
  const found = await Promise.all(digests.map((digest) => limit(() => asManifest(directory, digest))));
  return found.filter((manifest) => manifest !== undefined);
}

async function asManifest(directory: string, digest: Digest): Promise<Manifest | undefined> {
  const size = (await blobSize(directory, digest)) ?? 0;
  if (size === 0 || size > MAX_READ_BYTES || !(await blobStart(directory, digest)).startsWith('{')) return undefined;
  // Documents of all kinds are blobs: what is no manifest is nothing to report.
  return readManifest(directory, { digest }).catch(() => undefined);
}

async function allBlobs(directory: string): Promise<readonly Digest[]> {
  const blobs = join(directory, 'blobs');
  const digests = await Promise.all(
    (await names(blobs)).map(async (algorithm) =>
      (await names(join(blobs, algorithm))).map((encoded) => `${algorithm}:${encoded}`),
    ),
  );
  return digests.flat().filter((digest) => isDigest(digest));
}

async function names(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw fileError(error, directory);
  }
}
