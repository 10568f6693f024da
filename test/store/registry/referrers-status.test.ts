import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { referrerEntry } from '../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { attach, digests, list, listDigests, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';
const JSON_TYPE = { 'content-type': MediaType.imageIndex };

/** A registry whose Referrers API gives this answer, with an SBOM that its referrers tag lists. */
async function answering(fault: Fault) {
  let isOn = false;
  const choose = ({ path }: FaultRequest) => (isOn && path.includes('/referrers/') ? fault : undefined);
  const { registry, store, open } = await begin({ referrers: 'none', fault: choose });
  const image = await pushImage(store, 'image');
  const sbom = referrerOf(image.descriptor, SBOM);
  await attach(store, sbom, { settle: false });
  isOn = true;
  registry.clear();
  return { registry, open, subject: image.descriptor, sbom };
}

describe('the Referrers API is not there', () => {
  it.each<[string, Fault]>([
    ['404', { status: 404 }],
    ['404 with a web page', { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['400', { status: 400, body: '{"errors":[{"code":"MANIFEST_INVALID"}]}' }],
    ['405', { status: 405 }],
    ['406', { status: 406 }],
    ['501', { status: 501 }],
    ['200 with a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['200 with other JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['200 without a type', { status: 200, body: '' }],
    ['200 with broken JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"manifests":[' }],
    [
      '200 with a manifest',
      { status: 200, body: `{"schemaVersion":2,"mediaType":"${MediaType.imageManifest}","manifests":[]}` },
    ],
  ])('when it answers %s: the tag is read (E75, E76)', async (_, fault) => {
    const { open, subject, sbom } = await answering(fault);
    expect(await listDigests(open(), subject)).toEqual(digests(sbom));
  });

  it.each<[string, Fault]>([
    ['a web page', { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' }],
    ['a web page that is called an index', { status: 200, headers: JSON_TYPE, body: '<!doctype html><html>' }],
    ['other JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' }],
    ['broken JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"manifests":[' }],
    ['an empty body', { status: 200, body: '' }],
  ])('200 with %s is no answer where the tag lists nothing, too', async (_, answer) => {
    let isOn = false;
    const fault = ({ path }: FaultRequest) => (isOn && path.includes('/referrers/') ? answer : undefined);
    const { registry, store, open } = await begin({ referrers: 'none', strictBlobs: false, fault });
    const { descriptor } = await pushImage(store, 'image');
    isOn = true;
    await expect(list(open(), descriptor)).rejects.toMatchObject({ code: 'MALFORMED' });
    // A list of what is gone lists nothing.
    const gone = buildIndex({ manifests: [referrerEntry(referrerOf(descriptor, SBOM))] });
    registry.putManifest(REPOSITORY, gone.bytes, {
      mediaType: MediaType.imageIndex,
      tag: referrersTag(descriptor.digest),
    });
    const unasked: string[] = [];
    expect(await list(open(), descriptor, { onUnasked: (way) => void unasked.push(way) })).toEqual([]);
    expect(unasked).toEqual([expect.stringContaining('Referrers API')]);
  });

  it.each<[string, object]>([
    ['application/json', { 'content-type': 'application/json' }],
    ['no type', {}],
    ['a type with a parameter', { 'content-type': `${MediaType.imageIndex}; charset=utf-8` }],
    ['a type in capitals', { 'content-type': MediaType.imageIndex.toUpperCase() }],
    ['text/plain', { 'content-type': 'text/plain' }],
  ])('not when an index comes as %s', async (_, headers) => {
    let body: string | undefined;
    const fault = ({ path }: FaultRequest) =>
      body !== undefined && path.includes('/referrers/') ? { status: 200, headers: { ...headers }, body } : undefined;
    const { store, open } = await begin({ fault });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = referrerOf(descriptor, SBOM);
    await attach(store, sbom);
    body = JSON.stringify({ schemaVersion: 2, manifests: [referrerEntry(sbom)] });
    expect(await list(open(), descriptor)).toEqual([{ descriptor: referrerEntry(sbom), via: ['api'] }]);
    body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    expect(await list(open(), descriptor)).toEqual([]);
  });

  it('not when an API that has answered before sends a web page', async () => {
    let isOn = false;
    const page: Fault = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
    const fault = ({ path }: FaultRequest) => (isOn && path.includes('/referrers/') ? page : undefined);
    const { store } = await begin({ fault });
    const { descriptor } = await pushImage(store, 'image');
    await attach(store, referrerOf(descriptor, SBOM));
    await list(store, descriptor);
    isOn = true;
    await expect(list(store, descriptor)).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('for one subject alone where it has listed another', async () => {
    let missing = '';
    const { registry, store, open } = await begin({
      fault: ({ path }) => (missing !== '' && path.includes(`/referrers/${missing}`) ? { status: 404 } : undefined),
    });
    const [one, two] = [await pushImage(store, 'one'), await pushImage(store, 'two')];
    const sbom = referrerOf(two.descriptor, SBOM);
    await attach(store, sbom);
    const reader = open();
    expect(await list(reader, one.descriptor)).toEqual([]);
    missing = one.descriptor.digest;
    expect(await list(reader, one.descriptor)).toEqual([]);
    expect(await listDigests(reader, two.descriptor)).toEqual(digests(sbom));
    expect(registry.count('GET', `/referrers/${missing}`)).toBe(2);
  });

  it('and the tag neither: nothing is attached (E75)', async () => {
    const { store } = await begin({ referrers: 'none' });
    const image = await pushImage(store, 'image');
    expect(await list(store, image.descriptor)).toEqual([]);
  });

  it('is remembered for this repository where the answer is definite, and not from a guess (E107)', async () => {
    const error = (code: string) => JSON.stringify({ errors: [{ code }] });
    for (const [status, times, body] of [
      [404, 1, ''],
      [404, 1, error('NOT_FOUND')],
      [405, 1, ''],
      [501, 1, ''],
      [400, 2, ''],
      [200, 2, ''],
      [404, 2, '<html>'],
      [404, 2, error('NAME_UNKNOWN')],
      [404, 2, error('MANIFEST_UNKNOWN')],
    ] as const) {
      const { registry, open, subject } = await answering({ status, body });
      const store = open();
      await list(store, subject);
      await list(store, subject);
      expect([status, registry.count('GET', '/referrers/')]).toEqual([status, times]);
    }
  });
});

describe('the Referrers API gives no answer', () => {
  it.each<[string, string, Fault]>([
    ['401', 'UNAUTHORIZED', { status: 401 }],
    ['403', 'FORBIDDEN', { status: 403 }],
    ['429', 'BUSY', { status: 429 }],
    ['500', 'BUSY', { status: 500 }],
    ['502 with a web page', 'BUSY', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['503', 'BUSY', { status: 503 }],
    ['504', 'BUSY', { status: 504 }],
    ['418', 'REJECTED', { status: 418 }],
    ['204', 'REJECTED', { status: 204 }],
    ['a reset', 'UNREACHABLE', 'reset'],
    ['a stalled connection', 'TIMEOUT', 'stall'],
    ['broken JSON', 'MALFORMED', { status: 200, headers: JSON_TYPE, body: '{"schemaVersion":2,"manifests":[' }],
    ['nothing', 'MALFORMED', { status: 200, headers: JSON_TYPE, body: '' }],
    ['an index without manifests', 'MALFORMED', { status: 200, headers: JSON_TYPE, body: '{"schemaVersion":2}' }],
    [
      'an entry without a digest',
      'MALFORMED',
      { status: 200, headers: JSON_TYPE, body: '{"schemaVersion":2,"manifests":[{}]}' },
    ],
    ['a redirect to nowhere', 'REJECTED', { status: 307, headers: { location: 'ftp://example.org/' } }],
  ])('when it answers %s: that is an error (%s), never "none"', async (_, code, fault) => {
    const { open, subject, sbom } = await answering(fault);
    const options = fault === 'stall' ? { timeout: 300 } : {};
    await expect(list(open(options), subject)).rejects.toMatchObject({ code });
    // Asked to go on, it says which place is missing, and lists what the other place knows.
    const unasked: [string, unknown][] = [];
    const onUnasked = (place: string, error: unknown) => void unasked.push([place, error]);
    expect(await listDigests(open(options), subject, { onUnasked })).toEqual(digests(sbom));
    expect(unasked).toEqual([[expect.stringContaining('Referrers API'), expect.objectContaining({ code })]]);
  });

  it('when it is cut off: that is an error', async () => {
    let isOn = false;
    const fault = ({ path }: FaultRequest): Fault | undefined =>
      isOn && path.includes('/referrers/') ? { cutAfter: 50 } : undefined;
    const { store, open } = await begin({ fault });
    const image = await pushImage(store, 'image');
    await attach(store, referrerOf(image.descriptor, SBOM));
    isOn = true;
    await expect(list(open(), image.descriptor)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

describe('the referrers tag gives no answer', () => {
  it.each<[string, string, Fault]>([
    ['401', 'UNAUTHORIZED', { status: 401 }],
    ['403', 'FORBIDDEN', { status: 403 }],
    ['429', 'BUSY', { status: 429 }],
    ['500', 'BUSY', { status: 500 }],
    ['a reset', 'UNREACHABLE', 'reset'],
    ['a cut body', 'UNREACHABLE', { cutAfter: 30 }],
    ['broken JSON', 'MALFORMED', { status: 200, headers: JSON_TYPE, body: '{' }],
    ['a list of more than 8 MiB', 'MALFORMED', { status: 200, headers: JSON_TYPE, body: Buffer.alloc(9 << 20, ' ') }],
  ])('when it answers %s: that is an error (%s), with the API and without', async (_, code, fault) => {
    for (const referrers of ['api', 'none'] as const) {
      let isOn = false;
      const { registry, store, open } = await begin({
        referrers,
        fault: ({ path }) => (isOn && path.includes('/manifests/sha256-') ? fault : undefined),
      });
      const image = await pushImage(store, 'image', { tags: ['v1'] });
      const sbom = referrerOf(image.descriptor, SBOM);
      await attach(store, sbom, { settle: false });
      // Registries that were upgraded have both.
      const fallback = buildIndex({ manifests: [referrerEntry(sbom)] });
      const tag = referrersTag(image.descriptor.digest);
      registry.putManifest(REPOSITORY, fallback.bytes, { mediaType: MediaType.imageIndex, tag });
      isOn = true;
      await expect(list(open(), image.descriptor)).rejects.toMatchObject({ code });
      const unasked: string[] = [];
      const found = await listDigests(open(), image.descriptor, { onUnasked: (place) => void unasked.push(place) });
      expect(found).toEqual(referrers === 'api' ? digests(sbom) : []);
      expect(unasked).toEqual([expect.stringMatching(`referrers tag of .*${REPOSITORY}`)]);
    }
  });
});

it('asks both places at the same time, and each once', async () => {
  const { registry, store, open } = await begin({ latency: 30 });
  const image = await pushImage(store, 'image');
  registry.clear();
  expect(await list(open(), image.descriptor)).toEqual([]);
  expect(registry.requests).toHaveLength(2);
  expect(registry.series()).toBe(1);
});

it('takes "manifests": null for none (F27)', async () => {
  const body = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":null}';
  const fault = ({ path }: FaultRequest): Fault | undefined =>
    path.includes('/referrers/')
      ? { status: 200, headers: { 'content-type': `${MediaType.imageIndex}; charset=utf-8` }, body }
      : undefined;
  const { store } = await begin({ fault });
  const image = await pushImage(store, 'image');
  expect(await list(store, image.descriptor)).toEqual([]);
});
