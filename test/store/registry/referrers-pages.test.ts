import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { referrerEntry } from '../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { attach, digests, list, listDigests, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';
const INDEX = { 'content-type': MediaType.imageIndex };
const again = ({ path }: FaultRequest) => `<${path}>; rel="next"`;

/** Three pages of two referrers; the page that starts with the entry of this number is met with a fault. */
async function paged(start: number, answer: (request: FaultRequest) => Fault) {
  let isOn = false;
  const fault = (request: FaultRequest) =>
    isOn && request.path.includes(`start=${start}`) ? answer(request) : undefined;
  const { registry, store, open } = await begin({ pageSize: 2, fault });
  const { descriptor } = await pushImage(store, 'image');
  const sboms = Array.from({ length: 6 }, (_, n) => referrerOf(descriptor, SBOM, { n: String(n) }));
  for (const sbom of sboms) await attach(store, sbom);
  isOn = true;
  const unasked: [string, unknown][] = [];
  const onUnasked = (way: string, error: unknown) => void unasked.push([way, error]);
  return { registry, store, open, subject: descriptor, sboms, unasked, onUnasked };
}

describe('a later page that cannot be had', () => {
  const empty = JSON.stringify({ schemaVersion: 2, manifests: [] });
  it.each<[string, string, (request: FaultRequest) => Fault]>([
    ['is forbidden', 'FORBIDDEN', () => ({ status: 403 })],
    ['answers 500', 'BUSY', () => ({ status: 500 })],
    ['has vanished', 'MALFORMED', () => ({ status: 404 })],
    ['is broken JSON', 'MALFORMED', () => ({ status: 200, headers: INDEX, body: '{"schemaVersion":2,"manifests":[{' })],
    ['is a web page', 'MALFORMED', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })],
    ['is other JSON', 'MALFORMED', () => ({ status: 200, headers: INDEX, body: '"gone"' })],
    ['is reset', 'UNREACHABLE', () => 'reset'],
    ['is cut', 'UNREACHABLE', () => ({ cutAfter: 60 })],
  ])('because it %s hides nothing of the pages before it (%s)', async (_, code, answer) => {
    for (const [start, page] of [
      [2, 2],
      [4, 3],
    ] as const) {
      const { open, subject, sboms, unasked, onUnasked } = await paged(start, answer);
      expect(await listDigests(open(), subject, { onUnasked })).toEqual(digests(...sboms.slice(0, start)));
      expect(unasked).toEqual([
        [expect.stringContaining(`Referrers API from page ${page}`), expect.objectContaining({ code })],
      ]);
      await expect(list(open(), subject)).rejects.toMatchObject({ code });
    }
  });

  it.each<[string, (request: FaultRequest) => string]>([
    ['leads back', again],
    ['leads to another origin', () => '<https://example.org/v2/team/app/referrers/x?page=2>; rel="next"'],
    ['leads nowhere', () => '<http://[>; rel="next"'],
    ['cannot be read', () => 'next'],
  ])('because the link %s: its own page is shown, and the list is never complete', async (_, link) => {
    const answer = (request: FaultRequest) => ({
      status: 200,
      headers: { ...INDEX, link: link(request) },
      body: empty,
    });
    const { open, subject, sboms, unasked, onUnasked } = await paged(4, answer);
    const asked: unknown[] = [];
    const found = await listDigests(open(), subject, { onUnasked, onAsked: (way) => void asked.push(way) });
    expect(found).toEqual(digests(...sboms.slice(0, 4)));
    expect(unasked).toEqual([
      [expect.stringContaining('Referrers API from page 4'), expect.objectContaining({ code: 'MALFORMED' })],
    ]);
    expect(asked).toEqual([{ via: 'tag', found: 0 }]);
  });

  it('leaves what the referrers tag lists', async () => {
    const { registry, open, subject, sboms, onUnasked } = await paged(2, () => ({ status: 503 }));
    const fallback = buildIndex({ manifests: sboms.slice(4).map(referrerEntry) });
    const tag = referrersTag(subject.digest);
    registry.putManifest(REPOSITORY, fallback.bytes, { mediaType: MediaType.imageIndex, tag });
    const found = await list(open(), subject, { onUnasked });
    expect(found.map(({ via }) => via)).toEqual([['api'], ['api'], ['tag'], ['tag']]);
  });
});

describe('an entry whose manifest cannot be had', () => {
  it.each<[string, string, Fault]>([
    ['is forbidden', 'FORBIDDEN', { status: 403 }],
    ['answers 500', 'BUSY', { status: 500 }],
    ['is another one', 'DIGEST_MISMATCH', { status: 200, headers: INDEX, body: '{}' }],
  ])('because it %s is shown as it is listed (%s), by the API and by the tag', async (_, code, answer) => {
    for (const referrers of ['api', 'none'] as const) {
      let broken = '';
      const { store, open } = await begin({
        referrers,
        fault: ({ method, path }) => (broken && method === 'GET' && path.endsWith(broken) ? answer : undefined),
      });
      const { descriptor } = await pushImage(store, 'image');
      const [one, two] = [referrerOf(descriptor, SBOM, { n: '1' }), referrerOf(descriptor, SBOM, { n: '2' })];
      for (const sbom of [one, two]) await attach(store, sbom, { settle: false });
      broken = one.descriptor.digest;
      const unasked: [string, unknown][] = [];
      const onUnasked = (way: string, error: unknown) => void unasked.push([way, error]);
      const found = await list(open(), descriptor, { onUnasked });
      expect(found.map((referrer) => referrer.descriptor)).toEqual(
        expect.arrayContaining([one, two].map(referrerEntry)),
      );
      expect(unasked).toEqual([[expect.stringContaining(broken), expect.objectContaining({ code })]]);
      await expect(list(open(), descriptor)).rejects.toMatchObject({ code });
    }
  });

  it('because it is gone is named, and not shown', async () => {
    const { registry, store, open } = await begin({ referrers: 'none' });
    const { descriptor } = await pushImage(store, 'image');
    const [gone, kept] = [referrerOf(descriptor, SBOM, { n: '1' }), referrerOf(descriptor, SBOM, { n: '2' })];
    for (const sbom of [gone, kept]) await attach(store, sbom, { settle: false });
    registry.repository(REPOSITORY).manifests.delete(gone.descriptor.digest);
    const named: unknown[] = [];
    expect(await listDigests(open(), descriptor, { onGone: (entry) => void named.push(entry) })).toEqual(digests(kept));
    expect(named).toEqual([expect.objectContaining({ digest: gone.descriptor.digest })]);
    expect(await listDigests(open(), descriptor)).toEqual(digests(kept));
  });
});

it('does not take a list of tags for proof that a referrers tag is missing', async () => {
  for (const referrers of ['api', 'none'] as const) {
    const { registry, store, open } = await begin({ referrers });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = referrerOf(descriptor, SBOM);
    registry.putManifest(REPOSITORY, sbom.bytes, { mediaType: sbom.descriptor.mediaType });
    registry.repository(REPOSITORY).unlisted.add(sbom.descriptor.digest);
    const fallback = buildIndex({ manifests: [referrerEntry(sbom)] });
    const tag = referrersTag(descriptor.digest);
    registry.putManifest(REPOSITORY, fallback.bytes, { mediaType: MediaType.imageIndex, tag });
    expect(await listDigests(open(), descriptor, { tags: new Set(['v1']) })).toEqual(digests(sbom));
    const reader = open();
    await list(reader, descriptor);
    expect(await listDigests(reader, descriptor, { tags: new Set() })).toEqual(digests(sbom));
  }
});
