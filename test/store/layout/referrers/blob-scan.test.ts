import { readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import { openLayout } from '../../../../src/store/layout/store.js';
import { list } from '../../support/artifacts.js';
import { HandWrittenLayout, tagged } from '../support/by-hand.js';

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** An image with its entry, as `cosign save` writes it: what is attached is in `blobs/` alone. */
async function saved() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  await layout.index([tagged(image, 'v1', { kind: 'dev.cosignproject.cosign/image' })]);
  return { layout, image };
}

const found = async (layout: HandWrittenLayout, image: Descriptor) =>
  (await list(await layout.open(), image)).map(({ descriptor, via }) => `${descriptor.digest} ${via.join('+')}`);

it('finds what no index names, as cosign save leaves it', async () => {
  const { layout, image } = await saved();
  const bundle = await layout.referrer(image, BUNDLE);
  expect(await found(layout, image)).toEqual([`${bundle.digest} layout-scan`]);
  // With an entry it is found by that alone.
  await layout.index([tagged(image, 'v1'), bundle]);
  expect(await found(layout, image)).toEqual([`${bundle.digest} layout-entry`]);
});

it('finds it again and again, and what came meanwhile, by one store', async () => {
  const { layout, image } = await saved();
  const store = await layout.open();
  expect(await list(store, image)).toEqual([]);
  const first = await layout.referrer(image, BUNDLE);
  expect((await list(store, image)).map(({ descriptor }) => descriptor.digest)).toEqual([first.digest]);
  const second = await layout.referrer(image, 'application/spdx+json');
  expect(await list(store, image)).toHaveLength(2);
  await rm(join(layout.directory, 'blobs', 'sha256', second.digest.slice(7)));
  // What was there is read from memory: content does not change. Another store sees what is there now.
  expect((await list(await openLayout(layout.directory), image)).map(({ descriptor }) => descriptor.digest)).toEqual([
    first.digest,
  ]);
});

it('takes no layer for a referrer: statements of in-toto, SBOMs, documents that quote manifests', async () => {
  const { layout, image } = await saved();
  const { mediaType, digest, size } = image;
  for (const content of [
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'app', digest: { sha256: 'x' } }] }),
    JSON.stringify({ spdxVersion: 'SPDX-2.3', subject: { mediaType, digest, size } }),
    JSON.stringify([{ schemaVersion: 2, subject: { mediaType, digest, size } }]),
    JSON.stringify({ schemaVersion: 2, subject: 'no descriptor' }),
    `{"schemaVersion":2,"subject":{"digest":"${digest}"`,
    ' '.repeat(100),
  ]) {
    await layout.blob(content, 'application/json');
  }
  expect(await found(layout, image)).toEqual([]);
});

it('says what it could not read, where that may be a referrer', async () => {
  const { layout, image } = await saved();
  const bundle = await layout.referrer(image, BUNDLE);
  const path = join(layout.directory, 'blobs', 'sha256', bundle.digest.slice(7));
  await writeFile(path, JSON.stringify({ schemaVersion: 2, config: {}, layers: [], subject: image }));
  await expect(list(await layout.open(), image)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it('reads nothing that is large, and passes over what is no blob', async () => {
  const { layout, image } = await saved();
  const { mediaType, digest, size } = image;
  const manifest = JSON.stringify({ schemaVersion: 2, subject: { mediaType, digest, size }, layers: [] });
  await layout.blob(`${manifest}${' '.repeat(1024 * 1024)}`, mediaType);
  await layout.write('blobs/sha256/not-a-digest', manifest);
  await layout.write('blobs/note.txt', manifest);
  await layout.write('blobs/sha256/sub/folder', manifest);
  expect(await found(layout, image)).toEqual([]);
});

it.skipIf(process.platform === 'win32')('looks behind symlinks, of a blob and of the folder of blobs', async () => {
  const { layout, image } = await saved();
  const bundle = await layout.referrer(image, BUNDLE);
  const blobs = join(layout.directory, 'blobs', 'sha256');
  const blob = join(blobs, bundle.digest.slice(7));
  await rename(blob, join(layout.directory, 'elsewhere'));
  await symlink('../../elsewhere', blob);
  expect(await found(layout, image)).toEqual([`${bundle.digest} layout-scan`]);
  await rename(blobs, join(layout.directory, 'other'));
  await rm(join(layout.directory, 'other', bundle.digest.slice(7)));
  await rename(join(layout.directory, 'elsewhere'), join(layout.directory, 'other', bundle.digest.slice(7)));
  await symlink('../other', blobs);
  expect(await found(layout, image)).toEqual([`${bundle.digest} layout-scan`]);
});

it('looks again when only the folder of blobs has changed', async () => {
  const { layout, image } = await saved();
  const store = await layout.open();
  expect(await list(store, image)).toEqual([]);
  const blobs = join(layout.directory, 'blobs', 'sha256');
  const before = await readdir(blobs);
  await utimes(join(layout.directory, 'index.json'), new Date(0), new Date(0));
  expect(await list(store, image)).toEqual([]);
  await layout.referrer(image, BUNDLE);
  expect((await readdir(blobs)).length).toBeGreaterThan(before.length);
  expect(await list(store, image)).toHaveLength(1);
});

it('finds signatures that older versions of cosign save entered by kind', async () => {
  const { layout, image } = await saved();
  const signatures = await layout.image('signatures');
  const entry = { ...signatures, annotations: { kind: 'dev.cosignproject.cosign/sigs' } };
  await layout.index([tagged(image, 'v1', { kind: 'dev.cosignproject.cosign/image' }), entry]);
  const store = await layout.open();
  const tag = referrersTag(image.digest);
  expect((await store.findTag(`${tag}.sig`))?.digest).toBe(signatures.digest);
  expect(await store.findTag(`${tag}.att`)).toBeUndefined();
  expect(await store.findTag(`${referrersTag(signatures.digest)}.sig`)).toBeUndefined();
});
