import { describe, expect, it, vi } from 'vitest';
import { EMPTY_DESCRIPTOR } from '../../src/oci/values/empty.js';
import { text } from '../store/support/artifacts.js';
import { IMAGE, INDEX, refusal, type Served, serve } from './support/push-start.js';

const layer = text('layer');
const empty = text('{}');
const ARTIFACT = { schemaVersion: 2, mediaType: IMAGE, artifactType: 'application/x.test', config: EMPTY_DESCRIPTOR };
const other = (n: number) => ({ mediaType: IMAGE, digest: `sha256:${n.toString(16).padStart(64, '0')}`, size: 1 });

async function begin(): Promise<Served> {
  const served = await serve();
  for (const { bytes, descriptor } of [layer, empty]) await served.blob('app', bytes, descriptor.digest);
  return served;
}

const put = ({ send }: Served, body: string, type: string = IMAGE) =>
  send('PUT', '/v2/app/manifests/v', { headers: { 'Content-Type': type }, body });

const withMember = (json: string) => JSON.stringify({ ...ARTIFACT, layers: [] }).replace(/}$/, `,"x":${json}}`);

describe('a manifest with more than the server takes', () => {
  it.each([
    ['layers', { ...ARTIFACT, layers: Array.from({ length: 10_001 }, () => layer.descriptor) }, IMAGE],
    ['layers and a config', { ...ARTIFACT, layers: Array.from({ length: 10_000 }, () => layer.descriptor) }, IMAGE],
    [
      'children',
      { schemaVersion: 2, mediaType: INDEX, manifests: Array.from({ length: 10_001 }, (_, n) => other(n)) },
      INDEX,
    ],
  ])('%s is refused', async (_what, document, type) => {
    const answer = await put(await begin(), JSON.stringify(document), type);
    expect(refusal(answer)).toEqual([413, 'MANIFEST_INVALID']);
    expect(answer.body.toString()).toContain('more than 10000 descriptors');
  });

  it.each([
    ['names', withMember(`{${Array.from({ length: 130_000 }, (_, n) => `"k${n}":1`).join(',')}}`)],
    ['numbers', withMember(`[${'1,'.repeat(260_000)}1]`)],
    ['lists', withMember('['.repeat(260_000) + ']'.repeat(260_000))],
    ['objects in a list', withMember(`[${'{},'.repeat(140_000)}{}]`)],
    ['escaped quotes before them', withMember(`["\\\\",${'"\\"",'.repeat(260_000)}1]`)],
  ])('%s is refused before it is parsed', async (_what, body) => {
    const answer = await put(await begin(), body);
    expect(refusal(answer)).toEqual([413, 'MANIFEST_INVALID']);
    expect(answer.body.toString()).toContain('more than 250000 names and values');
  });

  it.each([
    [
      'an index of 10,000 images',
      JSON.stringify({
        schemaVersion: 2,
        mediaType: INDEX,
        manifests: Array.from({ length: 10_000 }, (_, n) => ({
          ...other(n),
          platform: { os: 'linux', architecture: 'amd64', variant: 'v1' },
          annotations: { a: 'b,:[{', c: 'd' },
        })),
      }),
      INDEX,
    ],
    ['a text of commas, colons and brackets', withMember(JSON.stringify(',:[{"\\'.repeat(100_000))), IMAGE],
    [
      '9,999 layers',
      JSON.stringify({ ...ARTIFACT, layers: Array.from({ length: 9999 }, () => layer.descriptor) }),
      IMAGE,
    ],
  ])('is not %s', async (_what, body, type) => {
    const served = await begin();
    expect((await put(served, body, type)).status).toBe(201);
    expect((await served.send('GET', '/v2/app/manifests/v')).body.toString()).toBe(body);
  });
});

it('looks once for a blob that is named often', async () => {
  const served = await begin();
  const repository = await served.repositories.open('app', { create: false });
  if (repository === undefined) throw new Error('no repository');
  const looks = vi.spyOn(repository, 'keepBlob');
  const layers = Array.from({ length: 5000 }, () => layer.descriptor);
  expect((await put(served, JSON.stringify({ ...ARTIFACT, layers }))).status).toBe(201);
  expect(looks.mock.calls.map(([{ digest }]) => digest).sort()).toEqual(
    [layer.descriptor.digest, empty.descriptor.digest].sort(),
  );
  // The same digest in another size is another blob, which is not there.
  const lie = { ...layer.descriptor, size: layer.descriptor.size + 1 };
  const answer = await put(served, JSON.stringify({ ...ARTIFACT, layers: [...layers, lie] }));
  expect(refusal(answer)).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
});

it('answers others between the manifests of a crowd', async () => {
  const served = await begin();
  const body = withMember(`[${'1,'.repeat(240_000)}1]`);
  const order: string[] = [];
  const crowd = Array.from({ length: 12 }, () => put(served, body).then(() => order.push('manifest')));
  // Each is asked when the one before it was answered.
  for (let n = 0; n < 4; n++) await served.send('GET', '/v2/').then(() => order.push('ping'));
  await Promise.all(crowd);
  expect(order.lastIndexOf('ping')).toBeLessThan(order.length - 2);
});

it('takes a hundred tags in the query of one PUT, and no more', async () => {
  const served = await begin();
  const body = JSON.stringify({ ...ARTIFACT, layers: [] });
  for (const [count, status] of [
    [100, 201],
    [101, 414],
  ] as const) {
    const query = Array.from({ length: count }, (_, n) => `tag=t${n}`).join('&');
    const answer = await served.send('PUT', `/v2/app/manifests/v?${query}`, {
      headers: { 'Content-Type': IMAGE },
      body,
    });
    expect(answer.status).toBe(status);
  }
});
