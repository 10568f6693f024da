import { open } from 'node:fs/promises';
import { fileError, systemCode } from '../../io/system-error.js';
import type { Digest } from '../../oci/digest.js';
import { blobPath } from './paths.js';

/** The first characters of a blob, which tell JSON from a layer without reading it; empty where there is none. */
export async function blobStart(directory: string, digest: Digest): Promise<string> {
  const path = blobPath(directory, digest);
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.toString('latin1', 0, bytesRead).trimStart();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw fileError(error, path);
  }
}
