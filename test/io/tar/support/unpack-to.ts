import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { UnpackLimit } from '../../../../src/io/compression/unpack-limit.js';
import { type UnpackDirectoryOptions, unpackDirectory } from '../../../../src/io/tar/unpack.js';

/** Options of {@link unpackTo}. */
export type UnpackToOptions = Omit<UnpackDirectoryOptions, 'limit'> & { readonly limit?: UnpackLimit };

/** Unpacks an archive and moves it to its place; gives what was replaced. */
export async function unpackTo(gzip: Readable, target: string, options: UnpackToOptions): Promise<readonly string[]> {
  const unpacked = await unpackDirectory(gzip, target, { limit: new UnpackLimit(0), ...options });
  try {
    await mkdir(dirname(target), { recursive: true });
    return await unpacked.commit();
  } finally {
    await unpacked.discard();
  }
}
