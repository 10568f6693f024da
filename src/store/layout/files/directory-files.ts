import { type FileHandle, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../../errors.js';
import { fileRange } from '../../../io/files/range.js';
import { notRegular, openRegular, readAtMost } from '../../../io/files/regular-file.js';
import { fileError, unlessMissing } from '../../../io/files/system-error.js';
import { ChunkStream } from '../../../io/streams/chunk-stream.js';
import { type Digest, isDigest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { LayoutFiles, OpenFile } from './files.js';
import { BLOBS_DIRECTORY, INDEX_FILE } from './paths.js';

/** Longer than any tick of the clocks that files are dated by. */
const TICK_MS = 100;
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

  read(name: string, most: number): Promise<Buffer | undefined> {
    return this.#with(name, async (handle) => {
      const bytes = await readAtMost(handle, most);
      if (bytes !== undefined) return bytes;
      const { size } = await handle.stat();
      throw new RemoraError('MALFORMED', `${this.describe(name)} is larger than ${most} bytes`, { found: size });
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

  async stamp(): Promise<string> {
    const names = [INDEX_FILE, ...(await this.#algorithms()).map((name) => `${BLOBS_DIRECTORY}/${name}`)];
    const stamps = await Promise.all(
      names.map(async (name) => {
        const path = this.describe(name);
        const info = await unlessMissing(stat(path, { bigint: true }), path);
        if (info === undefined) return name;
        // Clocks of file systems tick slowly: what has just changed can change again and look the same.
        const isFresh = Date.now() - Number(info.mtimeMs) < TICK_MS;
        return `${name} ${info.ino} ${info.size} ${info.mtimeNs}${isFresh ? ` ${++looks}` : ''}`;
      }),
    );
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
    const handle = await unlessMissing(openRegular(path), path);
    // A blob is missing then, and is written again. The other files say what the layout is, and so does such a link.
    if (
      handle === undefined &&
      !name.startsWith(BLOBS_DIRECTORY) &&
      (await unlessMissing(lstat(path), path))?.isSymbolicLink()
    )
      throw notRegular(path, 'a symlink that leads nowhere');
    return handle;
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
