import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { Digest } from '../../../src/oci/values/digest.js';
import type { CallOptions, ManifestSelector, Referrer, ReferrerOptions } from '../../../src/store/interfaces/store.js';
import { createLayout } from '../../../src/store/layout/create.js';
import { HostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { tempDir, tree } from '../../support/temp.js';
import { openPacked } from '../archive/support/packed.js';
import { storeContract } from './support/contract.js';

/** Writes go to a layout; each read sees an archive of it as it is then, so that the contract's reads are the archive's. */
class PackedLayout extends HostedLayout {
  override async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return (await openPacked(this.directory)).hasBlob(descriptor);
  }

  override async blobSize(digest: Digest): Promise<number | undefined> {
    return (await openPacked(this.directory)).blobSize(digest);
  }

  override async openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return (await openPacked(this.directory)).openBlob(descriptor, options);
  }

  override async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    return (await openPacked(this.directory)).manifest(selector, options);
  }

  override async findTag(tag: string): Promise<Descriptor | undefined> {
    return (await openPacked(this.directory)).findTag(tag);
  }

  override async *tags(): AsyncIterable<string> {
    yield* (await openPacked(this.directory)).tags();
  }

  override async *referrers(subject: Descriptor, options?: ReferrerOptions): AsyncIterable<Referrer> {
    yield* (await openPacked(this.directory)).referrers(subject, options);
  }
}

storeContract(
  'archive of an image layout',
  async () => {
    const directory = join(await tempDir(), 'layout');
    await createLayout(directory);
    return {
      open: async () => new PackedLayout(directory),
      leftovers: async () => (await tree(directory)).filter((path) => /\.tmp$|\.lock/.test(path)),
    };
  },
  { via: 'layout-entry' },
);
