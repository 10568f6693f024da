import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { pushImage, text, writeContent } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const layer = text('a layer');
const image = buildManifest({ artifactType: 'application/vnd.example', layers: [layer.descriptor] });

/** A registry that loses sight of a blob: at each PUT of a manifest it is gone, as long as it is lost. */
async function losing(digest: string, times: number, answer?: (digest: string) => unknown) {
  let left = times;
  const fault = ({ method, path }: FaultRequest): Fault | undefined => {
    if (method !== 'PUT' || !path.includes('/manifests/') || left-- <= 0) return undefined;
    registry.repository(REPOSITORY).blobs.delete(digest);
    return answer && { status: 400, body: JSON.stringify(answer(digest)) };
  };
  const { registry, store, open } = await begin({ fault });
  await writeContent(store, layer);
  await store.writeBlob(EMPTY_DESCRIPTOR, async () => Readable.from([EMPTY_BYTES]));
  return { registry, store, open };
}

const error = (code: string, detail?: unknown) => ({ code, message: 'blob unknown to registry', detail });

it.each<[string, (digest: string) => unknown]>([
  ['the digest as text', (digest) => ({ errors: [error('MANIFEST_BLOB_UNKNOWN', digest)] })],
  ['the digest in an object', (digest) => ({ errors: [error('MANIFEST_BLOB_UNKNOWN', { digest })] })],
  ['no digest', () => ({ errors: [error('MANIFEST_BLOB_UNKNOWN')] })],
  ['another code', (digest) => ({ errors: [error('BLOB_UNKNOWN', digest)] })],
  ['an error more', (d) => ({ errors: [error('DIGEST_INVALID'), error('MANIFEST_BLOB_UNKNOWN', d)] })],
  ['a wrong digest alone', () => ({ errors: [error('DIGEST_INVALID')] })],
])('sends a blob that got lost again, where the answer has %s', async (_, answer) => {
  for (const digest of [layer.descriptor.digest, EMPTY_DESCRIPTOR.digest]) {
    const { registry, store } = await losing(digest, 1, answer);
    expect(await store.putManifest(image, { tags: ['v1'] })).toMatchObject({ result: 'written' });
    expect(registry.repository(REPOSITORY).blobs.has(digest)).toBe(true);
    expect(registry.repository(REPOSITORY).tags.get('v1')).toBe(image.descriptor.digest);
  }
});

it('sends it for a new tag as well, and only once', async () => {
  const { registry, store } = await losing(layer.descriptor.digest, 0);
  await store.putManifest(image);
  registry.repository(REPOSITORY).blobs.delete(layer.descriptor.digest);
  registry.clear();
  await store.tagManifest(image, ['v1']);
  expect(registry.count('PUT', '/blobs/')).toBe(1);
  expect(registry.repository(REPOSITORY).tags.get('v1')).toBe(image.descriptor.digest);
});

it('distrusts a registry that has a blob and does not see it, and sends it then', async () => {
  let isBlind = true;
  const fault = ({ method, path }: FaultRequest): Fault | undefined => {
    if (method === 'PUT' && path.includes('/uploads/') && path.includes(layer.descriptor.digest.slice(7)))
      isBlind = !seen.has('layer');
    if (method === 'PUT' && path.includes('/uploads/')) seen.add('layer');
    const body = JSON.stringify({ errors: [error('MANIFEST_BLOB_UNKNOWN', layer.descriptor.digest)] });
    return method === 'PUT' && path.includes('/manifests/') && isBlind ? { status: 400, body } : undefined;
  };
  const seen = new Set<string>();
  const { registry, store } = await begin({ fault });
  await writeContent(store, layer);
  await store.writeBlob(EMPTY_DESCRIPTOR, async () => Readable.from([EMPTY_BYTES]));
  isBlind = true;
  await store.putManifest(image, { tags: ['v1'] });
  expect(layer.opened).toBeGreaterThan(1);
  expect(registry.repository(REPOSITORY).tags.get('v1')).toBe(image.descriptor.digest);
});

it('gives up soon where the content is not at hand', async () => {
  const { registry, store } = await begin();
  await expect(store.putManifest(image)).rejects.toMatchObject({ status: 400, codes: ['MANIFEST_BLOB_UNKNOWN'] });
  expect(registry.count('PUT', '/manifests/')).toBe(3);
});

it('sends the inline content of a descriptor that was never written', async () => {
  const { registry, store } = await begin();
  const inline = { ...layer.descriptor, data: layer.bytes.toString('base64') };
  await store.putManifest(buildManifest({ artifactType: 'application/vnd.example', layers: [inline] }));
  expect(registry.repository(REPOSITORY).blobs.size).toBe(2);
});

it('does not send again what was refused for another reason', async () => {
  const { registry, store } = await begin({
    fault: ({ method, path }) =>
      method === 'PUT' && path.includes('/manifests/')
        ? { status: 400, body: JSON.stringify({ errors: [error('MANIFEST_INVALID', 'MANIFEST_BLOB_UNKNOWN')] }) }
        : undefined,
  });
  await expect(pushImage(store, 'image')).rejects.toMatchObject({ codes: ['MANIFEST_INVALID'] });
  expect(registry.count('PUT', '/manifests/')).toBe(1);
});

it.each(['prepareManifest', 'hasManifest'] as const)('writes a manifest although %s was interrupted', async (name) => {
  const { registry, store } = await begin({ latency: 30 });
  await writeContent(store, layer);
  await store.writeBlob(EMPTY_DESCRIPTOR, async () => Readable.from([EMPTY_BYTES]));
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const asked =
    name === 'hasManifest'
      ? store.hasManifest(image.descriptor.digest, options)
      : store.prepareManifest(image, options);
  controller.abort();
  expect(await store.putManifest(image, { tags: ['v1'] })).toMatchObject({ result: 'written' });
  await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await store.putManifest(image)).toMatchObject({ result: 'exists' });
  expect(registry.repository(REPOSITORY).tags.size).toBe(1);
});

it('is interrupted itself by its own signal', async () => {
  const { store } = await begin({ fault: ({ method }) => (method === 'HEAD' ? 'stall' : undefined) });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  const putting = store.putManifest(image, { signal: controller.signal });
  await expect(putting).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
