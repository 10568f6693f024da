import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import type { Fault } from '../../support/loopback.js';
import { buildkitIndex, childOf, cosignImage } from '../detach/support/detaching.js';
import { put, SBOM, SIGNATURE } from '../support/attached.js';

const NO_TAGS = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"name":"team/app","tags":[]}' };

describe('a list of tags that lacks a tag', () => {
  it.each([
    ['is stale', NO_TAGS],
    ['is not there', { status: 404 }],
    ['is refused', { status: 403 }],
  ])('and %s does not hide the signature of an image, a platform, or an attachment', async (_what, list) => {
    const { store } = await begin({ fault: ({ path }) => (path.endsWith('/tags/list') ? list : undefined) });
    const [amd64, arm64] = [
      await pushImage(store, 'amd64', { child: true }),
      await pushImage(store, 'arm64', { child: true }),
    ];
    const inner = buildIndex({ manifests: [arm64.descriptor] });
    await store.putManifest(inner, { child: true });
    const outer = buildIndex({ manifests: [amd64.descriptor, inner.descriptor] });
    await store.putManifest(outer, { tags: ['v1'] });
    const sbom = await put(store, arm64.descriptor, SBOM);
    const subjects = [outer, amd64, inner, arm64].map(({ descriptor }) => descriptor.digest).concat(sbom.digest);
    for (const [n, digest] of subjects.entries()) await cosignImage(store, n, [`${referrersTag(digest)}.sig`]);
    const found = [...(await discover({ store, tag: 'v1' }))].filter(({ kind }) => kind === 'signature');
    expect(found.map(({ subject }) => subject).sort()).toEqual(subjects.sort());
  });

  it('does not hide the list of referrers of an attachment', async () => {
    const { store } = await begin({
      referrers: 'none',
      fault: ({ path }) => (path.endsWith('/tags/list') ? NO_TAGS : undefined),
    });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, await put(store, descriptor, SBOM), SIGNATURE);
    expect([...(await discover({ store, tag: 'v1' }))]).toHaveLength(2);
  });
});

describe('one odd thing', () => {
  it('under a tag of cosign hides nothing: an index is shown', async () => {
    const { store } = await begin();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    const odd = buildIndex({ manifests: [descriptor] });
    await store.putManifest(odd, { tags: [`${referrersTag(descriptor.digest)}.sig`] });
    const found = await discover({ store, tag: 'v1' });
    expect(found.referrers.map(({ digest, via }) => [digest, via])).toContainEqual([
      odd.descriptor.digest,
      ['cosign-tag'],
    ]);
    expect(found.referrers).toHaveLength(2);
  });

  it.each<[string, RegExp, Fault]>([
    ['an attestation that cannot be fetched', /ATTESTATION/, { status: 500 }],
    ['an attestation that is gone', /ATTESTATION/, { status: 404 }],
    ['a tag of cosign whose manifest is gone', /SIGNATURE/, { status: 404 }],
    [
      'a tag of cosign that is a web page',
      /SIGNATURE/,
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    ],
    [
      'a tag of cosign that is schema 1',
      /SIGNATURE/,
      {
        status: 200,
        headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v1+json' },
        body: '{"schemaVersion":1}',
      },
    ],
  ])('is named, and the rest is shown: %s', async (_what, which, fault) => {
    let broken = '-';
    const { store, open } = await begin({
      fault: ({ method, path }) => (method === 'GET' && path.endsWith(broken) ? fault : undefined),
    });
    const index = await buildkitIndex(store, false);
    const image = childOf(index);
    await put(store, image, SBOM);
    const tag = `${referrersTag(image.digest)}.sig`;
    const signature = await cosignImage(store, 1, [tag]);
    const entries = index.kind === 'index' ? index.content.manifests : [];
    broken = which.test('SIGNATURE') ? signature.digest : (entries[1]?.digest ?? '');
    const result = await discover({ store: open(), tag: 'multi' }, { partial: true });
    const kinds = result.platforms?.map(({ referrers }) => referrers.map(({ kind }) => kind ?? '').sort());
    const attested = ['provenance', 'sbom'];
    const first = which.test('SIGNATURE') ? [...attested, 'sbom'] : ['sbom', 'signature'];
    expect(kinds).toEqual([first, attested]);
    expect(result.incomplete).toHaveLength(1);
    await expect(discover({ store: open(), tag: 'multi' })).rejects.toMatchObject({ code: 'INCOMPLETE' });
  });

  it('in a list is a referrer that is an index: it is shown, and what is attached to it', async () => {
    const { store } = await begin();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const set = buildIndex({
      manifests: [descriptor],
      subject: descriptor,
      artifactType: 'application/vnd.example.set',
    });
    await store.putManifest(set, { settle: false });
    await put(store, set.descriptor, SIGNATURE);
    const [found] = (await discover({ store, tag: 'v1' })).referrers;
    expect(found).toMatchObject({
      mediaType: MediaType.imageIndex,
      digest: set.descriptor.digest,
      referrers: [{ artifactType: SIGNATURE }],
    });
  });
});
