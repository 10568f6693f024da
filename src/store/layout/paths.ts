import { join } from 'node:path';
import { algorithmOf, type Digest, encodedOf } from '../../oci/digest.js';

/** The file of a blob. Both parts fit the digest grammar, which has no separators: the path stays inside. */
export function blobPath(directory: string, digest: Digest): string {
  return join(directory, 'blobs', algorithmOf(digest), encodedOf(digest));
}

export const INDEX_FILE = 'index.json';
export const LAYOUT_FILE = 'oci-layout';
export const LOCK_FILE = 'index.json.lock';

/** Upload sessions of `serve`. */
export const UPLOADS_DIRECTORY = '.remora-uploads';
