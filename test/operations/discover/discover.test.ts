import { describe, expect, it, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage, referrerOf } from '../../store/support/artifacts.js';
import { put, SBOM, SCAN, SIGNATURE, shape } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import { PLACES } from '../support/places.js';

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
    const { result, failure } = await discovered(store, image);
    expect(shape(result.referrers)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
    expect(result).toMatchObject({ reference: store.format({ digest: image.digest }), ...image, incomplete: [] });
    expect(failure).toBeUndefined();
    const sbom = result.referrers.find(({ artifactType }) => artifactType === SBOM);
    expect(sbom).toMatchObject({ reference: store.format({ digest: sbom?.digest }), size: expect.any(Number) });
  });

  it('goes as deep as it is told', async () => {
    const store = await open();
    const image = await pushTree(store);
    const at = async (depth: number) => shape((await discovered(store, image, { depth })).result.referrers);
    expect(await at(1)).toEqual([SCAN, SBOM]);
    expect(await at(2)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}`]);
    expect(await at(3)).toEqual([SCAN, `${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
  });

  it('keeps what leads to a match, and hides the rest', async () => {
    const store = await open();
    const image = await pushTree(store);
    const only = async (artifactType: string, depth?: number) =>
      shape((await discovered(store, image, { artifactType, depth })).result.referrers);
    expect(await only(SIGNATURE)).toEqual([`${SBOM}\n  ${SIGNATURE}\n    ${SIGNATURE}`]);
    expect(await only(SIGNATURE, 1)).toEqual([]);
    expect(await only(SBOM)).toEqual([SBOM]);
    expect(await only('application/none')).toEqual([]);
  });

  it('lists nothing where nothing is attached', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    expect(await discovered(store, descriptor)).toMatchObject({
      result: { referrers: [], incomplete: [] },
      failure: undefined,
    });
  });

  it('stops when it is interrupted', async () => {
    const store = await open();
    const image = await pushTree(store);
    await expect(discovered(store, image, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
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
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    // Node.js warns where more than ten listen to one signal.
    const { signal } = new AbortController();
    const { result } = await discovered(open({ concurrency: 16 }), descriptor, { signal });
    expect(warnings).toEqual([]);
    expect(result.referrers).toHaveLength(20);
    // The subject, one manifest that proves the list, and for each subject its list and four tags: the referrers tag and
    // three of cosign. A list of all tags would not prove that a tag does not exist.
    expect(registry.count('GET', '/referrers/')).toBe(21);
    expect(registry.count('GET', '/tags/list')).toBe(0);
    expect(registry.requests).toHaveLength(2 + 21 * 5);
    expect(registry.series()).toBeLessThanOrEqual(4 + (20 * 5) / 16);
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
    const { result } = await discovered(store, descriptor);
    expect(shape(result.referrers)).toEqual([SCAN, SBOM].sort());
  });

  it('and lists once what the API and the tag both name', async () => {
    const { store, registry } = await begin();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    const list = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [sbom, sbom] };
    registry.putManifest('team/app', list, { tag: referrersTag(descriptor.digest) });
    const { result } = await discovered(store, descriptor);
    expect(result.referrers).toMatchObject([{ digest: sbom.digest, via: ['api', 'tag'] }]);
  });
});
