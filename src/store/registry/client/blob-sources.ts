import type { Readable } from 'node:stream';
import type { Digest } from '../../../oci/values/digest.js';

const MAX_SOURCES = 1000;

/** Knows how to open the blobs that were written lately: a registry can lose sight of one, which is then sent again. */
export class BlobSources {
  readonly #sources = new Map<Digest, () => Promise<Readable>>();

  get(digest: Digest): (() => Promise<Readable>) | undefined {
    return this.#sources.get(digest);
  }

  add(digest: Digest, open: () => Promise<Readable>): void {
    this.#sources.delete(digest);
    this.#sources.set(digest, open);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
  }
}
