import pLimit from 'p-limit';
import type { Digest } from '../oci/digest.js';
import type { CallOptions, Source } from '../store/store.js';

/**
 * Asks a destination, while the source is still being read, what the copy will need to know: which manifests and tags are
 * there. Each is asked for once; an answer that cannot be had is asked for again by whoever needs it.
 */
export class CopyAhead {
  readonly #manifests = new Map<Digest, Promise<boolean>>();
  readonly #tags = new Map<string, Promise<Digest | undefined>>();
  readonly #limit = pLimit(32);

  constructor(
    private readonly destination: Source,
    private readonly options: CallOptions,
  ) {}

  /** Whether a manifest is there. */
  hasManifest(digest: Digest): Promise<boolean> {
    return once(this.#manifests, digest, () => this.#limit(() => this.destination.hasManifest(digest, this.options)));
  }

  /** What a tag stands for. */
  tagged(tag: string): Promise<Digest | undefined> {
    return once(this.#tags, tag, () =>
      this.#limit(async () => (await this.destination.findTag(tag, this.options))?.digest),
    );
  }
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = ask();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}
