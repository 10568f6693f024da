import { orUndefined } from '../../io/async/or-undefined.js';
import { describeStream } from '../../io/files/describe-content.js';
import { localFile } from '../../io/files/local-file.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import type { LayerDirectory } from './layer-names.js';

/** True for a file with the descriptor's digest. */
export async function isSameFile(path: string, descriptor: Descriptor, { signal }: CallOptions): Promise<boolean> {
  const { mediaType, digest, size } = descriptor;
  const file = await orUndefined(localFile(path), 'NOT_FOUND', 'IO');
  if (file?.kind !== 'file' || file.size !== size) return false;
  return (await describeStream(await file.open(), mediaType, { like: digest, signal })).digest === digest;
}

/** True when packing the directory again gives the same tar. */
export async function isSameDirectory(
  path: string,
  { prefix, tarDigest }: LayerDirectory,
  { signal }: CallOptions,
): Promise<boolean> {
  const existing = await orUndefined(localFile(path), 'NOT_FOUND', 'IO');
  if (!tarDigest?.startsWith('sha256:') || existing?.kind !== 'directory') return false;
  const { tarDirectory } = await import('../../io/tar/from-directory.js');
  // A directory that cannot be packed (a socket, a link that leads out) was not unpacked from a layer.
  const packed = await orUndefined(
    describeStream(tarDirectory(path, { prefix, signal }), 'application/x-tar', { signal }),
    'NOT_FOUND',
    'IO',
    'INVALID_ARGUMENT',
    'CHANGED',
    'MALFORMED',
    'SIZE_MISMATCH',
  );
  return packed?.digest === tarDigest;
}
