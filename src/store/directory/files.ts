import type { Manifest } from '../../oci/documents/manifest.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';
import type { CallOptions } from '../interfaces/store.js';
import type { DirectoryFiles } from '../layout/files/directory-files.js';
import type { LayoutFiles, OpenFile } from '../layout/files/files.js';
import { BLOBS_DIRECTORY, INDEX_FILE } from '../layout/files/paths.js';

/** The manifest of the image. */
export const MANIFEST_FILE = 'manifest.json';

/**
 * A directory of skopeo's (`dir:`) as if it were a layout with one untagged entry. Its manifest is `manifest.json`, and
 * every blob is a file with the hexadecimal part of its digest as name. The children of an index end in
 * `.manifest.json` (containers/image, directory/directory_transport.go).
 */
export class ImageFiles implements LayoutFiles {
  readonly #index: Buffer;

  constructor(
    private readonly files: DirectoryFiles,
    private readonly manifest: Manifest,
  ) {
    this.#index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [manifest.descriptor] }));
  }

  get location(): string {
    return this.files.location;
  }

  describe(name: string): string {
    return this.files.describe(name === INDEX_FILE ? MANIFEST_FILE : (this.#names(name)[0] ?? name));
  }

  async size(name: string): Promise<number | undefined> {
    return this.#first(name, (file) => this.files.size(file));
  }

  async read(name: string, most: number): Promise<Buffer | undefined> {
    if (name === INDEX_FILE) return this.#index;
    return this.#first(name, (file) => this.files.read(file, most));
  }

  async start(name: string, length: number): Promise<Buffer | undefined> {
    return this.#first(name, (file) => this.files.start(file, length));
  }

  async open(name: string, options?: CallOptions): Promise<OpenFile | undefined> {
    return this.#first(name, (file) => this.files.open(file, options));
  }

  async blobs(): Promise<readonly Digest[]> {
    const names = await this.files.list('.');
    const digests = names.map((name) => `sha256:${name.replace(/\.manifest\.json$/, '')}`);
    return [this.manifest.descriptor.digest, ...digests.filter((digest) => isDigest(digest))];
  }

  /** The image is not changed in place. */
  async stamp(): Promise<string> {
    return 'opened';
  }

  close(): Promise<void> {
    return this.files.close();
  }

  async #first<T>(name: string, look: (file: string) => Promise<T | undefined>): Promise<T | undefined> {
    for (const file of this.#names(name)) {
      const found = await look(file);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The files that may be the one of a layout. */
  #names(name: string): readonly string[] {
    const [folder, algorithm, encoded, ...deeper] = name.split('/');
    const digest = `${algorithm}:${encoded}`;
    if (folder !== BLOBS_DIRECTORY || encoded === undefined || deeper.length > 0 || !isDigest(digest)) return [];
    if (digest === this.manifest.descriptor.digest) return [MANIFEST_FILE];
    return [encoded, `${encoded}.manifest.json`];
  }
}
