import { createReadStream } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RemoraError } from '../../errors.js';
import type { UnpackLimit } from '../../io/compression/unpack-limit.js';
import { makeDirectory, nearestDirectory } from '../../io/files/make-directory.js';
import { inTheWay, lstatIfExists, resolveInside } from '../../io/files/safe-path.js';
import { createTempFile, sweepTempFiles, writeStream } from '../../io/files/temp-file.js';
import type { UnpackedDirectory } from '../../io/tar/unpack.js';
import type { Source } from '../../store/interfaces/store.js';
import type { NamedLayer } from './layer-names.js';
import { type ProgressOptions, withProgress } from './progress.js';
import { isSameDirectory, isSameFile } from './same-content.js';
import type { WrittenFile } from './schema.js';

/** Options of writing files. */
export interface WriteFilesOptions extends ProgressOptions {
  /**
   * Directory for the files; created when it does not exist. The name of the file itself, where there is one file, `name`
   * is not given, and this is a pipe, a device, or ends as the file's own name does.
   *
   * @default the current directory, which takes no names that begin with a dot
   */
  readonly output?: string | undefined;
  /** Throw `EXISTS` before any file is written when a file has other content. @default false: it is replaced */
  readonly noClobber?: boolean | undefined;
  /** Number of files that are fetched at a time. @default 5 */
  readonly concurrency?: number | undefined;
}

/** Options of {@link stageFile}. */
export interface StageFileOptions extends WriteFilesOptions {
  /** How much all layers together unpack to at most. */
  readonly limit: UnpackLimit;
  /** False refuses names that begin with a dot. */
  readonly mayHide: boolean;
}

/** A file or directory whose content is verified and unpacked, and waits for its name. */
export interface StagedFile {
  readonly name: string;
  readonly isDirectory: boolean;
  /** The temporary directory with what was unpacked. */
  readonly unpacked?: string | undefined;
  /** True for a file out of an archive, which could have been a directory. */
  readonly isUnpackedFile?: boolean;
  commit(): Promise<WrittenFile>;
  discard(): Promise<void>;
}

/** Fetches a layer into a temporary file or directory beside its target, unless the target already has the content. */
export async function stageFile(
  store: Source,
  layer: NamedLayer,
  output: string,
  options: StageFileOptions,
): Promise<StagedFile> {
  const { descriptor, name } = layer;
  const path = name === '.' ? resolve(output) : await resolveInside(output, name);
  const { mediaType, digest, size } = descriptor;
  const done = (result: WrittenFile['result'], replaced: readonly string[] = []): WrittenFile => ({
    ...{ path, mediaType, digest, size, result },
    ...(replaced.length > 0 && { replaced }),
  });
  const staged = (move: () => Promise<readonly string[]>, discard: () => Promise<void>): StagedFile => ({
    name,
    isDirectory: layer.directory !== undefined,
    async commit() {
      await makeParents(path, output, name);
      const replaced = await move();
      await sweepTempFiles(dirname(path));
      return done('written', replaced);
    },
    discard,
  });
  const existing = await lstatIfExists(path);
  const isOpen = layer.directory?.mayBeFile === true;
  const isUnchanged =
    existing !== undefined &&
    !isOpen &&
    (layer.directory
      ? await isSameDirectory(path, layer.directory, options)
      : await isSameFile(path, descriptor, options));
  const unchanged = { name, isDirectory: false, commit: async () => done('unchanged'), discard: async () => {} };
  if (isUnchanged) return unchanged;
  if (existing !== undefined && options.noClobber && !isOpen) throw otherContent(path);
  if (existing?.isDirectory() && !layer.directory) throw inTheWay(path, 'is a directory, wanted a file');

  const file = await createTempFile(await nearestDirectory(name === '.' ? join(path, 'x') : path));
  const { directory } = layer;
  try {
    const content = layer.open?.() ?? (await store.openBlob(descriptor, options));
    await writeStream(file, withProgress(content, name, descriptor.size, { ...options, from: store }), options.signal);
    if (directory === undefined) {
      const replaced = existing === undefined ? [] : [path];
      return staged(async () => {
        await file.commit(path);
        return replaced;
      }, file.discard);
    }
    const { unpackDirectory } = await import('../../io/tar/unpack.js');
    const unpacked = await unpackDirectory(createReadStream(file.path), path, { ...options, ...directory });
    await file.discard();
    if (isOpen && existing !== undefined && (await isThere(unpacked, options))) {
      await unpacked.discard();
      return unchanged;
    }
    const { isFile, path: from, commit, discard } = unpacked;
    return {
      ...staged(commit, discard),
      isDirectory: !isFile,
      ...(isFile ? { isUnpackedFile: true } : { unpacked: from }),
    };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Whether all that was unpacked is there already; where it fails, what was unpacked is removed. */
async function isThere(unpacked: UnpackedDirectory, { noClobber }: WriteFilesOptions): Promise<boolean> {
  try {
    const { isSame, replaced } = await unpacked.difference();
    const [other] = replaced;
    if (noClobber && other !== undefined) throw otherContent(other);
    return isSame;
  } catch (error) {
    await unpacked.discard();
    throw error;
  }
}

function otherContent(path: string): RemoraError {
  return new RemoraError('EXISTS', `${path} exists with other content`, {
    hint: 'Leave out --no-clobber to replace it, or choose another directory with -o',
  });
}

/** Checks the parents again: another file of the artifact or another program may have put a link there. */
async function makeParents(path: string, output: string, name: string): Promise<void> {
  if (name !== '.') await resolveInside(output, name);
  await makeDirectory(dirname(path));
}
