import { createHash } from 'node:crypto';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { type Digest, parseDigest } from '../../../src/oci/values/digest.js';

export const SHA256_ABC = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
export const SHA512_ABC =
  'sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f';

export const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** A descriptor of `abc` as JSON would have it, so that tests can break any field. */
export const raw = { mediaType: 'text/plain', digest: SHA256_ABC, size: 3 };

export const layer: Descriptor = { ...raw, digest: parseDigest(SHA256_ABC) };

export const imageDocument = { schemaVersion: 2, mediaType: IMAGE, config: raw, layers: [raw] };

export const indexDocument = { schemaVersion: 2, mediaType: INDEX, manifests: [{ ...raw, mediaType: IMAGE }] };

export function bytesOf(document: unknown): Uint8Array {
  return Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
}

/** Without the code under test, but for its type. */
export function digestBy(algorithm: 'sha256' | 'sha512', bytes: Uint8Array): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}
