import { type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';

type Image = Extract<Manifest, { readonly kind: 'image' }>;

/** Bytes that are taken from memory at once; a small buffer of its own takes several times its size. */
const SLAB = 1024 * 1024;

/** Manifests that stay parsed: a parsed one takes some kilobytes, its bytes some hundred. */
const MAX_PARSED = 1000;

/**
 * Keeps the manifests of a copy in little memory: their bytes stand one after another, and are parsed again when they are
 * looked at. Few stay parsed.
 */
export class PackedManifests {
  readonly #parsed = new Map<Packed, Image>();
  #slab = Buffer.alloc(0);
  #end = 0;

  /** The same manifest in less memory. An index, of which a copy has few, stays as it is. */
  pack(manifest: Manifest): Manifest {
    if (manifest.kind !== 'image') return manifest;
    const packed = new Packed(manifest.descriptor, manifest.remarks, this.#place(manifest.bytes), (of) =>
      this.#parse(of),
    );
    this.#keep(packed, manifest);
    return packed;
  }

  #place(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength > SLAB / 16) return bytes;
    if (this.#end + bytes.byteLength > this.#slab.byteLength) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB);
      this.#end = 0;
    }
    const place = this.#slab.subarray(this.#end, this.#end + bytes.byteLength);
    place.set(bytes);
    this.#end += bytes.byteLength;
    return place;
  }

  #parse(packed: Packed): Image {
    const known = this.#parsed.get(packed);
    if (known !== undefined) return known;
    const { bytes, descriptor } = packed;
    const manifest = parseManifest(bytes, descriptor);
    if (manifest.kind !== 'image') throw new TypeError(`${descriptor.digest} was an image manifest before`);
    this.#keep(packed, manifest);
    return manifest;
  }

  #keep(packed: Packed, manifest: Image): void {
    this.#parsed.set(packed, manifest);
    const [oldest] = this.#parsed.size > MAX_PARSED ? this.#parsed.keys() : [];
    if (oldest !== undefined) this.#parsed.delete(oldest);
  }
}

class Packed implements Image {
  readonly kind = 'image';

  constructor(
    readonly descriptor: Descriptor,
    readonly remarks: readonly string[],
    readonly bytes: Uint8Array,
    private readonly parse: (packed: Packed) => Image,
  ) {}

  get content(): Image['content'] {
    return this.parse(this).content;
  }
}
