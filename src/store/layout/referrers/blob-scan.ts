import { limiter } from '../../../io/async/run-all.js';
import { isVersion2 } from '../../../oci/documents/read-document.js';
import { startsObject } from '../../../oci/text/json.js';
import type { Digest } from '../../../oci/values/digest.js';
import { isManifestType } from '../../../oci/values/media-types.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';

/** Manifests are small; whatever is larger is a layer. */
const MAX_BYTES = 1024 * 1024;

/**
 * Finds what no index names: `cosign save` writes referrers into `blobs/` and nowhere else. Small JSON documents that say
 * of themselves that they are manifests with a subject; whether they are, their reader decides.
 *
 * Content never changes under its name, so that each file is looked at once in a run.
 */
export class BlobScan {
  readonly #looked = new Set<Digest>();
  readonly #found = new Set<Digest>();

  constructor(private readonly files: LayoutFiles) {}

  /**
   * The digests of what could be a referrer. All blobs are looked at, however many there are: what was passed over in
   * silence would be called "none".
   *
   * @param isKnown what need not be read, since something else leads to it
   */
  async candidates(isKnown: (digest: Digest) => boolean): Promise<ReadonlySet<Digest>> {
    const limit = limiter(16);
    const there = new Set(await this.files.blobs());
    const fresh = [...there].filter((digest) => !this.#looked.has(digest) && !isKnown(digest));
    await Promise.all(fresh.map((digest) => limit(() => this.#look(digest))));
    // A blob that was removed since it was found is not a candidate.
    return new Set([...this.#found].filter((digest) => there.has(digest)));
  }

  async #look(digest: Digest): Promise<void> {
    const name = blobName(digest);
    const size = await this.files.size(name);
    // It may have been removed meanwhile, and come again.
    if (size === undefined) return;
    const bytes = size > MAX_BYTES ? undefined : await this.files.read(name, MAX_BYTES);
    if (bytes !== undefined && namesSubject(bytes)) this.#found.add(digest);
    this.#looked.add(digest);
  }
}

/** Whether a document says that it is a manifest with a subject. Statements of in-toto have one, too: theirs is a list. */
export function namesSubject(bytes: Buffer): boolean {
  if (!bytes.includes('"subject"') || !startsObject(bytes)) return false;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
    if (typeof value !== 'object' || value === null || !('subject' in value)) return false;
    const { subject } = value;
    const isManifest =
      ('schemaVersion' in value && isVersion2(value.schemaVersion)) ||
      ('mediaType' in value && typeof value.mediaType === 'string' && isManifestType(value.mediaType));
    return isManifest && typeof subject === 'object' && subject !== null && 'digest' in subject;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
