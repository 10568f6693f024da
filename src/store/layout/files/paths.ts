import { join } from 'node:path';
import { algorithmOf, type Digest, encodedOf } from '../../../oci/values/digest.js';

/** The name of a blob in a layout. Both parts fit the digest grammar, which has no separators: it stays inside. */
export function blobName(digest: Digest): string {
  return `${BLOBS_DIRECTORY}/${algorithmOf(digest)}/${encodedOf(digest)}`;
}

/** The file of a blob. */
export function blobPath(directory: string, digest: Digest): string {
  return join(directory, blobName(digest));
}

export const BLOBS_DIRECTORY = 'blobs';
export const INDEX_FILE = 'index.json';
export const LAYOUT_FILE = 'oci-layout';
export const LOCK_FILE = 'index.json.lock';

/** Upload sessions of `serve`. */
export const UPLOADS_DIRECTORY = '.remora-uploads';
