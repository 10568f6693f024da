import { stampAt } from '../../../io/files/stamp.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { ManifestEntry } from './read.js';

/** A manifest with more bytes is read each time. */
const SMALL_BYTES = 64 * 1024;

/** Bytes of all manifests that are kept; their objects take some five times as much. */
const KEPT_BYTES = 2 * 1024 * 1024;

interface Kept {
  readonly stamp: string;
  readonly manifest: Manifest;
}

/** The small manifests that were read last, each for as long as its file stays the same: it was verified then. */
export class KeptManifests {
  /** By file and entry; the one that was asked for last stands last. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @param most bytes of all that are kept */
  constructor(private readonly most = KEPT_BYTES) {}

  /** The bytes of all manifests that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The manifest of a file, from `read` where the file is another one than it was. */
  async manifest(file: string, { mediaType, size }: ManifestEntry, read: () => Promise<Manifest>): Promise<Manifest> {
    const key = `${mediaType} ${size} ${file}`;
    const stamp = stampAt(file);
    const known = this.#kept.get(key);
    if (known !== undefined) this.#drop(key, known);
    const isSame = known !== undefined && known.stamp === stamp;
    const manifest = isSame ? known.manifest : await read();
    if (stamp !== undefined && manifest.bytes.length <= SMALL_BYTES) this.#keep(key, { stamp, manifest });
    return manifest;
  }

  #keep(key: string, kept: Kept): void {
    const other = this.#kept.get(key);
    if (other !== undefined) this.#drop(key, other);
    this.#kept.set(key, kept);
    this.#bytes += kept.manifest.bytes.length;
    for (const [oldest, each] of this.#kept) {
      if (this.#bytes <= this.most) return;
      this.#drop(oldest, each);
    }
  }

  #drop(key: string, { manifest }: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= manifest.bytes.length;
  }
}
