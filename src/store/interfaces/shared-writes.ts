import { unlessInterrupted } from '../../io/async/interrupt.js';
import { once } from '../../io/async/once.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, WriteResult } from './store.js';

/** Blobs that are remembered; an older one is asked for again. */
const MAX_REMEMBERED = 10_000;

/** Writes a blob once for all callers at the same time: the others wait for it, and open nothing. */
export class SharedWrites {
  readonly #writing = new Map<string, Promise<WriteResult>>();
  readonly #written = new Set<string>();

  /** @param remember whether a blob that was written is taken to be there from then on */
  constructor(private readonly remember: boolean) {}

  /**
   * Writes a blob, or waits for the caller that does.
   *
   * @param write is given the signal of its own caller; an abort of one caller does not end what another writes
   * @throws RemoraError `INTERRUPTED` while it waits, and as `write`
   */
  async write(
    { digest, size }: Descriptor,
    write: () => Promise<WriteResult>,
    { signal }: CallOptions = {},
  ): Promise<WriteResult> {
    const key = `${digest} ${size}`;
    for (let other = this.#writing.get(key); other !== undefined; other = this.#writing.get(key)) {
      // A write can fail for a reason of its own, such as its source or its signal: then the next in line tries.
      const succeeded = other.then(
        () => true,
        () => false,
      );
      if (await unlessInterrupted(succeeded, signal)) return 'exists';
    }
    if (this.#written.has(key)) return 'exists';
    const own = once(this.#writing, key, write);
    try {
      const result = await own;
      if (this.remember) this.#remember(key);
      return result;
    } finally {
      if (this.#writing.get(key) === own) this.#writing.delete(key);
    }
  }

  /** A blob that was removed is there no longer, in whatever size. */
  forget(digest: Digest): void {
    for (const key of this.#written) if (key.startsWith(`${digest} `)) this.#written.delete(key);
  }

  #remember(key: string): void {
    this.#written.add(key);
    const [oldest] = this.#written;
    if (this.#written.size > MAX_REMEMBERED && oldest !== undefined) this.#written.delete(oldest);
  }
}
