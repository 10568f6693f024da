import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { fileError, systemCode } from '../../io/system-error.js';
import { type Digest, isDigest } from '../../oci/digest.js';
import { isManifestType } from '../../oci/media-types.js';

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

  constructor(private readonly directory: string) {}

  /** What tells one state of `blobs/` from the next. */
  async stamp(): Promise<string> {
    const times = await Promise.all(
      (await this.#algorithms()).map(async (algorithm) => {
        const { mtimeNs } = await stat(join(this.directory, 'blobs', algorithm), { bigint: true });
        return `${algorithm} ${mtimeNs}`;
      }),
    );
    return times.join(' ');
  }

  /**
   * The digests of what could be a referrer. All blobs are looked at, however many there are: what was passed over in
   * silence would be called "none".
   *
   * @param isKnown what need not be read, since something else leads to it
   */
  async candidates(isKnown: (digest: Digest) => boolean): Promise<ReadonlySet<Digest>> {
    const limit = pLimit(16);
    const there = new Set<string>();
    for (const algorithm of await this.#algorithms()) {
      const names = await list(join(this.directory, 'blobs', algorithm));
      for (const { name } of names) there.add(`${algorithm}:${name}`);
      await Promise.all(names.map((entry) => limit(() => this.#look(algorithm, entry, isKnown))));
    }
    // What was removed since it was found is no candidate.
    return new Set([...this.#found].filter((digest) => there.has(digest)));
  }

  async #algorithms(): Promise<readonly string[]> {
    const entries = await list(join(this.directory, 'blobs'));
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  async #look(algorithm: string, entry: Dirent, isKnown: (digest: Digest) => boolean): Promise<void> {
    const digest = `${algorithm}:${entry.name}`;
    if (!entry.isFile() || !isDigest(digest) || this.#looked.has(digest) || isKnown(digest)) return;
    const path = join(this.directory, 'blobs', algorithm, entry.name);
    try {
      const { size } = await stat(path);
      if (size <= MAX_BYTES && namesSubject(await readFile(path))) this.#found.add(digest);
      this.#looked.add(digest);
    } catch (error) {
      // It was removed meanwhile.
      if (systemCode(error) !== 'ENOENT') throw fileError(error, path);
    }
  }
}

async function list(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(error, directory);
  }
}

/** Statements of in-toto have a subject, too: theirs is a list. */
function namesSubject(bytes: Buffer): boolean {
  if (!bytes.includes('"subject"') || !bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('{'))
    return false;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('subject' in value)) return false;
    const { subject } = value;
    const isManifest =
      ('schemaVersion' in value && value.schemaVersion === 2) ||
      ('mediaType' in value && typeof value.mediaType === 'string' && isManifestType(value.mediaType));
    return isManifest && typeof subject === 'object' && subject !== null && 'digest' in subject;
  } catch {
    return false;
  }
}
