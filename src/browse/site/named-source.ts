import type { Readable } from 'node:stream';
import type { Manifest } from '../../oci/documents/manifest.js';
import { isTag } from '../../oci/names/reference.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type {
  BlobSizeOptions,
  CallOptions,
  ManifestSelector,
  Referrer,
  ReferrerOptions,
  Source,
} from '../../store/interfaces/store.js';

/** A source under another name: its own tells where it is on this computer. It stays open. */
export class NamedSource implements Source {
  constructor(
    private readonly source: Source,
    private readonly name: string,
  ) {}

  get kind(): Source['kind'] {
    return this.source.kind;
  }

  format({ tag, digest }: ManifestSelector): string {
    return `${this.name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  }

  /** A layout may have names that a registry cannot give out. */
  async *tags(options?: CallOptions): AsyncIterable<string> {
    for await (const tag of this.source.tags(options)) if (isTag(tag)) yield tag;
  }

  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean> {
    return this.source.hasBlob(descriptor, options);
  }

  hasManifest(digest: Digest, options?: CallOptions): Promise<boolean> {
    return this.source.hasManifest(digest, options);
  }

  blobSize(digest: Digest, options?: BlobSizeOptions): Promise<number | undefined> {
    return this.source.blobSize(digest, options);
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return this.source.openBlob(descriptor, options);
  }

  manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    return this.source.manifest(selector, options);
  }

  resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return this.source.resolve(selector, options);
  }

  findTag(tag: string, options?: CallOptions): Promise<Descriptor | undefined> {
    return this.source.findTag(tag, options);
  }

  referrers(subject: Descriptor, options?: ReferrerOptions): AsyncIterable<Referrer> {
    return this.source.referrers(subject, options);
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
