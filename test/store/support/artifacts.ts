import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { type Manifest, parseManifest } from '../../../src/oci/documents/manifest.js';
import type { Annotations } from '../../../src/oci/values/annotations.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { digestOf, type VerifiableAlgorithm } from '../../../src/oci/values/digest.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import type {
  PutManifestOptions,
  PutManifestResult,
  Referrer,
  ReferrerOptions,
  Source,
  Store,
} from '../../../src/store/interfaces/store.js';

/** Bytes with their descriptor, and a source that counts how often it is opened. */
export class Content {
  readonly descriptor: Descriptor;
  opened = 0;

  constructor(
    readonly bytes: Buffer,
    options: { readonly mediaType?: string; readonly algorithm?: VerifiableAlgorithm } = {},
  ) {
    this.descriptor = {
      mediaType: options.mediaType ?? 'application/octet-stream',
      digest: digestOf(bytes, options.algorithm),
      size: bytes.byteLength,
    };
  }

  readonly open = async (): Promise<Readable> => {
    this.opened += 1;
    return Readable.from(chunked(this.bytes));
  };
}

function* chunked(bytes: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += 64 * 1024) yield bytes.subarray(offset, offset + 64 * 1024);
}

export function text(value: string, algorithm?: VerifiableAlgorithm): Content {
  return new Content(Buffer.from(value), algorithm === undefined ? {} : { algorithm });
}

/** Bytes that differ in every block, and between two names. */
export function noise(size: number, name = ''): Content {
  const seed = digestOf(Buffer.from(`${name} ${size}`)).slice(7);
  const bytes = Buffer.alloc(size, seed);
  for (let offset = 0; offset + 4 <= size; offset += 4096) bytes.writeUInt32LE(offset, offset);
  return new Content(bytes);
}

export async function readBlob(store: Source, descriptor: Descriptor): Promise<Buffer> {
  return buffer(await store.openBlob(descriptor));
}

export async function writeContent(store: Store, ...contents: readonly Content[]): Promise<void> {
  await Promise.all(contents.map(({ descriptor, open }) => store.writeBlob(descriptor, open)));
}

const EMPTY = new Content(Buffer.from(EMPTY_BYTES), { mediaType: EMPTY_DESCRIPTOR.mediaType });

/** An image with one layer, written with its blobs; the name makes it another one. */
export async function pushImage(store: Store, name: string, options: PutManifestOptions = {}): Promise<Manifest> {
  const config = text(`{"name":${JSON.stringify(name)}}`);
  const layer = text(`layer of ${name}`);
  await writeContent(store, config, layer);
  const manifest = buildManifest({
    config: { ...config.descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [{ ...layer.descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar' }],
  });
  await store.putManifest(manifest, options);
  return manifest;
}

/** A referrer without files. */
export function referrerOf(subject: Descriptor, artifactType: string, annotations?: Annotations): Manifest {
  return buildManifest({ artifactType, subject, annotations });
}

/** Writes a referrer made by {@link referrerOf}. */
export async function attach(
  store: Store,
  manifest: Manifest,
  options: PutManifestOptions = {},
): Promise<PutManifestResult> {
  await writeContent(store, EMPTY);
  await store.prepareManifest(manifest, options);
  return store.putManifest(manifest, options);
}

export async function list(store: Source, subject: Descriptor, options?: ReferrerOptions): Promise<Referrer[]> {
  const found: Referrer[] = [];
  for await (const { descriptor, via } of store.referrers(subject, options)) found.push({ descriptor, via });
  return found;
}

/** Digests of what is attached, sorted. */
export async function listDigests(store: Source, subject: Descriptor, options?: ReferrerOptions): Promise<string[]> {
  return (await list(store, subject, options)).map(({ descriptor }) => descriptor.digest).sort();
}

export async function listTags(store: Source): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of store.tags()) tags.push(tag);
  return tags.sort();
}

export function digests(...manifests: readonly Manifest[]): string[] {
  return manifests.map(({ descriptor }) => descriptor.digest).sort();
}

/** The manifest of a document as some tool wrote it. */
export function written(document: object | string, algorithm: VerifiableAlgorithm = 'sha256'): Manifest {
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return parseManifest(bytes, { digest: digestOf(bytes, algorithm) });
}
