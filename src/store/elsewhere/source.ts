import type { Readable } from 'node:stream';
import { isRemoraError } from '../../errors.js';
import { childManifests } from '../../oci/documents/children.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { hasPlatformNames, type PlatformNames } from '../interfaces/abilities.js';
import type { SeveralPlaces } from '../interfaces/several-places.js';
import type {
  BlobSizeOptions,
  CallOptions,
  ManifestSelector,
  Referrer,
  ReferrerOptions,
  Source,
} from '../interfaces/store.js';

/**
 * Two places as one source. Subjects and tags are those of the first place. Content is read where it was found, then in
 * the other place.
 */
class JoinedSource implements Source, SeveralPlaces {
  readonly places: readonly [Source, Source];
  readonly #homes = new Map<Digest, Source>();

  constructor(
    private readonly first: Source,
    second: Source,
  ) {
    this.places = [first, second];
  }

  get kind(): Source['kind'] {
    return this.first.kind;
  }

  learn(digest: Digest, place: Source): void {
    if (place === this.first || !this.#homes.has(digest)) this.#homes.set(digest, place);
  }

  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean> {
    return this.#any(descriptor.digest, (place) => place.hasBlob(descriptor, options));
  }

  hasManifest(digest: Digest, options?: CallOptions): Promise<boolean> {
    return this.#any(digest, (place) => place.hasManifest(digest, options));
  }

  async blobSize(digest: Digest, options?: BlobSizeOptions): Promise<number | undefined> {
    const [home, other] = this.#order(digest);
    return (await home.blobSize(digest, options)) ?? (await other.blobSize(digest, options));
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return this.#read(descriptor.digest, (place) => place.openBlob(descriptor, options));
  }

  async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    const { digest } = selector;
    if (digest === undefined) return this.first.manifest(selector, options);
    return this.#read(digest, async (place) => {
      const manifest = await place.manifest(selector, options);
      if (place !== this.first)
        for (const part of [...neededBlobs(manifest), ...childManifests(manifest)]) this.learn(part.digest, place);
      return manifest;
    });
  }

  resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return this.first.resolve(selector, options);
  }

  findTag(tag: string, options?: CallOptions): Promise<Descriptor | undefined> {
    return this.first.findTag(tag, options);
  }

  tags(options?: CallOptions): AsyncIterable<string> {
    return this.first.tags(options);
  }

  async *referrers(subject: Descriptor, options?: ReferrerOptions): AsyncIterable<Referrer> {
    const seen = new Set<Digest>();
    for (const place of this.places) {
      for await (const referrer of place.referrers(subject, options)) {
        const { digest } = referrer.descriptor;
        this.learn(digest, place);
        if (!seen.has(digest)) yield referrer;
        seen.add(digest);
      }
    }
  }

  format(selector: ManifestSelector): string {
    const { digest } = selector;
    const home = digest === undefined ? this.first : (this.#homes.get(digest) ?? this.first);
    return home.format(selector);
  }

  /** The places are closed by those who opened them. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #order(digest: Digest): readonly [home: Source, other: Source] {
    const [first, second] = this.places;
    return this.#homes.get(digest) === second ? [second, first] : [first, second];
  }

  async #any(digest: Digest, isThere: (place: Source) => Promise<boolean>): Promise<boolean> {
    const [home, other] = this.#order(digest);
    return (await isThere(home)) || (await isThere(other));
  }

  async #read<T>(digest: Digest, read: (place: Source) => Promise<T>): Promise<T> {
    const [home, other] = this.#order(digest);
    try {
      return await read(home);
    } catch (error) {
      if (!isMissing(error)) throw error;
      return read(other).catch((again: unknown) => {
        throw isMissing(again) ? error : again;
      });
    }
  }
}

/** The same, where the first place can have one name for the manifests of several platforms. */
class JoinedWithNames extends JoinedSource implements PlatformNames {
  constructor(
    private readonly named: Source & PlatformNames,
    second: Source,
  ) {
    super(named, second);
  }

  platformEntries(selector: ManifestSelector, options?: CallOptions): Promise<readonly Descriptor[]> {
    return this.named.platformEntries(selector, options);
  }
}

function isMissing(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'NOT_FOUND';
}

/** Joins a place with one where something of it is attached. Both stay open when the joined source is closed. */
export function joinSources(first: Source, second: Source): Source & SeveralPlaces {
  return hasPlatformNames(first) ? new JoinedWithNames(first, second) : new JoinedSource(first, second);
}
