import { randomBytes } from 'node:crypto';
import { digestOf } from '../../src/oci/values/digest.js';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const OCTETS = 'application/octet-stream';
const config = Buffer.from('{}');
const layer = randomBytes(1024 * 1024);

/** The paths of what {@link fill} pushes, the same for each registry. */
export interface Filled {
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  /** Of 1 MiB. */
  readonly blobs: readonly string[];
  /** Of 100 referrers. */
  readonly lists: readonly string[];
}

/** A small manifest; `more` makes it one of its own. */
export function document(more: object): Buffer {
  const named = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const blobs = { config: named(config, 'application/vnd.oci.empty.v1+json'), layers: [named(layer, OCTETS)] };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, ...blobs, ...more }));
}

/** Pushes 20 manifests with tags, a blob, and 100 referrers of the first manifest. */
export async function fill(host: string): Promise<Filled> {
  for (const blob of [config, layer]) {
    const begun = await sent(`http://${host}/v2/bench/blobs/uploads/`, 'POST', 202);
    const place = new URL(begun.headers.get('location') ?? '', `http://${host}`);
    place.searchParams.set('digest', digestOf(blob));
    await sent(place, 'PUT', 201, { type: OCTETS, bytes: blob });
  }
  const push = (reference: string, bytes: Buffer) =>
    sent(`http://${host}/v2/bench/manifests/${reference}`, 'PUT', 201, { type: MANIFEST, bytes });
  const images = Array.from({ length: 20 }, (_, index) => document({ annotations: { index: `${index}` } }));
  for (const [index, image] of images.entries()) await push(`v${index}`, image);
  const first = images[0] ?? Buffer.alloc(0);
  const subject = { mediaType: MANIFEST, digest: digestOf(first), size: first.length };
  for (let index = 0; index < 100; index++) {
    const referrer = document({ artifactType: 'application/x', subject, annotations: { index: `${index}` } });
    await push(digestOf(referrer), referrer);
  }
  return {
    tags: images.map((_, index) => `/v2/bench/manifests/v${index}`),
    digests: images.map((image) => `/v2/bench/manifests/${digestOf(image)}`),
    blobs: [`/v2/bench/blobs/${digestOf(layer)}`],
    lists: [`/v2/bench/referrers/${subject.digest}`],
  };
}

async function sent(
  url: string | URL,
  method: string,
  status: number,
  content?: { readonly type: string; readonly bytes: Buffer },
): Promise<Response> {
  const body = content && { body: new Uint8Array(content.bytes), headers: { 'Content-Type': content.type } };
  const response = await fetch(url, { method, ...body });
  const text = await response.text();
  if (response.status !== status) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return response;
}
