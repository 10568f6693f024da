import { readdirSync, statSync } from 'node:fs';
import { type FileHandle, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../../errors.js';
import { inNextTurn } from '../../../io/async/in-next-turn.js';
import { fileRange } from '../../../io/files/range.js';
import { notRegular, openRegular, readAtMost, readRegular } from '../../../io/files/regular-file.js';
import { stampOf } from '../../../io/files/stamp.js';
import { fileError, unlessMissing, unlessMissingSync } from '../../../io/files/system-error.js';
import { ChunkStream } from '../../../io/streams/chunk-stream.js';
import { type Digest, isDigest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { LayoutFiles, OpenFile } from './files.js';
import { BLOBS_DIRECTORY, INDEX_FILE } from './paths.js';

/** Stands for the stamp of what has just changed: it must be read again. */
let looks = 0;

/** The files of a layout in a directory. Each call asks the file system. */
export class DirectoryFiles implements LayoutFiles {
  constructor(readonly location: string) {}

  describe(name: string): string {
    return join(this.location, name);
  }

  async size(name: string): Promise<number | undefined> {
    const path = this.describe(name);
    const info = await unlessMissing(stat(path), path);
    return info?.isFile() ? info.size : undefined;
  }

  /**
   * Manifests are small and many: they are read at once. The documents of the layout can be large, and are read once: they
   * wait for a thread, so that a caller of many operations gives way to others.
   */
  async read(name: string, most: number): Promise<Buffer | undefined> {
    const path = this.describe(name);
    if (!name.startsWith(BLOBS_DIRECTORY)) return this.#readDocument(name, most);
    const read = await unlessMissing(readRegular(path, most), path);
    if (read === undefined) return this.#missing(name);
    if (read.bytes !== undefined) return read.bytes;
    throw tooLarge(path, most, read.size);
  }

  #readDocument(name: string, most: number): Promise<Buffer | undefined> {
    return this.#with(name, async (handle) => {
      const bytes = await readAtMost(handle, most);
      if (bytes !== undefined) return bytes;
      throw tooLarge(this.describe(name), most, (await handle.stat()).size);
    });
  }

  start(name: string, length: number): Promise<Buffer | undefined> {
    return this.#with(name, async (handle) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    });
  }

  async open(name: string, { signal }: CallOptions = {}): Promise<OpenFile | undefined> {
    const handle = await this.#open(name);
    if (handle === undefined) return undefined;
    const { size } = await handle.stat();
    return {
      size,
      stream: new ChunkStream(fileRange(handle, 0, size, undefined, signal), () => handle.close()),
    };
  }

  async blobs(): Promise<readonly Digest[]> {
    const digests = await Promise.all(
      (await this.#algorithms()).map(async (algorithm) =>
        (await this.list(`${BLOBS_DIRECTORY}/${algorithm}`)).map((encoded) => `${algorithm}:${encoded}`),
      ),
    );
    return digests.flat().filter((digest) => isDigest(digest));
  }

  stamp(of?: typeof INDEX_FILE): Promise<string> {
    return of === undefined ? this.#wholeStamp() : this.#indexStamp();
  }

  /** A tree of 2,000 asks 6,000 times, and 32 subjects at a time. */
  readonly #indexStamp = inNextTurn(async () => this.#stampOf([INDEX_FILE]));

  /** It asks 2,000 times for this one. */
  readonly #wholeStamp = inNextTurn(async () => {
    const path = this.describe(BLOBS_DIRECTORY);
    const algorithms = unlessMissingSync(() => readdirSync(path), path) ?? [];
    return this.#stampOf([INDEX_FILE, ...algorithms.map((name) => `${BLOBS_DIRECTORY}/${name}`)]);
  });

  #stampOf(names: readonly string[]): string {
    const stamps = names.map((name) => {
      const path = this.describe(name);
      const info = unlessMissingSync(() => statSync(path, { throwIfNoEntry: false }), path);
      return info === undefined ? name : `${name} ${stampOf(info) ?? ++looks}`;
    });
    return stamps.join(' ');
  }

  /** The names in a directory; none where it is none. */
  async list(name: string): Promise<readonly string[]> {
    const path = this.describe(name);
    return (await unlessMissing(readdir(path), path)) ?? [];
  }

  async close(): Promise<void> {}

  #algorithms(): Promise<readonly string[]> {
    return this.list(BLOBS_DIRECTORY);
  }

  async #open(name: string): Promise<FileHandle | undefined> {
    const path = this.describe(name);
    return (await unlessMissing(openRegular(path), path)) ?? this.#missing(name);
  }

  /** @throws RemoraError `IO` for a symlink to nowhere in the place of a file that says what the layout is */
  async #missing(name: string): Promise<undefined> {
    // A blob is missing then, and is written again.
    if (name.startsWith(BLOBS_DIRECTORY)) return;
    const path = this.describe(name);
    if ((await unlessMissing(lstat(path), path))?.isSymbolicLink())
      throw notRegular(path, 'a symlink that leads nowhere');
  }

  async #with<T>(name: string, use: (handle: FileHandle) => Promise<T>): Promise<T | undefined> {
    const handle = await this.#open(name);
    try {
      return handle === undefined ? undefined : await use(handle);
    } catch (error) {
      throw fileError(error, this.describe(name));
    } finally {
      await handle?.close();
    }
  }
}

function tooLarge(path: string, most: number, found: number): RemoraError {
  return new RemoraError('MALFORMED', `${path} is larger than ${most} bytes`, { found });
}
