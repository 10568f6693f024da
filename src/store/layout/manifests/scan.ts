import { orUndefined } from '../../../io/async/or-undefined.js';
import { limiter } from '../../../io/async/run-all.js';
import { isManifestEntry } from '../../../oci/documents/children.js';
import { configOf, layersOf, MAX_READ_BYTES, type Manifest } from '../../../oci/documents/manifest.js';
import { startsObject } from '../../../oci/text/json.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { blobSize } from '../blobs/blobs.js';
import { blobState } from '../blobs/claim.js';
import { DirectoryFiles } from '../files/directory-files.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';
import { readableManifest, readManifest } from './read.js';

/** The descriptors that a manifest needs: its config and layers, or its children. Its subject need not be there. */
export function namedBy(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'index') return manifest.content.manifests;
  return [configOf(manifest) ?? [], layersOf(manifest)].flat();
}

/**
 * Manifests and what they name, each read once. Content never changes under its digest, so that a look before the lock of
 * `index.json` spares the reading under it. A blob that is not a manifest is looked at again when its file has changed.
 */
export class ManifestScan {
  readonly #named = new Map<Digest, readonly Descriptor[]>();
  readonly #others = new Map<Digest, bigint>();
  readonly #files: DirectoryFiles;

  constructor(private readonly directory: string) {
    this.#files = new DirectoryFiles(directory);
  }

  /**
   * Adds all that descriptors lead to. A manifest that is not there leads nowhere.
   *
   * @param strict a manifest that cannot be read is an error; else it leads nowhere, too
   */
  async follow(from: readonly Descriptor[], reached: Set<Digest>, strict: boolean): Promise<void> {
    const limit = limiter(16);
    for (let level = from; level.length > 0; ) {
      const fresh = level.filter(({ digest }) => !reached.has(digest) && reached.add(digest));
      const manifests = fresh.filter(isManifestEntry);
      level = (await Promise.all(manifests.map(({ digest }) => limit(() => this.#namedBy(digest, strict))))).flat();
    }
  }

  /** The content that further manifests among the blobs name: those to which no entry of `index.json` leads. */
  async namedByOthers(known: ReadonlySet<Digest>): Promise<readonly Descriptor[]> {
    const limit = limiter(16);
    const digests = (await this.#files.blobs()).filter((digest) => !known.has(digest));
    return (await Promise.all(digests.map((digest) => limit(() => this.#namedByOther(digest))))).flat();
  }

  async #namedBy(digest: Digest, strict: boolean): Promise<readonly Descriptor[]> {
    const known = this.#named.get(digest);
    if (known !== undefined) return known;
    const manifest = strict
      ? await orUndefined(readManifest(this.#files, { digest }), 'NOT_FOUND')
      : await readableManifest(this.#files, { digest });
    return manifest === undefined ? [] : this.#keep(manifest);
  }

  async #namedByOther(digest: Digest): Promise<readonly Descriptor[]> {
    const known = this.#named.get(digest);
    if (known !== undefined) return known;
    const time = blobState(this.directory, digest)?.claimedNs;
    if (time === undefined || this.#others.get(digest) === time) return [];
    const manifest = await asManifest(this.#files, digest);
    if (manifest !== undefined) return this.#keep(manifest);
    this.#others.set(digest, time);
    return [];
  }

  #keep(manifest: Manifest): readonly Descriptor[] {
    const named = namedBy(manifest);
    this.#named.set(manifest.descriptor.digest, named);
    return named;
  }
}

async function asManifest(files: LayoutFiles, digest: Digest): Promise<Manifest | undefined> {
  const size = (await blobSize(files, digest)) ?? 0;
  if (size === 0 || size > MAX_READ_BYTES) return undefined;
  if (!startsObject((await files.start(blobName(digest), 64)) ?? Buffer.alloc(0))) return undefined;
  // Documents of all kinds are blobs: those that are not manifests are not reported.
  return readableManifest(files, { digest });
}
