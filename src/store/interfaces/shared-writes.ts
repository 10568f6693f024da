import { unlessInterrupted } from '../../io/async/interrupt.js';
import { once } from '../../io/async/once.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, WriteResult } from './store.js';

/** Writes a blob once for all callers at the same time: the others wait for it, and open nothing. */
export class SharedWrites {
  readonly #writes = new Map<string, Promise<WriteResult>>();

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
    for (let other = this.#writes.get(key); other !== undefined; other = this.#writes.get(key)) {
      // A write can fail for a reason of its own, such as its source: then the next in line tries.
      const ended = other.then(
        () => true,
        () => false,
      );
      const succeeded = await unlessInterrupted(ended, signal);
      if (succeeded) return 'exists';
    }
    const own = once(this.#writes, key, write);
    if (this.remember) return own;
    try {
      return await own;
    } finally {
      this.#writes.delete(key);
    }
  }

  /** A blob that was removed is there no longer, in whatever size. */
  forget(digest: Digest): void {
    for (const key of this.#writes.keys()) if (key.startsWith(`${digest} `)) this.#writes.delete(key);
  }
}
