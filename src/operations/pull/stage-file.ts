import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { interrupted } from '../../io/async/interrupt.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { localFile } from '../../io/files/local-file.js';
import { makeDirectory, nearestDirectory } from '../../io/files/make-directory.js';
import { inTheWay, lstatIfExists, resolveInside } from '../../io/files/safe-path.js';
import { createTempFile, sweepTempFiles, writeStream } from '../../io/files/temp-file.js';
import { counted } from '../../io/streams/counted.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, hasherFor } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { Transfer } from '../pack/plan.js';
import type { NamedLayer } from './layer-names.js';
import type { WrittenFile } from './schema.js';

/** Options of writing files. */
export interface WriteFilesOptions extends CallOptions {
  /** Directory for the files; created when it does not exist. @default the current directory */
  readonly output?: string | undefined;
  /** Throw `EXISTS` before any file is written when a file has other content. @default false: it is replaced */
  readonly noClobber?: boolean | undefined;
  /** Number of files that are fetched at a time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called repeatedly while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/** A file whose content is verified and waits for its name. */
export interface StagedFile {
  readonly name: string;
  readonly isDirectory: boolean;
  commit(): Promise<WrittenFile>;
  discard(): Promise<void>;
}

/** Fetches a layer into a temporary file beside its target, unless the target already has the content. */
export async function stageFile(
  store: Source,
  layer: NamedLayer,
  output: string,
  options: WriteFilesOptions,
): Promise<StagedFile> {
  const { descriptor, name } = layer;
  const path = await resolveInside(output, name);
  const done = (result: WrittenFile['result']): WrittenFile => ({
    path,
    mediaType: descriptor.mediaType,
    digest: descriptor.digest,
    size: descriptor.size,
    result,
  });
  const existing = await lstatIfExists(path);
  const right =
    existing !== undefined &&
    (layer.directory ? await isSameDirectory(path, layer, options) : await isSameFile(path, descriptor, options));
  if (right) return { name, isDirectory: false, commit: async () => done('unchanged'), discard: async () => {} };
  if (existing !== undefined && options.noClobber) {
    throw new RemoraError('EXISTS', `${path} exists with other content`, {
      hint: 'Leave out --no-clobber to replace it, or choose another directory with -o',
    });
  }
  if (existing?.isDirectory() && !layer.directory) throw inTheWay(path, 'is a directory, wanted a file');

  const file = await createTempFile(await nearestDirectory(path));
  try {
    const content = layer.open?.() ?? (await store.openBlob(descriptor, options));
    await writeStream(file, reported(content, name, descriptor, options), options.signal);
  } catch (error) {
    await file.discard();
    throw error;
  }
  return {
    name,
    isDirectory: layer.directory !== undefined,
    async commit() {
      await makeParents(path, output, name);
      if (layer.directory === undefined) await file.commit(path);
      else {
        const { unpackDirectory } = await import('../../io/tar/unpack.js');
        await unpackDirectory(createReadStream(file.path), path, {
          prefix: layer.directory.prefix,
          tarDigest: layer.directory.tarDigest,
          signal: options.signal,
        });
      }
      await sweepTempFiles(dirname(path));
      return done('written');
    },
    discard: () => file.discard(),
  };
}

function reported(content: Readable, name: string, { size }: Descriptor, { onProgress }: WriteFilesOptions): Readable {
  return onProgress === undefined
    ? content
    : counted(content, (bytes) => onProgress({ name, bytes, total: size, phase: 'move' }));
}

async function isSameFile(path: string, descriptor: Descriptor, { signal }: WriteFilesOptions): Promise<boolean> {
  const file = await orUndefined(localFile(path), 'NOT_FOUND', 'IO');
  if (file?.kind !== 'file' || file.size !== descriptor.size) return false;
  const hash = hasherFor(descriptor.digest);
  await file.open().then((content) => feed(content, hash, signal));
  return `${algorithmOf(descriptor.digest)}:${hash.digest('hex')}` === descriptor.digest;
}

/** True when packing the directory again gives the same tar. */
async function isSameDirectory(path: string, layer: NamedLayer, { signal }: WriteFilesOptions): Promise<boolean> {
  const wanted = layer.directory?.tarDigest;
  if (layer.directory === undefined) return false;
  const existing = await orUndefined(localFile(path), 'NOT_FOUND', 'IO');
  if (!wanted?.startsWith('sha256:') || existing?.kind !== 'directory') return false;
  const { tarDirectory } = await import('../../io/tar/from-directory.js');
  const hash = createHash('sha256');
  const packed = feed(tarDirectory(path, { prefix: layer.directory.prefix, signal }), hash, signal).then(() => true);
  // A directory that cannot be packed (a socket, a link that leads out) was not unpacked from a layer.
  const isPacked = await orUndefined(
    packed,
    'NOT_FOUND',
    'IO',
    'INVALID_ARGUMENT',
    'CHANGED',
    'MALFORMED',
    'SIZE_MISMATCH',
  );
  return isPacked === true && `sha256:${hash.digest('hex')}` === wanted;
}

async function feed(
  content: Readable,
  hash: ReturnType<typeof hasherFor>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of content) {
    if (signal?.aborted) throw interrupted(signal);
    hash.update(chunk);
  }
}

/** Checks the parents again: another file of the artifact or another program may have put a link there. */
async function makeParents(path: string, output: string, name: string): Promise<void> {
  await resolveInside(output, name);
  await makeDirectory(dirname(path));
}
