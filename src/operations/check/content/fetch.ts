import { Readable } from 'node:stream';
import { once } from '../../../io/async/once.js';
import { limiter } from '../../../io/async/run-all.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { Mender } from '../../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import { faultOf, readManifest } from './read-manifest.js';

/** Options of {@link Fetcher}. */
export interface FetcherOptions extends CallOptions {
  /** Look what the other place has, and write no file. @default false */
  readonly dryRun?: boolean | undefined;
  /** Called when the other place could not be asked. */
  readonly onUnasked: (place: string, error: unknown) => void;
}

/** Fetches missing and damaged content from another place, by digest. */
export class Fetcher {
  readonly #limit = limiter(5);
  readonly #blobs = new Map<Digest, Promise<boolean>>();
  readonly #manifests = new Map<Digest, Promise<Manifest | undefined>>();

  constructor(
    private readonly target: Mender,
    private readonly from: Source,
    private readonly options: FetcherOptions,
  ) {}

  /** Fetches a blob; false where the other place lacks it, too. */
  blob(digest: Digest): Promise<boolean> {
    return once(this.#blobs, digest, () => this.#guarded(digest, () => this.#blob(digest), false));
  }

  /** Fetches a manifest, so that the check can go on with its children and layers. */
  manifest(digest: Digest): Promise<Manifest | undefined> {
    return once(this.#manifests, digest, () => this.#guarded(digest, () => this.#manifest(digest), undefined));
  }

  async #blob(digest: Digest): Promise<boolean> {
    const { signal, dryRun } = this.options;
    const size = await this.from.blobSize(digest, { signal });
    if (size === undefined) return false;
    const descriptor = { mediaType: MediaType.octetStream, digest, size };
    if (!dryRun)
      await this.target.replaceBlob(descriptor, () => this.from.openBlob(descriptor, { signal }), { signal });
    return true;
  }

  async #manifest(digest: Digest): Promise<Manifest> {
    const { signal, dryRun } = this.options;
    const manifest = await readManifest(this.from, { digest }, { signal });
    const content = async () => Readable.from([manifest.bytes]);
    if (!dryRun) await this.target.replaceBlob(manifest.descriptor, content, { signal });
    return manifest;
  }

  /** Content that is damaged there, too, is not fetched; a failed question is reported. */
  async #guarded<T, N>(digest: Digest, fetch: () => Promise<T>, nothing: N): Promise<T | N> {
    try {
      return await this.#limit(fetch);
    } catch (error) {
      if (faultOf(error) === undefined) this.options.onUnasked(this.from.format({ digest }), error);
      return nothing;
    }
  }
}
