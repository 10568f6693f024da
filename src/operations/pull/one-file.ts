import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname } from 'node:path';
import { RemoraError } from '../../errors.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { prepareOutput } from '../../io/files/output-file.js';
import { fileError, ifSystemError } from '../../io/files/system-error.js';
import { withTempFile, writeStream } from '../../io/files/temp-file.js';
import type { Source } from '../../store/interfaces/store.js';
import { documentExtension } from './extension.js';
import type { WantedFile } from './index-files.js';
import type { NamedLayer } from './layer-names.js';
import type { LeftOut } from './left-out.js';
import { withProgress } from './progress.js';
import { isSameFile } from './same-content.js';
import type { WrittenFile } from './schema.js';
import type { WriteFilesOptions } from './stage-file.js';
import { removeEmpty } from './write-files.js';

/**
 * True where `output` is the name of the only file, not of a directory: a pipe or device that is there, or a name that
 * ends as the file's own does, or as its type does.
 *
 * @param selected how many files were selected, with those that are left out
 * @throws RemoraError `EXISTS` for a pipe or device and anything but one file
 */
export async function isFileName(output: string, layers: readonly NamedLayer[], selected: number): Promise<boolean> {
  const info = await ifSystemError(stat(output), 'ENOENT', 'ENOTDIR').catch((error: unknown) => {
    throw fileError(error, output);
  });
  const [only] = layers;
  const isOne = selected === 1 && only !== undefined && only.directory === undefined;
  if (info !== undefined && !info.isFile() && !info.isDirectory()) {
    if (isOne) return true;
    throw new RemoraError('EXISTS', `${output} takes one file, and ${selected} would go there`, {
      hint: 'Give -o a directory, or select one file',
    });
  }
  if (!isOne || info?.isDirectory() || output.endsWith('/')) return false;
  const end = extname(output).toLowerCase();
  const ends = [only.name, `x${documentExtension(only.descriptor.mediaType)}`].map((name) =>
    extname(name).toLowerCase(),
  );
  return end !== '' && ends.includes(end);
}

/** Fetches the only file into one of this name; returns what {@link writeFiles} returns. */
export async function writeOneFile(
  source: Source,
  [{ attachment }, layer]: readonly [WantedFile, NamedLayer],
  options: WriteFilesOptions & { readonly output: string },
  leftOut: LeftOut,
): Promise<ReadonlyMap<string, WrittenFile>> {
  try {
    return new Map([[layer.name, await writeTo(options.output, source, layer, options)]]);
  } catch (error) {
    leftOut.failed(`file ${layer.name}`, error, [attachment]);
    return new Map();
  }
}

async function writeTo(
  path: string,
  source: Source,
  layer: NamedLayer,
  options: WriteFilesOptions,
): Promise<WrittenFile> {
  const { descriptor, name } = layer;
  const { mediaType, digest, size } = descriptor;
  const info = await ifSystemError(stat(path), 'ENOENT').catch((error: unknown) => {
    throw fileError(error, path);
  });
  const done = (result: WrittenFile['result']): WrittenFile => ({
    ...{ path, mediaType, digest, size, result },
    ...(result === 'written' && info?.isFile() && { replaced: [path] }),
  });
  if (await isSameFile(path, descriptor, options)) return done('unchanged');
  if (info?.isFile() && options.noClobber) {
    throw new RemoraError('EXISTS', `${path} exists with other content`, {
      hint: 'Leave out --no-clobber to replace it, or choose another name with -o',
    });
  }
  const parent = dirname(path);
  const created = await makeDirectory(parent);
  try {
    const write = await prepareOutput(path, options);
    // A pipe or device gets no byte that is not verified; a file gets its name afterwards anyway.
    await withTempFile(info === undefined || info.isFile() ? parent : tmpdir(), 0o600, async (file) => {
      const content = layer.open?.() ?? (await source.openBlob(descriptor, options));
      await writeStream(file, withProgress(content, name, size, { ...options, from: source }), options.signal);
      await write(createReadStream(file.path));
    });
  } finally {
    if (created !== undefined) await removeEmpty(parent, created);
  }
  return done('written');
}
