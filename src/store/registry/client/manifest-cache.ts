import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Digest } from '../../../oci/values/digest.js';

/** Bytes of memory. */
const MAX_BYTES = 32 * 1024 * 1024;

/** About what a manifest takes that was parsed: the strings and objects of a small one are more than its bytes. */
function memoryOf({ bytes }: Manifest): number {
  return 2048 + 3 * bytes.byteLength;
}

/**
 * Manifests that one command has read. Content never changes under its digest: a manifest that was opened to check a
 * list is not asked for again. The oldest go when there are too many.
 */
export class ManifestCache {
  readonly #manifests = new Map<Digest, Manifest>();
  readonly #asked = new Map<Digest, { readonly signal: AbortSignal | undefined; readonly answer: Promise<unknown> }>();
  #bytes = 0;

  /** Asks once for all who want the same at the same time, and would stop at the same signal. */
  once<T>(digest: Digest, signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T>;
  once(digest: Digest, signal: AbortSignal | undefined, ask: () => Promise<unknown>): Promise<unknown> {
    const before = this.#asked.get(digest);
    if (before !== undefined && before.signal === signal) return before.answer;
    const answer = ask().finally(() => this.#asked.delete(digest));
    this.#asked.set(digest, { signal, answer });
    return answer;
  }

  get(digest: Digest): Manifest | undefined {
    return this.#manifests.get(digest);
  }

  /** It was removed from the repository. */
  forget(digest: Digest): void {
    this.#drop(digest);
    this.#asked.delete(digest);
  }

  add(manifest: Manifest): void {
    const { digest } = manifest.descriptor;
    if (this.#manifests.has(digest)) return;
    this.#manifests.set(digest, manifest);
    this.#bytes += memoryOf(manifest);
    for (const oldest of this.#manifests.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(digest: Digest): void {
    const manifest = this.#manifests.get(digest);
    if (manifest === undefined) return;
    this.#manifests.delete(digest);
    this.#bytes -= memoryOf(manifest);
  }
}
