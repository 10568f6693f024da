import type { Readable } from 'node:stream';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { INDEX_FILE } from './paths.js';

/** A file that is open. A reader that stops before the end destroys the stream. */
export interface OpenFile {
  /** In bytes. */
  readonly size: number;
  readonly stream: Readable;
}

/**
 * The files of an image layout, wherever they are: all that reading one needs. Names are those of image-layout.md, with
 * forward slashes (`index.json`, `blobs/sha256/…`). An item that is not a regular file counts as missing.
 */
export interface LayoutFiles {
  /** The layout as messages call it. */
  readonly location: string;
  /** The name of a file as messages call it. */
  describe(name: string): string;
  /** The size of a file in bytes, undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /**
   * The bytes of a file, undefined when there is none.
   *
   * @throws RemoraError `MALFORMED` when it has more than `most` bytes
   */
  read(name: string, most: number): Promise<Buffer | undefined>;
  /** The first bytes of a file, `length` at most; undefined when there is none. */
  start(name: string, length: number): Promise<Buffer | undefined>;
  /** Opens a file; undefined when there is none. */
  open(name: string, options?: CallOptions): Promise<OpenFile | undefined>;
  /** The digests by which files in `blobs/` are called, in no particular order. */
  blobs(): Promise<readonly Digest[]>;
  /**
   * A text that changes whenever `index.json` or `blobs/` does, made without reading files.
   *
   * @param of the file whose changes matter alone
   */
  stamp(of?: typeof INDEX_FILE): Promise<string>;
  /** Ends what is open. */
  close(): Promise<void>;
}
