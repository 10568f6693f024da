import { handled } from '../../io/async/handled.js';
import { once } from '../../io/async/once.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { limiter } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isLister } from '../../store/interfaces/abilities.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Failures to answer, which prove nothing. */
export const UNANSWERED = [
  'UNREACHABLE',
  'TIMEOUT',
  'BUSY',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'REJECTED',
  'UNSUPPORTED',
  'IO',
] as const;

/** Questions that wait for their turn; those that would come after them are asked when the answer is needed. */
const MAX_WAITING = 1000;

/** Options of {@link CopyAhead}. */
export interface CopyAheadOptions extends CallOptions {
  /** A manifest in the destination is assumed to be complete: its blobs are not looked for. @default false */
  readonly assumeComplete?: boolean | undefined;
}

/**
 * Looks for manifests, blobs and tags in a destination while the source is still being read.
 *
 * Each object is asked for once; a question that failed is asked again when its answer is needed.
 *
 * A tag that already names a copied root shows an earlier copy. Its manifests are then read from the destination: the
 * source is not asked for them, and their blobs are looked for at once.
 */
export class CopyAhead {
  readonly #present = new Map<Digest, Promise<boolean>>();
  readonly #manifests = new Map<Digest, Promise<Manifest | undefined>>();
  readonly #blobs = new Map<Digest, Promise<boolean>>();
  readonly #tags = new Map<string, Promise<Digest | undefined>>();
  readonly #tagged = new Set<Digest>();
  readonly #roots = new Set<Digest>();
  readonly #subjects = new Set<Digest>();
  /** Settles when the destination has answered for all expected tags. */
  #expected: Promise<unknown> = Promise.resolve();
  #wasMade = false;
  readonly #limit = limiter(32);

  constructor(
    private readonly destination: Source,
    private readonly options: CopyAheadOptions,
  ) {}

  /** Announces tags that the copy will set. */
  expectTags(tags: readonly string[]): void {
    this.#expected = Promise.allSettled([this.#expected, ...tags.map((tag) => this.tagged(tag))]);
  }

  /** Announces a root of the copy. */
  expectRoot(digest: Digest): void {
    this.#roots.add(digest);
    if (this.#tagged.has(digest)) this.#wasMade = true;
    this.expect(digest);
  }

  /** Announces a manifest that will probably be copied. */
  expect(digest: Digest): void {
    if (this.#limit.pendingCount < MAX_WAITING) handled(this.hasManifest(digest));
  }

  /** Announces the blobs of a manifest that was read. */
  expectBlobs(manifest: Manifest): void {
    if (this.#limit.pendingCount >= MAX_WAITING) return;
    const ask = async () => {
      if (this.options.assumeComplete || !(await this.hasManifest(manifest.descriptor.digest))) return;
      await Promise.all(neededBlobs(manifest).map((blob) => this.hasBlob(blob)));
    };
    handled(ask());
  }

  /** Announces a subject with referrers in the source. */
  expectReferrers(subject: Digest): void {
    if (this.#subjects.has(subject)) return;
    this.#subjects.add(subject);
    const { destination, options } = this;
    const ask = async () => {
      if (isLister(destination) && (await this.#isMade())) destination.expectReferrers(subject, options);
    };
    handled(ask());
  }

  /** Whether a manifest is there. */
  hasManifest(digest: Digest): Promise<boolean> {
    return once(this.#present, digest, async () => {
      if (!(await this.#isMade())) return this.#limit(() => this.destination.hasManifest(digest, this.options));
      return this.#tagged.has(digest) || (await this.#read(digest)) !== undefined;
    });
  }

  /** A manifest of an earlier copy; undefined where it is missing or damaged, or the destination cannot answer. */
  async manifest(digest: Digest): Promise<Manifest | undefined> {
    return (await this.#isMade()) ? orUndefined(this.#read(digest), ...UNANSWERED) : undefined;
  }

  /** Whether a blob is there. */
  hasBlob(blob: Descriptor): Promise<boolean> {
    return once(this.#blobs, blob.digest, () => this.#limit(() => this.destination.hasBlob(blob, this.options)));
  }

  /** The digest that a tag names in the destination. */
  tagged(tag: string): Promise<Digest | undefined> {
    return once(this.#tags, tag, async () => {
      const digest = await this.#limit(async () => (await this.destination.findTag(tag, this.options))?.digest);
      if (digest !== undefined) this.#tagged.add(digest);
      if (digest !== undefined && this.#roots.has(digest)) this.#wasMade = true;
      return digest;
    });
  }

  /** Whether a tag shows that the copy was made before. */
  async #isMade(): Promise<boolean> {
    await this.#expected;
    return this.#wasMade;
  }

  #read(digest: Digest): Promise<Manifest | undefined> {
    return once(this.#manifests, digest, () =>
      // A damaged manifest is written again, like a missing one.
      this.#limit(() =>
        orUndefined(
          this.destination.manifest({ digest }, this.options),
          'NOT_FOUND',
          'MALFORMED',
          'DIGEST_MISMATCH',
          'SIZE_MISMATCH',
        ),
      ),
    );
  }
}
