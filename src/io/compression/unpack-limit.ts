import { RemoraError } from '../../errors.js';

/** Any archive may unpack to so much: documents and small programs never meet the ratio. */
const FREE_BYTES = 1024 ** 3;

/** Layers of zeros and texts stay below; deflate reaches 1000 and more with what fills a disk. */
const MAX_RATIO = 200;

/** Far beyond any artifact that was seen, and short of what fills the disk of a server unnoticed. */
const MAX_BYTES = 64 * 1024 ** 3;

/** An entry takes so much of a disk besides its content, and so counts for it: an empty file is not free. */
const ENTRY_BYTES = 4096;

/** More entries than any artifact was seen to have; their names are held in memory. */
const MAX_ENTRIES = 1_000_000;

/** Options of {@link UnpackLimit}. */
export interface UnpackLimitOptions {
  /**
   * The most bytes after unpacking; and 1000000 entries, or one for each 4 KiB where that is more.
   *
   * @default 200 times the packed size, at least 1 GiB and at most 64 GiB; one entry for each 4 KiB, at most 1000000
   */
  readonly maxUnpackedBytes?: number | undefined;
}

/** How much came out of one archive. */
export interface Unpacked {
  bytes: number;
  entries: number;
}

/**
 * The one bound of all that is unpacked: archives, layers of one artifact together, and layers that are only hashed. A small
 * download cannot fill a disk.
 */
export class UnpackLimit {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** True after the limit has thrown. */
  isExceeded = false;
  readonly #packed: number;
  #bytes = 0;
  #entries = 0;

  /** @param packed bytes before unpacking */
  constructor(packed: number, { maxUnpackedBytes }: UnpackLimitOptions = {}) {
    this.#packed = packed;
    this.maxBytes = maxUnpackedBytes ?? Math.min(Math.max(FREE_BYTES, packed * MAX_RATIO), MAX_BYTES);
    const entries = Math.floor(this.maxBytes / ENTRY_BYTES);
    this.maxEntries = (maxUnpackedBytes === undefined ? Math.min : Math.max)(entries, MAX_ENTRIES);
  }

  /**
   * Counts bytes as they come out of the unpacking, and ends it before the limit is passed on.
   *
   * @throws RemoraError `SIZE_MISMATCH`
   */
  async *counted(unpacked: AsyncIterable<Buffer>, used?: Unpacked): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of unpacked) {
      if (used !== undefined) used.bytes += chunk.length;
      this.#bytes += chunk.length;
      if (this.#bytes > this.maxBytes) throw this.#exceeded('bytes', this.#bytes, this.maxBytes);
      yield chunk;
    }
  }

  /** Counts a file, directory or link. @throws RemoraError `SIZE_MISMATCH` */
  countEntry(used?: Unpacked): void {
    if (used !== undefined) used.entries += 1;
    this.#entries += 1;
    if (this.#entries > this.maxEntries) throw this.#exceeded('entries', this.#entries, this.maxEntries);
  }

  /** An archive that failed counts no more: one bomb does not take the room of others. */
  giveBack({ bytes, entries }: Unpacked): void {
    this.#bytes -= bytes;
    this.#entries -= entries;
  }

  #exceeded(what: string, found: number, expected: number): RemoraError {
    this.isExceeded = true;
    const message = `${this.#packed} bytes unpack to ${found} ${what} and more, wanted at most ${expected}`;
    return new RemoraError('SIZE_MISMATCH', message, {
      expected,
      found,
      hint: 'If you trust where they come from, give --max-unpacked SIZE',
    });
  }
}
