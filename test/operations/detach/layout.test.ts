import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { planDetach } from '../../../src/operations/detach/plan.js';
import { openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { HandWrittenLayout, tagged } from '../../store/layout/support/by-hand.js';
import { begin as beginRegistry } from '../../store/registry/support/start.js';
import { listDigests } from '../../store/support/artifacts.js';
import { readLayout } from '../support/layout-files.js';
import { run } from './support/detaching.js';

const SBOM = 'application/spdx+json';
const SCAN = 'application/sarif+json';

const listName = ({ digest }: Descriptor) => digest.replace(':', '-');
const subjectKey = (key: string, { digest }: Descriptor) => ({ [key]: digest });

/** An image with an SBOM and a scan, which share a layer; each has another of its own. */
async function begin() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  const shared = await layout.blob('shared by both', 'text/plain');
  const own = await layout.blob('of the SBOM alone', 'text/plain');
  const sbom = await layout.referrer(image, SBOM, { layers: [shared, own] });
  const scan = await layout.referrer(image, SCAN, { layers: [shared] });
  const open = () => openHostedLayout(layout.directory);
  return {
    layout,
    image,
    shared,
    own,
    sbom: { ...sbom, artifactType: SBOM },
    scan: { ...scan, artifactType: SCAN },
    open,
  };
}
type Begun = Awaited<ReturnType<typeof begin>>;

/** How tools note both referrers. */
const CONVENTIONS: readonly (readonly [string, (begun: Begun) => Promise<readonly object[]>])[] = [
  ['entries of their own (oras)', async ({ sbom, scan }) => [sbom, scan]],
  [
    'entries with io.containerd.manifest.subject (buildx)',
    async ({ image, sbom, scan }) =>
      [sbom, scan].map((entry) => ({ ...entry, annotations: subjectKey('io.containerd.manifest.subject', image) })),
  ],
  [
    'a list with the name of a referrers tag (regctl)',
    async ({ layout, image, sbom, scan }) => [
      tagged(await layout.document({ manifests: [sbom, scan] }), listName(image)),
    ],
  ],
  [
    'a list that its entry marks (olareg)',
    async ({ layout, image, sbom, scan }) => [
      {
        ...(await layout.document({ manifests: [sbom, scan] })),
        annotations: subjectKey('org.olareg.referrer.subject', image),
      },
    ],
  ],
  [
    'all of these at once',
    async ({ layout, image, sbom, scan }) => {
      const list = await layout.document({ manifests: [sbom, scan] });
      const marks = subjectKey('org.opencontainers.image.referrer.subject', image);
      return [sbom, sbom, scan, tagged(list, listName(image)), { ...list, annotations: marks }];
    },
  ],
  ['nothing but blobs (cosign save)', async () => []],
];

describe.each(CONVENTIONS)('referrers as %s', (_how, entries) => {
  it.each([false, true])('go with all that names them (prune: %s)', async (prune) => {
    const begun = await begin();
    const { layout, image, shared, own, sbom, scan, open } = begun;
    await layout.index([tagged(image, 'v1'), ...(await entries(begun))], { annotations: { kept: 'yes' } });
    const before = await readLayout(layout.directory);
    const store = await open();
    const { result, failure } = await run(store, image, { kind: 'sbom' }, { prune });
    expect([failure, result.removed.map(({ digest }) => digest)]).toEqual([undefined, [sbom.digest]]);
    // A fresh look, as other programs have it.
    const other = await open();
    expect(await listDigests(other, image)).toEqual([scan.digest]);
    const after = await readLayout(layout.directory);
    expect(after.missing).toEqual([]);
    expect(after.text).not.toContain(sbom.digest);
    expect(after.text).toContain('"kept":"yes"');
    expect(after.blobs).not.toContain(sbom.digest);
    // The layer that both have stays, as does everything else that something names.
    expect(after.blobs).toEqual(expect.arrayContaining([shared.digest, image.digest, scan.digest]));
    expect(after.blobs.includes(own.digest)).toBe(!prune);
    if (!prune) {
      expect(result.pruned).toBeUndefined();
      return;
    }
    const gone = before.blobs.filter((digest) => !after.blobs.includes(digest) && digest !== sbom.digest);
    expect(result.pruned?.blobs).toBe(gone.length);
    expect(result.pruned?.bytes).toBeGreaterThanOrEqual(own.size);
    // Of the lists, only those that are named are left.
    const all = await run(other, image, { all: true }, { prune });
    expect(all.failure).toBeUndefined();
    const end = await readLayout(layout.directory);
    expect(end.missing).toEqual([]);
    expect([...end.blobs].sort()).toEqual([...end.reached].sort());
  });
});

describe('pruning', () => {
  it('leaves what other manifests need that no entry leads to', async () => {
    const { layout, image, own, sbom, open } = await begin();
    // Another program has just written this blob, and not yet its entry.
    const coming = await layout.image('coming', { layers: [own] });
    const stray = await layout.blob('nobody knows why', 'text/plain');
    await layout.index([tagged(image, 'v1'), sbom]);
    const store = await open();
    const { result } = await run(store, image, { kind: 'sbom' }, { prune: true });
    const { blobs } = await readLayout(layout.directory);
    expect(blobs).toEqual(expect.arrayContaining([own.digest, coming.digest, stray.digest]));
    // Only the config of the SBOM was its own.
    expect(result.pruned?.blobs).toBe(1);
  });

  it('removes nothing while a manifest cannot be read', async () => {
    const { layout, image, own, sbom, open } = await begin();
    const broken = await layout.blob('{"broken', 'application/vnd.oci.image.manifest.v1+json');
    const index = await layout.document({ manifests: [broken] });
    await layout.index([tagged(image, 'v1'), tagged(index, 'odd'), sbom]);
    const store = await open();
    const { result, failure } = await run(store, image, { kind: 'sbom' }, { prune: true });
    expect(failure).toMatchObject({ code: 'MALFORMED' });
    expect([result.removed.length, result.pruned]).toEqual([1, undefined]);
    expect((await readLayout(layout.directory)).blobs).toContain(own.digest);
  });

  it('takes children that are not there for what they are', async () => {
    const { layout, image, own, sbom, open } = await begin();
    const absent = { ...image, digest: `sha256:${'0'.repeat(64)}` };
    const sparse = await layout.document({ manifests: [absent] });
    await layout.index([tagged(image, 'v1'), tagged(sparse, 'sparse'), sbom]);
    const store = await open();
    expect((await run(store, image, { kind: 'sbom' }, { prune: true })).result.pruned?.blobs).toBe(2);
    expect((await readLayout(layout.directory)).blobs).not.toContain(own.digest);
  });

  it('never looks at files that are no blobs', async () => {
    const { layout, image, sbom, open } = await begin();
    await layout.index([tagged(image, 'v1'), sbom]);
    await writeFile(join(layout.directory, 'blobs', 'README'), 'mine');
    const store = await open();
    await run(store, image, { kind: 'sbom' }, { prune: true });
    expect(await readdir(join(layout.directory, 'blobs'))).toEqual(['README', 'sha256']);
  });

  it('is for layouts', async () => {
    const { store, registry } = await beginRegistry();
    await expect(detach(store, { selection: { all: true }, prune: true })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(registry.requests).toEqual([]);
  });
});

it('reports an entry that names what is not there, and removes nothing', async () => {
  const { layout, image, sbom, open } = await begin();
  await layout.index([tagged(image, 'v1'), sbom, { ...sbom, digest: `sha256:${'0'.repeat(64)}` }]);
  const before = await layout.readIndex();
  const store = await open();
  await expect(planDetach(store, { descriptor: image }, { all: true })).rejects.toMatchObject({
    code: 'INCOMPLETE',
    cause: { code: 'NOT_FOUND' },
  });
  expect(await layout.readIndex()).toBe(before);
});
