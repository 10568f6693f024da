import { limiter } from '../../../io/async/run-all.js';
import { configOf, layersOf, MAX_READ_BYTES, type Manifest } from '../../../oci/documents/manifest.js';
import { startsObject } from '../../../oci/text/json.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { blobSize } from '../blobs/blobs.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';
import { readableManifest } from './read.js';

/** The descriptors that a manifest needs: its config and layers, or its children. Its subject need not be there. */
export function namedBy(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'index') return manifest.content.manifests;
  return [configOf(manifest) ?? [], layersOf(manifest)].flat();
}

/** Manifests among the blobs that are not known: those that no entry of `index.json` leads to. */
export async function unnamedManifests(files: LayoutFiles, known: ReadonlySet<Digest>): Promise<readonly Manifest[]> {
  const limit = limiter(16);
  const digests = (await files.blobs()).filter((digest) => !known.has(digest));
  const found = await Promise.all(digests.map((digest) => limit(() => asManifest(files, digest))));
  return found.filter((manifest) => manifest !== undefined);
}

async function asManifest(files: LayoutFiles, digest: Digest): Promise<Manifest | undefined> {
  const size = (await blobSize(files, digest)) ?? 0;
  if (size === 0 || size > MAX_READ_BYTES) return undefined;
  if (!startsObject((await files.start(blobName(digest), 64)) ?? Buffer.alloc(0))) return undefined;
  // Documents of all kinds are blobs: those that are not manifests are not reported.
  return readableManifest(files, { digest });
}
