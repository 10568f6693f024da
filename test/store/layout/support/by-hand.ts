import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { digestOf, type VerifiableAlgorithm } from '../../../../src/oci/values/digest.js';
import { blobPath } from '../../../../src/store/layout/files/paths.js';
import { type LayoutStore, openLayout } from '../../../../src/store/layout/store.js';
import { tempDir } from '../../../support/temp.js';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const REF_NAME = 'org.opencontainers.image.ref.name';

/** An image layout written file by file, the way some other tool does it. */
export class HandWrittenLayout {
  constructor(readonly directory: string) {}

  /** Starts with `oci-layout` and `blobs/`, and without `index.json`. */
  static async begin(): Promise<HandWrittenLayout> {
    const layout = new HandWrittenLayout(join(await tempDir(), 'layout'));
    await mkdir(join(layout.directory, 'blobs', 'sha256'), { recursive: true });
    await layout.write('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
    return layout;
  }

  async write(name: string, content: string | object): Promise<void> {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await mkdir(dirname(join(this.directory, name)), { recursive: true });
    await writeFile(join(this.directory, name), text);
  }

  async blob(content: string, mediaType: string, algorithm: VerifiableAlgorithm = 'sha256'): Promise<Descriptor> {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes, algorithm);
    const path = blobPath(this.directory, digest);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return { mediaType, digest, size: bytes.length };
  }

  document(content: object, algorithm?: VerifiableAlgorithm): Promise<Descriptor> {
    const mediaType = 'manifests' in content ? INDEX : MANIFEST;
    return this.blob(JSON.stringify({ schemaVersion: 2, mediaType, ...content }), mediaType, algorithm);
  }

  async image(name: string, more: object = {}): Promise<Descriptor> {
    const config = await this.blob(`{"name":${JSON.stringify(name)}}`, 'application/vnd.oci.image.config.v1+json');
    return this.document({ config, layers: [], ...more });
  }

  async referrer(subject: Descriptor, artifactType: string, more: object = {}): Promise<Descriptor> {
    const { mediaType, digest, size } = subject;
    return this.image(artifactType, { artifactType, subject: { mediaType, digest, size }, ...more });
  }

  /** Writes `index.json` as most tools do: without a `mediaType`. */
  async index(entries: readonly object[], more: object = {}): Promise<void> {
    await this.write('index.json', { schemaVersion: 2, ...more, manifests: entries });
  }

  async readIndex(): Promise<string> {
    return readFile(join(this.directory, 'index.json'), 'utf8');
  }

  open(): Promise<LayoutStore> {
    return openLayout(this.directory);
  }
}

export function tagged(descriptor: Descriptor, name: string, more: object = {}): object {
  return { ...descriptor, annotations: { ...more, [REF_NAME]: name } };
}
