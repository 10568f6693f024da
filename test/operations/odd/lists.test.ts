import { expect, it } from 'vitest';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { discover } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { HandWrittenLayout, INDEX, MANIFEST, REF_NAME, tagged } from '../../store/layout/support/by-hand.js';
import { begin, REPOSITORY } from '../../store/registry/support/start.js';
import { attach, listDigests, pushImage, referrerOf } from '../../store/support/artifacts.js';

const SBOM = 'application/spdx+json';

/** Forms of an entry that leave it readable. */
const HARMLESS: readonly (readonly [string, object])[] = [
  ['null for its annotations', { annotations: null }],
  ['null for its artifact type, urls and data', { artifactType: null, urls: null, data: null }],
  ['an empty platform', { platform: {} }],
  ['a platform that is text', { platform: 'linux/amd64' }],
  ['an empty media type', { mediaType: '' }],
  ['a media type with a parameter', { mediaType: `${MANIFEST};charset=utf-8` }],
  ['a number among annotations', { annotations: { build: 3 } }],
  ['an unknown member', { 'x.more': [null] }],
];

/** Entries that name no content. */
const UNREADABLE: readonly (readonly [string, unknown])[] = [
  ['a malformed digest', { mediaType: MANIFEST, digest: 'sha256:short', size: 3 }],
  ['a digest that leads elsewhere', { mediaType: MANIFEST, digest: 'sha256:../../x', size: 3 }],
  ['a negative size', { mediaType: MANIFEST, digest: `sha256:${'0'.repeat(64)}`, size: -1 }],
  ['half a size', { mediaType: MANIFEST, digest: `sha256:${'0'.repeat(64)}`, size: 1.5 }],
  ['no digest', { mediaType: MANIFEST, size: 3 }],
  ['null', null],
  ['text', 'sha256:1'],
];

async function namedBeside(store: Store): Promise<readonly string[]> {
  const { referrers, incomplete } = await discover({ store, tag: 'v1' }, { partial: true });
  expect(referrers.map(({ artifactType }) => artifactType)).toEqual([SBOM]);
  return incomplete.map(({ way, error }) => `${error.code} ${way}`);
}

/** A registry whose API, or whose referrers tag, has this list of the image `v1`. */
async function listing(by: 'api' | 'tag', odd: (entry: object) => readonly unknown[]) {
  const answer: { path?: string; body?: string } = {};
  const fault = ({ path }: { readonly path: string }) =>
    answer.body !== undefined && path.endsWith(answer.path ?? '')
      ? { status: 200, headers: { 'content-type': MediaType.imageIndex }, body: answer.body }
      : undefined;
  const { registry, store } = await begin({ strictBlobs: false, referrers: by === 'api' ? 'api' : 'none', fault });
  const subject = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
  const sbom = referrerOf(subject, SBOM);
  registry.putManifest(REPOSITORY, sbom.bytes);
  const list = {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: odd({ ...sbom.descriptor, artifactType: SBOM }),
  };
  if (by === 'api') Object.assign(answer, { path: `/referrers/${subject.digest}`, body: JSON.stringify(list) });
  else registry.putManifest(REPOSITORY, list, { tag: referrersTag(subject.digest) });
  return { registry, store, subject, list };
}

it.each(HARMLESS)('an entry with %s is listed by API, tag and layout', async (_what, change) => {
  for (const by of ['api', 'tag'] as const)
    expect(await namedBeside((await listing(by, (entry) => [{ ...entry, ...change }])).store)).toEqual([]);
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  await layout.index([tagged(image, 'v1'), { ...(await layout.referrer(image, SBOM)), ...change }]);
  expect(await namedBeside(await layout.open())).toEqual([]);
});

it.each(UNREADABLE)('an entry that is %s is named, and hides no other', async (_what, odd) => {
  for (const by of ['api', 'tag'] as const)
    expect(await namedBeside((await listing(by, (entry) => [odd, entry])).store)).toEqual([
      expect.stringMatching(/^MALFORMED manifests\[0\] in the (Referrers API|referrers tag) of /),
    ]);
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const sbom = await layout.referrer(image, SBOM);
  await layout.index([tagged(image, 'v1'), sbom, odd as object]);
  expect(await namedBeside(await layout.open())).toEqual([expect.stringMatching(/^MALFORMED manifests\[2\] in /)]);
  const list = await layout.document({ manifests: [odd, sbom] });
  await layout.index([tagged(image, 'v1'), tagged(list, referrersTag(image.digest))]);
  expect(await namedBeside(await layout.open())).toEqual([expect.stringMatching(/^MALFORMED manifests\[0\] in /)]);
});

it('names several of them one by one', async () => {
  const { store } = await listing('api', (entry) => [...UNREADABLE.map(([, odd]) => odd), entry]);
  expect(await namedBeside(store)).toHaveLength(UNREADABLE.length);
});

it('keeps the form of others when a referrers tag is written', async () => {
  // The registry wants a digest and a size, and takes any.
  const unreadable = UNREADABLE.slice(0, 4).map(([, form]) => form);
  const other = { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
  const kept = [...unreadable, ...HARMLESS.map(([, form]) => ({ ...other, ...form }))];
  const { registry, store, subject } = await listing('tag', (entry) => [...kept, entry]);
  const signature = referrerOf(subject, 'application/x.signature');
  await attach(store, signature);
  const { manifests, tags } = registry.repository(REPOSITORY);
  const bytes = manifests.get(tags.get(referrersTag(subject.digest)) ?? '')?.bytes ?? Buffer.alloc(0);
  const written: readonly unknown[] = JSON.parse(bytes.toString()).manifests;
  expect(written.slice(0, kept.length)).toEqual(kept);
  expect(written).toHaveLength(kept.length + 2);
  expect(parseManifest(bytes).kind).toBe('index');
});

it('keeps the form of others when index.json is written, and reads the rest of it', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const other = await layout.image('other');
  const kept = [...UNREADABLE.map(([, form]) => form), ...HARMLESS.map(([, form]) => ({ ...other, ...form }))];
  await layout.index([...kept, tagged(image, 'v1')] as object[], { 'x.top': null, annotations: null });
  const store = await layout.open();
  const sbom = referrerOf(image, SBOM);
  await attach(store, sbom);
  await store.tagManifest(await store.manifest({ tag: 'v1' }), ['v2']);
  const { manifests, ...rest } = JSON.parse(await layout.readIndex());
  expect(rest).toEqual({ schemaVersion: 2, 'x.top': null, annotations: null });
  expect(manifests.slice(0, kept.length)).toEqual(kept);
  expect(await listDigests(await layout.open(), image, { onUnasked: () => {} })).toEqual([sbom.descriptor.digest]);
  const tags = manifests.flatMap((entry: { annotations?: Record<string, string> } | null) =>
    typeof entry === 'object' ? (entry?.annotations?.[REF_NAME] ?? []) : [],
  );
  expect(tags).toEqual(['v1', 'v2']);
});
