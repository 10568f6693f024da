import type { Stats } from 'node:fs';
import { readlink } from 'node:fs/promises';
import type { Digest } from '../../oci/values/digest.js';
import { orUndefined } from '../async/or-undefined.js';
import { describeStream } from '../files/describe-content.js';
import { localFile } from '../files/local-file.js';

/** True for two files of the same content and execute bit, and for two symlinks to the same. An unreadable file differs. */
export async function isSameContent(one: string, ours: Stats, other: string, theirs: Stats): Promise<boolean> {
  if (ours.isSymbolicLink() && theirs.isSymbolicLink()) return (await readlink(one)) === (await readlink(other));
  const areFiles = ours.isFile() && theirs.isFile() && ours.size === theirs.size;
  if (!areFiles || (ours.mode & 0o100) !== (theirs.mode & 0o100)) return false;
  const digest = await orUndefined(digestOf(other), 'NOT_FOUND', 'IO', 'CHANGED');
  return digest !== undefined && digest === (await digestOf(one));
}

async function digestOf(path: string): Promise<Digest | undefined> {
  const file = await localFile(path);
  return file.kind === 'file'
    ? (await describeStream(await file.open(), 'application/octet-stream')).digest
    : undefined;
}
