import { addAbortSignal } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { fileRange } from '../../io/files/range.js';
import { fileError } from '../../io/files/system-error.js';
import { ChunkStream } from '../../io/streams/chunk-stream.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';
import type { CallOptions } from '../interfaces/store.js';
import type { LayoutFiles, OpenFile } from '../layout/files/files.js';
import { BLOBS_DIRECTORY } from '../layout/files/paths.js';
import type { Extent } from './links.js';
import type { PlainFile } from './plain-file.js';

/** The files of a layout in a tar archive, which stays packed. */
export class ArchiveFiles implements LayoutFiles {
  constructor(
    readonly location: string,
    private readonly archive: PlainFile,
    private readonly files: ReadonlyMap<string, Extent>,
  ) {}

  describe(name: string): string {
    return `${name} in ${this.location}`;
  }

  async size(name: string): Promise<number | undefined> {
    return this.files.get(name)?.size;
  }

  async read(name: string, most: number): Promise<Buffer | undefined> {
    const extent = this.files.get(name);
    if (extent !== undefined && extent.size > most) {
      const message = `${this.describe(name)} is larger than ${most} bytes`;
      throw new RemoraError('MALFORMED', message, { found: extent.size });
    }
    return this.#bytes(extent);
  }

  async start(name: string, length: number): Promise<Buffer | undefined> {
    const extent = this.files.get(name);
    return this.#bytes(extent && { ...extent, size: Math.min(extent.size, length) });
  }

  async open(name: string, { signal }: CallOptions = {}): Promise<OpenFile | undefined> {
    throwIfInterrupted(signal);
    const extent = this.files.get(name);
    if (extent === undefined) return undefined;
    const stream = new ChunkStream(this.#chunks(extent, signal));
    if (signal !== undefined) addAbortSignal(signal, stream);
    return { size: extent.size, stream };
  }

  async blobs(): Promise<readonly Digest[]> {
    return [...this.files.keys()].flatMap((name) => {
      const [folder, algorithm, encoded, ...deeper] = name.split('/');
      const digest = `${algorithm}:${encoded}`;
      return folder === BLOBS_DIRECTORY && deeper.length === 0 && isDigest(digest) ? digest : [];
    });
  }

  /** The headers were read when the file was opened. */
  async stamp(): Promise<string> {
    return 'opened';
  }

  close(): Promise<void> {
    return this.archive.close();
  }

  async #bytes(extent: Extent | undefined): Promise<Buffer | undefined> {
    if (extent === undefined) return undefined;
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of this.#chunks(extent)) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch (error) {
      throw fileError(error, this.location);
    }
  }

  #chunks({ offset, size }: Extent, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const ended = () => new RemoraError('CHANGED', `${this.location} became shorter while it was read`);
    return fileRange(this.archive.handle, offset, size, ended, signal);
  }
}
