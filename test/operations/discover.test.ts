import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../src/oci/descriptor.js';
import { referrersTag } from '../../src/oci/referrers-tag.js';
import { type DiscoveredNode, discover } from '../../src/operations/discover.js';
import type { Store } from '../../src/store/store.js';
import { attach, pushImage, referrerOf } from '../store/artifacts.js';
import { begin } from '../store/registry/start.js';
import { PLACES } from './places.js';

const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.example.signature.v1';
const SCAN = 'application/sarif+json';

/** The types of a tree, indented by depth, siblings sorted. */
function shape(nodes: readonly DiscoveredNode[]): string[] {
  const indented = (text: string) => `\n  ${text.replaceAll('\n', '\n  ')}`;
  return nodes.map((node) => `${node.artifactType}${shape(node.referrers).map(indented).join('')}`).sort();
}

async function put(store: Store, subject: Descriptor, type: string, note = ''): Promise<Descriptor> {
  const manifest = referrerOf(subject, type, note === '' ? undefined : { note });
  await attach(store, manifest, { alone: true });
  return manifest.descriptor;
}

/** An image with a signed SBOM and a scan, and a signature on that signature. */
async function pushTree(store: Store): Promise<Descriptor> {
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const sbom = await put(store, descriptor, SBOM);
  const signature = await put(store, sbom, SIGNATURE);
  await put(store, signature, SIGNATURE);
  await put(store, descriptor, SCAN);
  return descriptor;
}

describe.each(PLACES)('discover in %s', (_what, open) => {
  it('lists everything, and what is attached to that', async () => {
    const store = await open();
    const image = await pushTree(store);
    const { result, failure } = await discover(store, image);
    expect(shape(result.referrers)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
    expect(result).toMatchObject({ reference: store.format({ digest: image.digest }), ...image, incomplete: [] });
    expect(failure).toBeUndefined();
    const sbom = result.referrers.find(({ artifactType }) => artifactType === SBOM);
    expect(sbom).toMatchObject({ reference: store.format({ digest: sbom?.digest }), size: expect.any(Number) });
  });

  it('goes as deep as it is told', async () => {
    const store = await open();
    const image = await pushTree(store);
    const at = async (depth: number) => shape((await discover(store, image, { depth })).result.referrers);
    expect(await at(1)).toEqual([SCAN, SBOM]);
    expect(await at(2)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}`]);
    expect(await at(3)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
  });

  it('keeps what leads to a match, and hides the rest', async () => {
    const store = await open();
    const image = await pushTree(store);
    const only = async (artifactType: string, depth?: number) =>
      shape((await discover(store, image, { artifactType, depth })).result.referrers);
    expect(await only(SIGNATURE)).toEqual([`${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
    expect(await only(SIGNATURE, 1)).toEqual([]);
    expect(await only(SBOM)).toEqual([SBOM]);
    expect(await only('application/none')).toEqual([]);
  });

  it('lists nothing where nothing is attached', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    expect(await discover(store, descriptor)).toMatchObject({
      result: { referrers: [], incomplete: [] },
      failure: undefined,
    });
  });

  it('stops when it is interrupted', async () => {
    const store = await open();
    const image = await pushTree(store);
    await expect(discover(store, image, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});

describe('discover in a registry that fails', () => {
  const faults = [
    ['500', { status: 500 }, 'BUSY'],
    ['503', { status: 503 }, 'BUSY'],
    ['401', { status: 401 }, 'UNAUTHORIZED'],
    ['403', { status: 403 }, 'FORBIDDEN'],
    ['429', { status: 429, headers: { 'retry-after': '0' } }, 'BUSY'],
    ['a reset', 'reset', 'UNREACHABLE'],
    ['a list that is cut', { cutAfter: 40 }, 'UNREACHABLE'],
    [
      'a list that is no JSON',
      { status: 200, headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' }, body: '{"manifests": [' },
      'MALFORMED',
    ],
  ] as const;
  const places = [
    ['the API', '/referrers/'],
    ['the referrers tag', '/manifests/sha256-'],
  ] as const;
  const cases = faults.flatMap(([what, fault, code]) =>
    places.map(([place, path]) => ({ what, place, path, fault, code })),
  );

  it.each(cases)('tells $what of $place, and never that there is nothing', async ({ path, fault, code, place }) => {
    let broken = false;
    const { store, registry } = await begin({
      fault: (request) => (broken && request.path.includes(path) ? fault : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    const byApi = await put(store, descriptor, SBOM);
    const byTag = referrerOf(descriptor, SCAN);
    const list = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [byTag.descriptor],
    };
    registry.putManifest('team/app', Buffer.from(byTag.bytes));
    registry.putManifest('team/app', list, { tag: referrersTag(descriptor.digest) });
    registry.repository('team/app').unlisted.add(byTag.descriptor.digest);

    broken = true;
    const { result, failure } = await discover(store, descriptor, { depth: 1 });
    expect(failure).toMatchObject({ code });
    expect(result.incomplete).toEqual([
      { place: expect.stringContaining(place.slice(4)), error: { code, message: expect.any(String) } },
    ]);
    const found = result.referrers.map(({ digest }) => digest);
    expect(found).toEqual([place === 'the API' ? byTag.descriptor.digest : byApi.digest]);

    broken = false;
    const whole = await discover(store, descriptor, { depth: 1 });
    expect(whole).toMatchObject({ result: { incomplete: [] }, failure: undefined });
    expect(whole.result.referrers).toHaveLength(2);
  });

  it('names each subject below that could not be asked, and shows the rest', async () => {
    const { store } = await begin({
      fault: ({ path }) =>
        broken.some((digest) => path.includes(`/referrers/${digest}`)) ? { status: 500 } : undefined,
    });
    const broken: string[] = [];
    const { descriptor } = await pushImage(store, 'image');
    const sboms = [await put(store, descriptor, SBOM, '1'), await put(store, descriptor, SBOM, '2')];
    const scan = await put(store, descriptor, SCAN);
    await put(store, scan, SIGNATURE);
    broken.push(...sboms.map(({ digest }) => digest));
    const { result, failure } = await discover(store, descriptor);
    expect(shape(result.referrers)).toEqual([`${SCAN}\n  ${SIGNATURE}`, SBOM, SBOM].sort());
    expect(failure).toMatchObject({ code: 'BUSY' });
    const unasked = result.incomplete.map(({ place }) => /sha256:\w+$/.exec(place)?.[0]);
    expect(unasked.sort()).toEqual(broken.sort());
  });

  it('tells which entry of a list could not be opened', async () => {
    let broken: string | undefined;
    const { store } = await begin({
      referrers: 'none',
      fault: ({ method, path }) => (method === 'GET' && broken && path.endsWith(broken) ? { status: 500 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    await put(store, descriptor, SCAN);
    broken = sbom.digest;
    const { result, failure } = await discover(store, descriptor);
    expect(shape(result.referrers)).toEqual([SCAN]);
    expect(result.incomplete).toMatchObject([{ place: expect.stringContaining(sbom.digest), error: { code: 'BUSY' } }]);
    expect(failure).toMatchObject({ code: 'BUSY' });
  });
});

describe('discover asks once, and at once', () => {
  it('about 20 referrers at the same time', async () => {
    const latency = 150;
    const { store, open, registry } = await begin({ latency });
    const { descriptor } = await pushImage(store, 'image');
    for (let n = 0; n < 20; n++)
      registry.putManifest('team/app', Buffer.from(referrerOf(descriptor, SBOM, { n: String(n) }).bytes));
    registry.clear();
    const started = performance.now();
    const { result } = await discover(open({ concurrency: 16 }), descriptor);
    expect(result.referrers).toHaveLength(20);
    expect(registry.requests.length).toBeGreaterThanOrEqual(40);
    // The list, one manifest that proves it, and all the subjects below: their lists and tags in turn through 16 connections.
    expect(registry.series()).toBeLessThanOrEqual(6);
    expect(performance.now() - started).toBeLessThan(10 * latency);
    expect(registry.duplicates()).toEqual([]);
  });

  it('and goes around in no circle that a registry makes up', async () => {
    let entries: object[] = [];
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
    const { store } = await begin({
      fault: ({ path }) =>
        path.includes('/referrers/') && entries.length > 0
          ? { status: 200, headers, body: JSON.stringify({ schemaVersion: 2, manifests: entries }) }
          : undefined,
    });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    const other = await put(store, descriptor, SCAN);
    // The first is proof enough that this registry lists the truth; it says the same of every subject.
    entries = [
      { ...sbom, artifactType: SBOM },
      { ...other, artifactType: SCAN },
      { ...descriptor, artifactType: SCAN },
    ];
    const { result } = await discover(store, descriptor);
    expect(shape(result.referrers)).toEqual([SCAN, SBOM].sort());
  });

  it('and lists once what the API and the tag both name', async () => {
    const { store, registry } = await begin();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    const list = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [sbom, sbom] };
    registry.putManifest('team/app', list, { tag: referrersTag(descriptor.digest) });
    const { result } = await discover(store, descriptor);
    expect(result.referrers).toMatchObject([{ digest: sbom.digest, via: ['api', 'tag'] }]);
  });
});
