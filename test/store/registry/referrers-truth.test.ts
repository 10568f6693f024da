import { expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { type Manifest, referrerEntry } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { attach, digests, list, listDigests, pushImage, referrerOf, text, writeContent } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';
const LEGACY = 'application/vnd.dev.cosign.artifact.sig.v1+json';

/** A registry whose Referrers API answers what it is told to, with these manifests to open. */
async function lying(entries: (subject: Descriptor) => readonly [Manifest, object?][], more: object = {}) {
  let answer: readonly object[] = [];
  const fault = ({ path }: FaultRequest): Fault | undefined => {
    if (!path.includes('/referrers/')) return undefined;
    const body = JSON.stringify({ schemaVersion: 2, mediaType: MediaType.imageIndex, manifests: answer });
    return { status: 200, headers: { 'content-type': MediaType.imageIndex, ...more }, body };
  };
  const { registry, store, open } = await begin({ fault, strictBlobs: false });
  const subject = (await pushImage(store, 'image')).descriptor;
  const listed = entries(subject);
  for (const [manifest] of listed)
    registry.putManifest(REPOSITORY, manifest.bytes, { mediaType: manifest.descriptor.mediaType });
  answer = listed.map(([manifest, entry]) => entry ?? referrerEntry(manifest));
  registry.clear();
  return { registry, open, subject };
}

it('drops what names another subject, or none (E82)', async () => {
  const other = text('other').descriptor;
  const { open, subject } = await lying((subject) => [
    [referrerOf({ ...other, mediaType: MediaType.imageManifest }, SBOM)],
    [buildManifest({ artifactType: SBOM, annotations: { no: 'subject' } })],
    [referrerOf(subject, SBOM)],
  ]);
  expect(await listDigests(open(), subject)).toEqual(digests(referrerOf(subject, SBOM)));
});

it('corrects a list that gives the type of the config always, as go-containerregistry does', async () => {
  const { open, subject } = await lying((subject) =>
    [1, 2].map((n) => {
      const manifest = referrerOf(subject, SBOM, { n: String(n) });
      return [manifest, { ...manifest.descriptor, artifactType: MediaType.empty, annotations: { n: String(n) } }];
    }),
  );
  for (const artifactType of [undefined, SBOM]) {
    const found = await list(open(), subject, { artifactType });
    expect(found.map(({ descriptor }) => descriptor.artifactType)).toEqual([SBOM, SBOM]);
  }
  expect(await list(open(), subject, { artifactType: MediaType.empty })).toEqual([]);
});

it('corrects a list without annotations', async () => {
  const { open, subject } = await lying((subject) =>
    [1, 2].map((n) => {
      const manifest = referrerOf(subject, SBOM, { n: String(n) });
      return [manifest, { ...manifest.descriptor, artifactType: SBOM }];
    }),
  );
  const found = await list(open(), subject);
  expect(found.map(({ descriptor }) => descriptor.annotations?.n).toSorted()).toEqual(['1', '2']);
});

it('finds the type that a list leaves out where only the config has one, as ACR does', async () => {
  const config = { ...text('{}').descriptor, mediaType: LEGACY };
  // The registry filters by what it knows, and says so: what it leaves out is lost to whoever asks it to filter.
  const { open, subject, registry } = await lying((subject) => {
    const legacy = buildManifest({ config, subject });
    return [[referrerOf(subject, SBOM)], [legacy, legacy.descriptor]];
  });
  const found = await list(open(), subject);
  expect(found.map(({ descriptor }) => descriptor.artifactType).toSorted()).toEqual([LEGACY, SBOM].toSorted());
  expect(await list(open(), subject, { artifactType: LEGACY })).toHaveLength(1);
  expect(registry.count('GET', 'artifactType=')).toBe(0);
});

it.each([{ filters: true }, { filters: false }, { filterFirstPageOnly: true, pageSize: 2 }])(
  'finds all of one type, whatever the registry does with a filter: %j (E77, E78)',
  async (options) => {
    const { store, open } = await begin({ ...options, strictBlobs: false });
    const subject = (await pushImage(store, 'image')).descriptor;
    const config = { ...text('{}').descriptor, mediaType: 'application/x.config+json' };
    const wanted = [1, 2, 3].map((n) => referrerOf(subject, SBOM, { n: String(n) }));
    const legacy = buildManifest({ config, subject });
    const others = [referrerOf(subject, 'application/spdx json'.replace(' ', '_')), legacy];
    for (const manifest of [...wanted, ...others]) await attach(store, manifest);
    expect(await listDigests(open(), subject, { artifactType: SBOM })).toEqual(digests(...wanted));
    expect(await listDigests(open(), subject, { artifactType: config.mediaType })).toEqual(digests(legacy));
  },
);

it('opens one manifest of a list that can be believed, and all of one that cannot', async () => {
  const truthful = await lying((subject) => [1, 2, 3, 4].map((n) => [referrerOf(subject, SBOM, { n: String(n) })]));
  expect(await list(truthful.open(), truthful.subject)).toHaveLength(4);
  expect(truthful.registry.count('GET', '/manifests/sha256:')).toBe(1);
  const mistaken = await lying((subject) =>
    [1, 2, 3, 4].map((n) => {
      const manifest = referrerOf(subject, SBOM, { n: String(n) });
      return [manifest, manifest.descriptor];
    }),
  );
  expect(await list(mistaken.open(), mistaken.subject)).toHaveLength(4);
  expect(mistaken.registry.count('GET', '/manifests/sha256:')).toBe(4);
});

it('omits the type of an index that has none, and an empty one (D30)', async () => {
  const { open, subject } = await lying((subject) => {
    const index = buildIndex({ manifests: [], subject });
    return [[referrerOf(subject, SBOM)], [index, { ...index.descriptor, artifactType: '' }]];
  });
  const found = await list(open(), subject);
  expect(found.find(({ descriptor }) => descriptor.mediaType === MediaType.imageIndex)?.descriptor).not.toHaveProperty(
    'artifactType',
  );
});

it('lists nothing for an entry that is gone, and fails for one that cannot be read', async () => {
  const { registry, store, open } = await begin();
  const subject = (await pushImage(store, 'image')).descriptor;
  const kept = referrerOf(subject, SBOM, { n: '1' });
  const gone = referrerOf(subject, SBOM, { n: '2' });
  const tag = referrersTag(subject.digest);
  await attach(store, kept);
  const fallback = buildIndex({ manifests: [referrerEntry(gone), referrerEntry(kept)] });
  registry.putManifest(REPOSITORY, fallback.bytes, { mediaType: MediaType.imageIndex, tag });
  expect(await listDigests(open(), subject)).toEqual(digests(kept));
  registry.repository(REPOSITORY).manifests.set(gone.descriptor.digest, {
    bytes: Buffer.from('{}'),
    mediaType: MediaType.imageManifest,
  });
  await expect(list(open(), subject)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it('merges the API and the tag, as registries have both that were upgraded (E104)', async () => {
  const { registry, store, open } = await begin();
  const subject = (await pushImage(store, 'image')).descriptor;
  const [both, older] = [referrerOf(subject, SBOM, { n: '1' }), referrerOf(subject, SBOM, { n: '2' })];
  await attach(store, both);
  registry.putManifest(REPOSITORY, older.bytes, { mediaType: MediaType.imageManifest });
  registry.repository(REPOSITORY).unlisted.add(older.descriptor.digest);
  const fallback = buildIndex({ manifests: [referrerEntry(both), older.descriptor] });
  registry.putManifest(REPOSITORY, fallback.bytes, {
    mediaType: MediaType.imageIndex,
    tag: referrersTag(subject.digest),
  });
  const found = await list(open(), subject);
  expect(found).toHaveLength(2);
  expect(found).toContainEqual({ descriptor: referrerEntry(both), via: ['api', 'tag'] });
  // The type and annotations that the tag's list left out are the manifest's own.
  expect(found).toContainEqual({ descriptor: referrerEntry(older), via: ['tag'] });
});

it('lists a legacy type of manifest (D35, F1)', async () => {
  const { registry, store, open } = await begin({ referrers: 'none' });
  const subject = (await pushImage(store, 'image')).descriptor;
  const mediaType = MediaType.ociArtifactManifest;
  const old = registry.putManifest(REPOSITORY, { mediaType, artifactType: SBOM, blobs: [], subject });
  const fallback = { schemaVersion: 2, mediaType: MediaType.imageIndex, manifests: [old] };
  registry.putManifest(REPOSITORY, fallback, { tag: referrersTag(subject.digest) });
  expect(await list(open(), subject)).toEqual([{ descriptor: { ...old, artifactType: SBOM }, via: ['tag'] }]);
});

it('does not take the children of the image for its referrers where the tag gives the image itself (F9)', async () => {
  const { store, open } = await begin({ referrers: 'none', mapTagToSubject: true, strictBlobs: false });
  const child = await pushImage(store, 'child');
  const image = buildIndex({ manifests: [child.descriptor] });
  await store.putManifest(image, { tags: ['v1'] });
  expect(await list(store, image.descriptor)).toEqual([]);
  await writeContent(store, text('{}'));
  const sbom = referrerOf(image.descriptor, SBOM);
  await attach(store, sbom);
  expect(await listDigests(open(), image.descriptor)).toEqual(digests(sbom));
  expect((await open().manifest({ tag: 'v1' })).bytes).toEqual(image.bytes);
});
