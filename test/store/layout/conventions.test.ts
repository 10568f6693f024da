import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { Source, Via } from '../../../src/store/interfaces/store.js';
import { openPacked } from '../archive/support/packed.js';
import { list } from '../support/artifacts.js';
import { HandWrittenLayout, REF_NAME, tagged } from './support/by-hand.js';

const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.example.signature';
const CREATED = { 'org.opencontainers.image.created': '2026-11-22T09:28:54Z' };

function listName({ digest }: Descriptor): string {
  return digest.replace(':', '-');
}

const WAYS: readonly (readonly [string, (layout: HandWrittenLayout) => Promise<Source>])[] = [
  ['a directory', (layout) => layout.open()],
  ['an archive', (layout) => openPacked(layout.directory)],
];

describe.each(WAYS)('in %s', (_where, open) => {
  /** An image, and an SBOM with annotations that names it. */
  async function begin() {
    const layout = await HandWrittenLayout.begin();
    const image = await layout.image('image');
    const sbom = await layout.referrer(image, SBOM, { annotations: { ...CREATED, 'x.tool': 'syft' } });
    const entry = { ...sbom, artifactType: SBOM, annotations: { ...CREATED, 'x.tool': 'syft' } };
    const expectFound = async (...via: Via[]) =>
      expect(await list(await open(layout), image)).toEqual([{ descriptor: entry, via }]);
    return { layout, image, sbom, entry, expectFound };
  }

  it('finds entries of their own, as oras writes them (D23 a)', async () => {
    const { layout, image, entry, expectFound } = await begin();
    await layout.index([tagged(image, 'v1', CREATED), entry]);
    await expectFound('layout-entry');
  });

  it('finds entries whose type and annotations are left out or wrong', async () => {
    const { layout, image, sbom, expectFound } = await begin();
    for (const entry of [sbom, { ...sbom, artifactType: 'application/x.wrong', annotations: { 'x.wrong': '1' } }]) {
      await layout.index([tagged(image, 'v1'), entry]);
      await expectFound('layout-entry');
    }
  });

  it('finds the members of a list with the name of a referrers tag, as regctl writes it (D23 b)', async () => {
    const { layout, image, sbom, entry, expectFound } = await begin();
    // regctl: the list may lack types and annotations; the referrers are no entries.
    for (const member of [entry, sbom]) {
      const fallback = await layout.document({ manifests: [member] });
      await layout.index([tagged(image, 'v1', CREATED), tagged(fallback, listName(image), CREATED)]);
      await expectFound('layout-tag');
      await layout.index([tagged(image, 'v1'), tagged(fallback, `localhost:5000/app:${listName(image)}`)]);
      await expectFound('layout-tag');
    }
  });

  it.each(['org.olareg.referrer', 'org.opencontainers.image.referrer'])(
    'finds the members of a list that %s.subject marks, as olareg writes it (D23 c)',
    async (key) => {
      const { layout, image, entry, expectFound } = await begin();
      const response = await layout.document({ manifests: [entry] });
      await layout.index([tagged(image, 'v1'), { ...response, annotations: { [`${key}.subject`]: image.digest } }], {
        annotations: { [`${key}.convert`]: 'true' },
      });
      await expectFound('layout-referrers');
    },
  );

  it('finds entries that carry io.containerd.manifest.subject, as buildx writes them', async () => {
    const { layout, image, sbom, expectFound } = await begin();
    const containerd = { 'io.containerd.manifest.subject': image.digest };
    await layout.index([tagged(image, 'docker.io/library/app:v1'), { ...sbom, annotations: containerd }]);
    await expectFound('layout-entry');
  });

  it('lists once what several tools noted, and says how it was found', async () => {
    const { layout, image, sbom, entry, expectFound } = await begin();
    const fallback = await layout.document({ manifests: [sbom, sbom] });
    await layout.index([tagged(image, 'v1'), entry, entry, tagged(fallback, listName(image))]);
    await expectFound('layout-entry', 'layout-tag');
    const response = await layout.document({ manifests: [entry], annotations: { a: 'b' } });
    await layout.index([
      { ...response, annotations: { 'org.olareg.referrer.subject': image.digest } },
      tagged(fallback, listName(image)),
      entry,
    ]);
    const [found, ...others] = await list(await open(layout), image);
    expect(others).toEqual([]);
    expect(found?.via.toSorted()).toEqual(['layout-entry', 'layout-referrers', 'layout-tag']);
  });

  it('drops what names another subject, or none, than its list or entry says (D24)', async () => {
    const { layout, image, sbom, entry } = await begin();
    const other = await layout.image('other');
    const plain = await layout.image('plain');
    const claim = { 'io.containerd.manifest.subject': other.digest };
    const liar = await layout.document({ manifests: [entry, plain] });
    const response = await layout.document({ manifests: [plain, entry], annotations: { a: 'b' } });
    await layout.index([
      tagged(other, 'v1'),
      { ...plain, annotations: claim, artifactType: SBOM },
      { ...sbom, annotations: claim },
      tagged(liar, listName(other)),
      { ...response, annotations: { 'org.olareg.referrer.subject': other.digest } },
    ]);
    const store = await open(layout);
    expect(await list(store, other)).toEqual([]);
    expect((await list(store, image)).map(({ descriptor }) => descriptor.digest)).toEqual([sbom.digest]);
  });

  it('finds indexes as referrers, and the referrers of referrers, wherever they are noted', async () => {
    const { layout, image, sbom } = await begin();
    const bundle = await layout.document({ manifests: [], artifactType: SIGNATURE, subject: sbom });
    const bundles = await layout.document({ manifests: [bundle] });
    const sboms = await layout.document({ manifests: [sbom] });
    await layout.index([tagged(image, 'v1'), tagged(sboms, listName(image)), tagged(bundles, listName(sbom))]);
    const store = await open(layout);
    expect((await list(store, image)).map(({ descriptor }) => descriptor.digest)).toEqual([sbom.digest]);
    expect(await list(store, sbom)).toEqual([
      { descriptor: { ...bundle, artifactType: SIGNATURE }, via: ['layout-tag'] },
    ]);
  });

  it('does not take the image itself for its list (GitLab, cosign copy)', async () => {
    const layout = await HandWrittenLayout.begin();
    const child = await layout.image('child');
    const index = await layout.document({ manifests: [child] });
    const signature = await layout.referrer(index, SIGNATURE);
    await layout.index([tagged(index, 'v1'), tagged(index, listName(index)), tagged(signature, listName(child))]);
    const store = await open(layout);
    expect(await list(store, child)).toEqual([]);
    expect((await list(store, index)).map(({ descriptor }) => descriptor.digest)).toEqual([signature.digest]);
  });

  it('reads the withdrawn artifact manifest', async () => {
    const { layout, image, entry } = await begin();
    const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
    const old = await layout.blob(
      JSON.stringify({ mediaType, artifactType: SIGNATURE, blobs: [], subject: image, annotations: { old: 'yes' } }),
      mediaType,
    );
    await layout.index([tagged(image, 'v1'), entry, old]);
    expect(await list(await open(layout), image, { artifactType: SIGNATURE })).toEqual([
      { descriptor: { ...old, artifactType: SIGNATURE, annotations: { old: 'yes' } }, via: ['layout-entry'] },
    ]);
  });

  it('reports a list that cannot be read', async () => {
    const { layout, image, entry } = await begin();
    const missing = {
      ...entry,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
    };
    await layout.index([tagged(image, 'v1'), entry, { ...missing, annotations: { [REF_NAME]: listName(image) } }]);
    const store = await open(layout);
    await expect(list(store, image)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const unasked: unknown[] = [];
    expect(await list(store, image, { onUnasked: (_, error) => void unasked.push(error) })).toHaveLength(1);
    expect(unasked).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
  });
});
