import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_DESCRIPTOR } from '../../src/oci/values/empty.js';
import { type Content, text, written } from '../store/support/artifacts.js';
import { tree } from '../support/temp.js';
import { detailOf, IMAGE, INDEX, refusal, type Served, serve } from './support/push-start.js';

const layer = text('layer');
const empty = text('{}');
const ARTIFACT = {
  schemaVersion: 2,
  mediaType: IMAGE,
  artifactType: 'application/x.test',
  config: EMPTY_DESCRIPTOR,
  layers: [layer.descriptor],
};

async function withBlobs(name = 'team/app', limits = {}): Promise<Served> {
  const served = await serve({ limits });
  const all: Content[] = [layer, empty];
  for (const { bytes, descriptor } of all) {
    expect((await served.blob(name, bytes, descriptor.digest)).status).toBe(201);
  }
  return served;
}

const put = ({ send }: Served, reference: string, body: string | Buffer, type: string = IMAGE, name = 'team/app') =>
  send('PUT', `/v2/${name}/manifests/${reference}`, { headers: { 'Content-Type': type }, body });

async function expectManifest({ send }: Served, reference: string, bytes: Buffer | Uint8Array, type = IMAGE) {
  const got = await send('GET', `/v2/team/app/manifests/${reference}`);
  expect([got.status, got.headers['content-type'], got.body.equals(bytes)]).toEqual([200, type, true]);
}

describe('a manifest', () => {
  it('by tag and by digest, byte for byte (E60, E61, E62)', async () => {
    const served = await withBlobs();
    for (const [n, algorithm] of (['sha256', 'sha512'] as const).entries()) {
      // No program writes JSON like that: it must come back as it was.
      const source = `\n${JSON.stringify({ ...ARTIFACT, annotations: { n: `${n}` } }, undefined, 3)}\n`;
      const { bytes, descriptor } = written(source, algorithm);
      const byDigest = await put(served, descriptor.digest, source);
      expect(byDigest.status).toBe(201);
      expect(byDigest.headers['docker-content-digest']).toBe(descriptor.digest);
      expect(byDigest.headers.location).toBe(`/v2/team/app/manifests/${descriptor.digest}`);
      expect((await put(served, `v${n}`, source)).status).toBe(201);
      for (const reference of [`v${n}`, descriptor.digest]) await expectManifest(served, reference, bytes);
    }
  });

  it('under the digest of another is refused (E62)', async () => {
    const served = await withBlobs();
    const other = written({ ...ARTIFACT, layers: [] });
    const answer = await put(served, other.descriptor.digest, JSON.stringify(ARTIFACT));
    expect(refusal(answer)).toEqual([400, 'DIGEST_INVALID']);
    expect(refusal(await put(served, 'sha256:abc', JSON.stringify(ARTIFACT)))).toEqual([400, 'DIGEST_INVALID']);
    expect(refusal(await put(served, `md5:${'a'.repeat(32)}`, JSON.stringify(ARTIFACT)))).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
    expect((await served.send('GET', '/v2/team/app/tags/list')).body.toString()).toContain('"tags":[]');
  });

  it.each([
    ['another type than it has', INDEX, ARTIFACT],
    ['a type of no manifest', 'application/json', ARTIFACT],
    ['an index as an image', IMAGE, { schemaVersion: 2, mediaType: INDEX, manifests: [] }],
  ])('sent with %s is refused (E60)', async (_what, type, document) => {
    const served = await withBlobs();
    expect(refusal(await put(served, 'v1', JSON.stringify(document), type))).toEqual([400, 'MANIFEST_INVALID']);
    expect((await served.send('GET', '/v2/team/app/manifests/v1')).status).toBe(404);
  });

  it('may come without a type, or with parameters (E60)', async () => {
    const served = await withBlobs();
    expect((await put(served, 'v1', JSON.stringify(ARTIFACT), `${IMAGE}; charset=utf-8`)).status).toBe(201);
    const bare = await served.send('PUT', '/v2/team/app/manifests/v2', { body: JSON.stringify(ARTIFACT) });
    expect(bare.status).toBe(201);
    const { mediaType: _, ...untyped } = ARTIFACT;
    expect((await put(served, 'v3', JSON.stringify(untyped))).status).toBe(201);
    await expectManifest(served, 'v3', Buffer.from(JSON.stringify(untyped)));
  });

  it('whose blobs are missing is refused with their digests, a missing subject is none of them (E63)', async () => {
    const served = await withBlobs();
    const gone = text('gone').descriptor;
    const answer = await put(served, 'v1', JSON.stringify({ ...ARTIFACT, layers: [layer.descriptor, gone] }));
    expect(refusal(answer)).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect(detailOf(answer)).toEqual([{ digest: gone.digest, size: gone.size }]);
    const subject = { ...gone, mediaType: IMAGE };
    const referrer = written({ ...ARTIFACT, subject });
    const attached = await put(served, referrer.descriptor.digest, Buffer.from(referrer.bytes));
    expect([attached.status, attached.headers['oci-subject']]).toEqual([201, gone.digest]);
    const listed = await served.send('GET', `/v2/team/app/referrers/${gone.digest}`);
    expect(JSON.parse(listed.body.toString()).manifests).toMatchObject([{ digest: referrer.descriptor.digest }]);
  });

  it('gets all the tags of the query, and the answer names them (E65)', async () => {
    const served = await withBlobs();
    const { descriptor, bytes } = written(ARTIFACT);
    const tags = Array.from({ length: 12 }, (_, n) => `t${n}`);
    const query = tags.map((tag) => `tag=${tag}`).join('&');
    const answer = await put(served, `${descriptor.digest}?${query}`, Buffer.from(bytes));
    expect([answer.status, answer.headers['oci-tag']]).toEqual([201, tags.join(', ')]);
    for (const tag of tags) await expectManifest(served, tag, bytes);
    expect(refusal(await put(served, `${descriptor.digest}?tag=.x`, Buffer.from(bytes)))).toEqual([
      400,
      'MANIFEST_INVALID',
    ]);
  });

  it('gets all the tags of the query or none, and each once', async () => {
    const served = await withBlobs();
    const { descriptor, bytes } = written(ARTIFACT);
    for (const query of ['tag=a&tag=-b', 'tag=a&tag=', `tag=a&tag=${'x'.repeat(129)}`, 'tag=a&tag=a%2Fb'])
      expect(refusal(await put(served, `${descriptor.digest}?${query}`, Buffer.from(bytes)))).toEqual([
        400,
        'MANIFEST_INVALID',
      ]);
    const gone = JSON.stringify({ ...ARTIFACT, layers: [text('gone').descriptor] });
    const missing = await put(served, `${written(JSON.parse(gone)).descriptor.digest}?tag=a&tag=b`, gone);
    expect(refusal(missing)).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect((await served.send('GET', '/v2/team/app/manifests/a')).status).toBe(404);
    const twice = await put(served, `${descriptor.digest}?tag=a&tag=a&tag=b`, Buffer.from(bytes));
    expect([twice.status, twice.headers['oci-tag']]).toEqual([201, 'a, b']);
  });

  it.each([3_900_000, 4 * 1024 * 1024 - 1000, 4 * 1024 * 1024])('of %i bytes is taken (E66, E67)', async (size) => {
    const served = await withBlobs();
    const source = padded(size);
    expect((await put(served, 'large', source)).status).toBe(201);
    await expectManifest(served, 'large', Buffer.from(source));
  });

  it('beyond the limit is 413, whether its length is known or not (E66)', async () => {
    const served = await withBlobs();
    expect(refusal(await put(served, 'large', padded(4 * 1024 * 1024 + 1)))).toEqual([413, 'SIZE_INVALID']);
    expect((await served.send('GET', '/v2/team/app/manifests/large')).status).toBe(404);
    const small = await withBlobs('team/app', { manifestBytes: 1000 });
    const chunked = await small.send('PUT', '/v2/team/app/manifests/large', {
      body: await text('x'.repeat(1001)).open(),
    });
    expect(refusal(chunked)).toEqual([413, 'SIZE_INVALID']);
  });

  it('that is an index, of an index', async () => {
    const served = await withBlobs();
    const image = written(ARTIFACT);
    expect((await put(served, image.descriptor.digest, Buffer.from(image.bytes))).status).toBe(201);
    const inner = written({ schemaVersion: 2, mediaType: INDEX, manifests: [image.descriptor] });
    const outer = written({ schemaVersion: 2, mediaType: INDEX, manifests: [inner.descriptor] });
    expect((await put(served, inner.descriptor.digest, Buffer.from(inner.bytes), INDEX)).status).toBe(201);
    expect((await put(served, 'outer', Buffer.from(outer.bytes), INDEX)).status).toBe(201);
    await expectManifest(served, 'outer', outer.bytes, INDEX);
    await expectManifest(served, inner.descriptor.digest, inner.bytes, INDEX);
  });
});

/** A manifest of exactly that size: many annotations, as the conformance suite has it. */
function padded(size: number): string {
  const annotations: Record<string, string> = {};
  const length = () => JSON.stringify({ ...ARTIFACT, annotations }).length;
  const full = Math.floor((size - length()) / 10_100);
  for (let n = 0; n < full; n++) annotations[`x.${n}`] = 'y'.repeat(10_000);
  annotations.rest = '';
  annotations.rest = 'z'.repeat(size - length());
  return JSON.stringify({ ...ARTIFACT, annotations });
}

describe('a repository', () => {
  it('is created by the first push, also inside another', async () => {
    const served = await serve();
    for (const name of ['team/app', 'team', 'team/app/more']) {
      expect((await served.send('GET', `/v2/${name}/tags/list`)).status).toBe(404);
      for (const { bytes, descriptor } of [layer, empty]) await served.blob(name, bytes, descriptor.digest);
      expect((await put(served, name.replaceAll('/', '-'), JSON.stringify(ARTIFACT), IMAGE, name)).status).toBe(201);
    }
    for (const name of ['team/app', 'team', 'team/app/more']) {
      const { body } = await served.send('GET', `/v2/${name}/tags/list`);
      expect(JSON.parse(body.toString())).toEqual({ name, tags: [name.replaceAll('/', '-')] });
      JSON.parse(await readFile(join(served.directory, name, 'index.json'), 'utf8'));
    }
  });

  it.each([
    'team/blobs',
    'team/index.json',
    'team/oci-layout',
    'blobs',
    'team/index.json.lock',
    'team/blobs/sha256',
    'A',
    'a..b',
  ])('is not called %s', async (name) => {
    const served = await withBlobs('team');
    const before = await tree(served.directory);
    const answers = [
      await served.blob(name, layer.bytes, layer.descriptor.digest),
      await served.send('POST', `/v2/${name}/blobs/uploads/`),
      await put(served, 'v1', JSON.stringify({ ...ARTIFACT, layers: [] }), IMAGE, name),
      await served.send('GET', `/v2/${name}/tags/list`),
    ];
    for (const answer of answers) expect(['NAME_INVALID', 'NAME_UNKNOWN']).toContain(refusal(answer)[1]);
    for (const { status } of answers) expect([400, 404]).toContain(status);
    expect(await tree(served.directory)).toEqual(before);
  });
});
