import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { referrerEntry } from '../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { RegistryOptions } from '../../support/registry.js';
import { attach, digests, list, listDigests, listTags, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';
const PAGE = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };

/** An image with one SBOM that only the API lists, where there is one, and one that only the tag lists. */
async function withBoth(options: RegistryOptions = {}) {
  const { registry, store, open } = await begin(options);
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const [byApi, byTag] = [referrerOf(descriptor, SBOM, { n: '1' }), referrerOf(descriptor, SBOM, { n: '2' })];
  for (const { bytes } of [byApi, byTag])
    registry.putManifest(REPOSITORY, bytes, { mediaType: MediaType.imageManifest });
  registry.repository(REPOSITORY).unlisted.add(byTag.descriptor.digest);
  const tag = referrersTag(descriptor.digest);
  registry.putManifest(REPOSITORY, buildIndex({ manifests: [referrerEntry(byTag)] }).bytes, {
    mediaType: MediaType.imageIndex,
    tag,
  });
  registry.clear();
  return { registry, open, subject: descriptor, byApi, byTag, tag };
}

describe('only the Referrers API', () => {
  const referrers = 'api' as const;

  it('is read, and no referrers tag', async () => {
    const { registry, open, subject, byApi, tag } = await withBoth();
    expect(await listDigests(open({ referrers }), subject)).toEqual(digests(byApi));
    expect(registry.count('GET', tag) + registry.count('HEAD', tag)).toBe(0);
  });

  it.each<[string, RegistryOptions, string]>([
    ['missing', { referrers: 'none' }, 'UNSUPPORTED'],
    [
      'answered 400',
      { fault: ({ path }) => (path.includes('/referrers/') ? { status: 400 } : undefined) },
      'UNSUPPORTED',
    ],
    [
      'answered with a web page',
      { fault: ({ path }) => (path.includes('/referrers/') ? PAGE : undefined) },
      'MALFORMED',
    ],
  ])('is an error where it is %s: nothing is never the answer', async (_, options, code) => {
    const { open, subject } = await withBoth(options);
    await expect(list(open({ referrers }), subject)).rejects.toMatchObject({ code, hint: expect.any(String) });
    const unasked: unknown[] = [];
    const store = open({ referrers });
    expect(await list(store, subject, { onUnasked: (way) => void unasked.push(way) })).toEqual([]);
    expect(unasked).toEqual([expect.stringContaining('Referrers API')]);
  });

  it('has the last word after a write, and no tag is written', async () => {
    const { registry, open, subject } = await withBoth({ ociSubject: false });
    const store = open({ referrers });
    const sbom = referrerOf(subject, SBOM, { n: '3' });
    expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'api' });
    const lost = referrerOf(subject, SBOM, { n: '4' });
    registry.repository(REPOSITORY).unlisted.add(lost.descriptor.digest);
    await expect(attach(store, lost)).rejects.toMatchObject({ message: expect.stringContaining('does not list it') });
    expect(registry.count('PUT', '/manifests/sha256-')).toBe(0);
  });

  it('must be there before a manifest is sent', async () => {
    const { registry, open, subject } = await withBoth({ referrers: 'none', ociSubject: true });
    await expect(attach(open({ referrers }), referrerOf(subject, SBOM))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(registry.count('PUT', '/manifests/')).toBe(0);
  });

  it('leaves the list under the tag alone where a manifest is deleted', async () => {
    const { registry, open, byTag, tag } = await withBoth();
    expect(await open({ referrers, access: 'delete' }).deleteManifest(byTag.descriptor.digest)).toBe(true);
    expect(registry.requests.filter(({ path }) => path.includes(tag))).toEqual([]);
  });
});

describe('only the referrers tag', () => {
  const referrers = 'tag' as const;

  it('is read, and the API is not asked', async () => {
    const { registry, open, subject, byTag } = await withBoth();
    const asked: unknown[] = [];
    expect(await listDigests(open({ referrers }), subject, { onAsked: (way) => void asked.push(way) })).toEqual(
      digests(byTag),
    );
    expect(asked).toEqual([{ via: 'tag', found: 1 }]);
    expect(registry.count('GET', '/referrers/')).toBe(0);
  });

  it('lists nothing, and that is an answer, behind a proxy that makes up web pages', async () => {
    const { store, open } = await begin({ fault: ({ path }) => (path.includes('/referrers/') ? PAGE : undefined) });
    const { descriptor } = await pushImage(store, 'image');
    expect(await list(open({ referrers }), descriptor)).toEqual([]);
  });

  it('is written, whatever the registry announces', async () => {
    const { registry, open, subject, byTag } = await withBoth({ ociSubject: true });
    const sbom = referrerOf(subject, SBOM, { n: '3' });
    expect(await attach(open({ referrers }), sbom, { settle: false })).toEqual({ result: 'written', listedBy: 'tag' });
    expect(await listDigests(open({ referrers }), subject)).toEqual(digests(byTag, sbom));
    expect(registry.count('GET', '/referrers/')).toBe(0);
  });
});

it('both are asked by default', async () => {
  const { open, subject, byApi, byTag } = await withBoth();
  for (const referrers of ['auto', undefined] as const)
    expect(await listDigests(open({ referrers }), subject)).toEqual(digests(byApi, byTag));
  expect(await listTags(open())).toHaveLength(2);
});
