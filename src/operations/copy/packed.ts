import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';

type Image = Extract<Manifest, { readonly kind: 'image' }>;

/** Bytes that are compressed at once. Manifests of one kind repeat each other: many take a tenth of their size. */
const SLAB = 64 * 1024;

/** Manifests that stay parsed: a parsed one takes some kilobytes. */
const MAX_PARSED = 1000;
/** Slabs that stay as they were. */
const MAX_OPEN = 16;

/**
 * Keeps the manifests of a copy in little memory: their bytes stand one after another, compressed, and are parsed again
 * when they are looked at. Few stay parsed.
 */
export class PackedManifests {
  readonly #parsed = new Map<Packed, Image>();
  readonly #slabs: Buffer[] = [];
  readonly #open = new Map<number, Buffer>();
  #slab = Buffer.allocUnsafeSlow(SLAB);
  #end = 0;

  /** The same manifest in less memory. An index, of which a copy has few, and a large manifest stay as they are. */
  pack(manifest: Manifest): Manifest {
    const { descriptor, bytes, remarks } = manifest;
    if (manifest.kind !== 'image' || bytes.byteLength > SLAB) return manifest;
    if (this.#end + bytes.byteLength > SLAB) {
      this.#slabs.push(deflateRawSync(this.#slab.subarray(0, this.#end), { level: 1 }));
      this.#end = 0;
    }
    this.#slab.set(bytes, this.#end);
    const packed = new Packed(this, descriptor, remarks, this.#slabs.length, this.#end);
    this.#end += bytes.byteLength;
    keep(this.#parsed, packed, manifest, MAX_PARSED);
    return packed;
  }

  /** The whole manifest. */
  open(packed: Packed): Image {
    const known = this.#parsed.get(packed);
    if (known !== undefined) return known;
    const { descriptor, slab, start } = packed;
    const bytes = Buffer.from(this.#bytesOf(slab).subarray(start, start + descriptor.size));
    const manifest = parseManifest(bytes, descriptor);
    if (manifest.kind !== 'image') throw new TypeError(`${descriptor.digest} was an image manifest before`);
    keep(this.#parsed, packed, manifest, MAX_PARSED);
    return manifest;
  }

  #bytesOf(slab: number): Buffer {
    const compressed = this.#slabs[slab];
    if (compressed === undefined) return this.#slab;
    const bytes = this.#open.get(slab) ?? inflateRawSync(compressed);
    keep(this.#open, slab, bytes, MAX_OPEN);
    return bytes;
  }
}

function keep<K, V>(kept: Map<K, V>, key: K, value: V, most: number): void {
  kept.set(key, value);
  const [oldest] = kept.size > most ? kept.keys() : [];
  if (oldest !== undefined) kept.delete(oldest);
}

class Packed implements Image {
  readonly kind = 'image';

  constructor(
    private readonly all: PackedManifests,
    readonly descriptor: Descriptor,
    readonly remarks: readonly string[],
    readonly slab: number,
    readonly start: number,
  ) {}

  get bytes(): Uint8Array {
    return this.all.open(this).bytes;
  }

  get content(): Image['content'] {
    return this.all.open(this).content;
  }
}
