import type { Digest } from '../../../oci/values/digest.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';

/** The first characters of a blob, which tell JSON from a layer without reading it; empty where there is none. */
export async function blobStart(files: LayoutFiles, digest: Digest): Promise<string> {
  return ((await files.start(blobName(digest), 64)) ?? Buffer.alloc(0)).toString('latin1').trimStart();
}
