import { describe, expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { attach, digests, listDigests, listTags, pushImage, referrerOf, text } from '../support/artifacts.js';
import { begin } from './support/start.js';

const SBOM = 'application/spdx+json';

/** A registry that announces every referrer with `OCI-Subject`, and whose API answers like this. */
async function announcing(answer: (request: FaultRequest) => Fault | undefined, options: RegistryOptions = {}) {
  const fault = (request: FaultRequest) => (request.path.includes('/referrers/') ? answer(request) : undefined);
  const started = await begin({ ociSubject: true, fault, ...options });
  const { descriptor } = await pushImage(started.store, 'image', { tags: ['v1'] });
  return { ...started, subject: descriptor };
}

describe('OCI-Subject of a registry that has just shown no API', () => {
  it.each<[string, Fault]>([
    ['404', { status: 404 }],
    ['404 with a web page', { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['404 of an unknown name', { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' }],
    ['400', { status: 400 }],
    ['405', { status: 405 }],
    ['501', { status: 501 }],
    ['a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['other JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
  ])('with %s proves nothing: the tag is written', async (_, fault) => {
    const { store, open, subject } = await announcing(() => fault);
    const sboms = ['1', '2'].map((n) => referrerOf(subject, SBOM, { n }));
    for (const sbom of sboms)
      expect(await attach(store, sbom, { settle: false })).toEqual({ result: 'written', listedBy: 'tag' });
    expect(await listDigests(open(), subject)).toEqual(digests(...sboms));
  });

  it('proves nothing for many that are listed at once', async () => {
    const { store, open, subject } = await announcing(() => ({ status: 404 }), { strictBlobs: false });
    const sboms = ['1', '2', '3'].map((n) => referrerOf(subject, SBOM, { n }));
    for (const sbom of sboms) {
      await store.hasManifest(sbom.descriptor.digest);
      await store.putManifest(sbom, { listLater: true });
    }
    expect(await store.listReferrers(subject.digest, sboms, { settle: false })).toBe('tag');
    expect(await listDigests(open(), subject)).toEqual(digests(...sboms));
  });

  it('proves nothing where the API could not be asked ahead, and is then missing', async () => {
    for (const isAhead of [true, false]) {
      const { registry, store, open, subject } = await announcing(
        ({ path }) => ({ status: path.includes(subject.digest) ? 404 : 503 }),
        { strictBlobs: false },
      );
      const sbom = referrerOf(subject, SBOM);
      if (isAhead) await store.prepareManifest(sbom);
      else await store.hasManifest(sbom.descriptor.digest);
      expect(await store.putManifest(sbom, { settle: false })).toEqual({ result: 'written', listedBy: 'tag' });
      registry.clear();
      expect(await listDigests(open(), subject)).toEqual(digests(sbom));
    }
  });

  it('is believed where the API lists it when it is asked again', async () => {
    let asked = 0;
    // The first question is about the manifest, which is not there yet.
    const { store, open, subject } = await announcing(() => (++asked === 1 ? { status: 404 } : undefined));
    const sbom = referrerOf(subject, SBOM);
    expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'api' });
    expect(await listTags(store)).toEqual(['v1']);
    expect(await listDigests(open(), subject)).toEqual(digests(sbom));
  });

  it('is an error where the API then gives no answer', async () => {
    let asked = 0;
    const { store, subject } = await announcing(() => ({ status: ++asked === 1 ? 404 : 403 }));
    await expect(attach(store, referrerOf(subject, SBOM))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('was sent, but is not listed'),
    });
  });

  it('proves nothing with another digest, whatever the API said', async () => {
    for (const referrers of ['api', 'none'] as const) {
      const other = text('another').descriptor.digest;
      let digest = '';
      const { registry, store, open } = await begin({
        referrers,
        ociSubject: false,
        fault: ({ method, path }) =>
          method === 'PUT' && digest !== '' && path.endsWith(digest)
            ? { status: 201, headers: { 'oci-subject': other } }
            : undefined,
      });
      const { descriptor } = await pushImage(store, 'image');
      const sbom = referrerOf(descriptor, SBOM);
      digest = sbom.descriptor.digest;
      registry.putManifest('team/app', sbom.bytes, { mediaType: sbom.descriptor.mediaType });
      const listedBy = referrers === 'api' ? 'api' : 'tag';
      expect(await attach(store, sbom, { settle: false })).toMatchObject({ listedBy });
      expect(await listDigests(open(), descriptor)).toEqual(digests(sbom));
    }
  });
});

describe('a referrers tag that cannot become a list', () => {
  const odd: readonly [string, string, string, string][] = [
    ['an image', 'EXISTS', 'application/vnd.oci.image.manifest.v1+json', ''],
    ['broken JSON', 'MALFORMED', 'application/vnd.oci.image.index.v1+json', '{"schemaVersion":2,"manifests":['],
    ['a web page', 'MALFORMED', 'text/html', '<html>'],
    [
      'manifests that are no list',
      'MALFORMED',
      'application/vnd.oci.image.index.v1+json',
      '{"schemaVersion":2,"manifests":"none"}',
    ],
  ];
  it.each(odd)('because it holds %s is an error (%s) before the manifest is sent', async (_, code, type, content) => {
    let body = content;
    const { registry, store } = await begin({
      referrers: 'none',
      fault: ({ path }) =>
        path.includes('/manifests/sha256-') ? { status: 200, headers: { 'content-type': type }, body } : undefined,
    });
    const image = await pushImage(store, 'image');
    if (body === '') body = Buffer.from((await pushImage(store, 'other')).bytes).toString();
    registry.clear();
    await expect(attach(store, referrerOf(image.descriptor, SBOM))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/referrers/),
      hint: expect.any(String),
    });
    expect(registry.count('PUT', '/manifests/')).toBe(0);
  });
});
