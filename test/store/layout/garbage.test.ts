import { link, mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { Digest } from '../../../src/oci/values/digest.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { collectGarbage } from '../../../src/store/layout/garbage/collect.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, INDEX, MANIFEST, tagged } from './support/by-hand.js';

const HOUR = 3600 * 1000;

/** A layout with one tagged image. */
async function begin() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  await layout.index([tagged(image, 'v1')]);
  return { layout, image };
}

async function age(layout: HandWrittenLayout, hours = 2): Promise<void> {
  const then = new Date(Date.now() - hours * HOUR);
  for (const name of await readdir(layout.directory, { recursive: true, withFileTypes: true }))
    if (name.isFile()) await utimes(join(name.parentPath, name.name), then, then);
}

async function there(layout: HandWrittenLayout): Promise<readonly string[]> {
  const names = await readdir(layout.directory, { recursive: true });
  return names.filter((name) => /^blobs\/[^/]+\/./.test(name)).sort();
}

async function isThere(layout: HandWrittenLayout, digest: Digest): Promise<boolean> {
  return stat(blobPath(layout.directory, digest)).then(
    () => true,
    () => false,
  );
}

/** Collects garbage beside one blob that nothing names, and tells whether all else stayed. */
async function keepsAll(layout: HandWrittenLayout): Promise<void> {
  const before = await there(layout);
  const loose = await layout.blob('nothing names this', 'a/b');
  await age(layout);
  const { blobs } = await collectGarbage(layout.directory);
  expect(blobs.map(({ digest }) => digest)).toEqual([loose.digest]);
  expect(await there(layout)).toEqual(before);
}

async function refuses(layout: HandWrittenLayout, code: string): Promise<void> {
  await layout.blob('nothing names this', 'a/b');
  await age(layout);
  const before = await there(layout);
  await expect(collectGarbage(layout.directory)).rejects.toMatchObject({ code: 'INCOMPLETE', cause: { code } });
  await expect(collectGarbage(layout.directory, { dryRun: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
  expect(await there(layout)).toEqual(before);
}

describe('collectGarbage keeps what is named', () => {
  it('by an index within an index within an index, with sha512 among them', async () => {
    const { layout } = await begin();
    const layer = await layout.blob('layer', 'a/layer', 'sha512');
    const deep = await layout.image('deep', { layers: [layer] });
    const inner = await layout.document({ manifests: [deep] }, 'sha512');
    const outer = await layout.document({
      manifests: [{ ...inner, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    await layout.index([tagged(await layout.document({ manifests: [outer] }), 'v2')]);
    const first = await layout.image('app');
    await age(layout);
    const { blobs } = await collectGarbage(layout.directory);
    // The image that lost its entry goes with its config.
    expect(blobs.map(({ digest }) => digest)).toContain(first.digest);
    expect(blobs).toHaveLength(2);
    await keepsAll(layout);
  });

  it.each([
    ['a name', (list: Descriptor, subject: Digest) => tagged(list, subject.replace(':', '-'))],
    [
      'an annotation',
      (list: Descriptor, subject: Digest) => ({
        ...list,
        annotations: { 'org.opencontainers.referrer.subject': subject },
      }),
    ],
  ])('by a list of referrers that is marked with %s', async (_, entry) => {
    const { layout, image } = await begin();
    const layer = await layout.blob('{"spdxVersion":"SPDX-2.3"}', 'application/spdx+json');
    const referrer = await layout.referrer(image, 'application/spdx+json', { layers: [layer] });
    const list = await layout.document({ manifests: [referrer] });
    await layout.index([tagged(image, 'v1'), entry(list, image.digest)]);
    await keepsAll(layout);
  });

  it('by its subject alone, over two levels, as cosign save leaves it', async () => {
    const { layout, image } = await begin();
    const sbom = await layout.referrer(image, 'application/spdx+json');
    await layout.referrer(sbom, 'application/vnd.dev.sigstore.bundle.v0.3+json');
    await keepsAll(layout);
  });

  it('as the subject of a referrer that has an entry', async () => {
    const layout = await HandWrittenLayout.begin();
    const layer = await layout.blob('layer', 'a/layer');
    const image = await layout.image('app', { layers: [layer] });
    await layout.index([await layout.referrer(image, 'a/b')]);
    await keepsAll(layout);
  });

  it('by an entry or a child whose media type is another than its content', async () => {
    const { layout, image } = await begin();
    const layer = await layout.blob('layer', 'a/layer');
    const odd = { ...(await layout.image('odd', { layers: [layer] })), mediaType: 'application/vnd.acme.thing+json' };
    const untyped = await layout.image('untyped', { layers: [await layout.blob('other', 'a/layer')] });
    const index = await layout.document({ manifests: [odd] });
    await layout.index([tagged(image, 'v1'), index, { digest: untyped.digest, size: untyped.size, mediaType: '' }]);
    await keepsAll(layout);
  });

  it('by the manifest.json of docker save', async () => {
    const { layout } = await begin();
    const layer = await layout.blob('a layer that Docker alone names', 'a/tar');
    const path = blobPath('', layer.digest);
    await layout.write('manifest.json', [{ Layers: [path] }]);
    await keepsAll(layout);
  });

  it('by a document that cannot be read and says that it is attached', async () => {
    const { layout, image } = await begin();
    const layer = await layout.blob('layer', 'a/layer');
    const { digest } = image;
    await layout.document({ subject: { digest, size: 'many' }, config: 7, layers: [layer], blobs: 3 });
    await keepsAll(layout);
  });

  it('by a manifest that came lately, whose index may follow', async () => {
    const { layout } = await begin();
    const layer = await layout.blob('an old layer', 'a/layer');
    await age(layout);
    const late = await layout.image('late', { layers: [layer] });
    await layout.blob('young', 'a/b');
    const { blobs, young } = await collectGarbage(layout.directory);
    expect([blobs, young]).toEqual([[], 1]);
    await age(layout);
    const gone = (await collectGarbage(layout.directory)).blobs.map(({ digest }) => digest);
    expect(gone).toContain(late.digest);
    expect(gone).toContain(layer.digest);
  });
});

describe('collectGarbage refuses', () => {
  it.each([
    [
      'a damaged index below an index',
      async (path: string) => writeFile(path, '{"schemaVersion":2}'),
      'DIGEST_MISMATCH',
    ],
    ['a missing index below an index', async (path: string) => rm(path), 'NOT_FOUND'],
    [
      'a directory in the place of an index',
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
      /NOT_FOUND|IO/,
    ],
  ])('where it meets %s', async (_, damage, code) => {
    const { layout, image } = await begin();
    const inner = await layout.document({ manifests: [image] });
    await layout.index([tagged(await layout.document({ manifests: [inner] }), 'v1')]);
    await damage(blobPath(layout.directory, inner.digest));
    await refuses(layout, expect.stringMatching(code));
  });

  it('where an entry of index.json, or of an index, cannot be read', async () => {
    const { layout, image } = await begin();
    await layout.index([tagged(image, 'v1'), { mediaType: MANIFEST, digest: 'sha256:short', size: 1 }]);
    await refuses(layout, 'MALFORMED');
    const index = await layout.blob(
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [image, { mediaType: MANIFEST, size: 3 }] }),
      INDEX,
    );
    await layout.index([index]);
    await refuses(layout, 'MALFORMED');
  });

  it('without an index.json, with an empty one, and with half a one', async () => {
    const { layout } = await begin();
    await rm(join(layout.directory, 'index.json'));
    await refuses(layout, 'NOT_FOUND');
    for (const text of ['', '{"schemaVersion":2,"manifests":[']) {
      await layout.write('index.json', text);
      await refuses(layout, 'MALFORMED');
    }
  });

  it('where what is attached without a list leads to what is missing', async () => {
    const { layout, image } = await begin();
    const { mediaType, digest, size } = image;
    const child = await layout.image('child');
    await layout.document({ subject: { mediaType, digest, size }, manifests: [child] });
    await rm(blobPath(layout.directory, child.digest));
    await refuses(layout, 'NOT_FOUND');
  });
});

describe('collectGarbage', () => {
  it('removes blobs of both algorithms, and says in a dry run what would go', async () => {
    const { layout } = await begin();
    const before = await there(layout);
    const one = await layout.blob('one', 'a/b');
    const other = await layout.blob('two', 'a/b', 'sha512');
    await age(layout);
    const planned = await collectGarbage(layout.directory, { dryRun: true });
    expect(await isThere(layout, one.digest)).toBe(true);
    const done = await collectGarbage(layout.directory);
    expect(done).toEqual(planned);
    expect(new Set(done.blobs)).toEqual(new Set([one, other].map(({ digest, size }) => ({ digest, size }))));
    expect([done.bytes, done.young, done.foreign]).toEqual([6, 0, []]);
    expect((await there(layout)).filter((name) => !name.endsWith('sha512'))).toEqual(before);
    expect(await collectGarbage(layout.directory)).toMatchObject({ blobs: [], bytes: 0 });
  });

  it('spares what is younger than the grace, and what a clock dated into the future', async () => {
    const { layout } = await begin();
    const loose = await layout.blob('loose', 'a/b');
    expect(await collectGarbage(layout.directory)).toMatchObject({ blobs: [], young: 1 });
    await age(layout, 2);
    expect(await collectGarbage(layout.directory, { grace: 3 * HOUR })).toMatchObject({ blobs: [], young: 1 });
    await age(layout, -2);
    expect(await collectGarbage(layout.directory, { grace: 0 })).toMatchObject({ blobs: [], young: 1 });
    await age(layout, 2);
    expect(await collectGarbage(layout.directory, { grace: HOUR })).toMatchObject({
      blobs: [{ digest: loose.digest }],
    });
  });

  it('leaves and names what is not called by the grammar, links, and folders of others', async () => {
    const { layout } = await begin();
    const shared = join(await tempDir(), 'shared');
    const loose = await layout.blob('shared with another layout', 'a/b', 'sha512');
    await rename(join(layout.directory, 'blobs/sha512'), shared);
    await symlink(shared, join(layout.directory, 'blobs/sha512'));
    const elsewhere = await layout.blob('linked', 'a/b');
    const path = blobPath(layout.directory, elsewhere.digest);
    await rename(path, join(shared, 'linked'));
    await symlink(join(shared, 'linked'), path);
    const names = [
      'notes.txt',
      'blobs/README',
      'blobs/sha256/README',
      `blobs/sha256/${'A'.repeat(64)}`,
      'blobs/md5/abc',
    ];
    for (const name of names) await layout.write(name, 'mine');
    await age(layout);
    const { blobs, foreign } = await collectGarbage(layout.directory);
    expect(blobs).toEqual([]);
    expect(foreign).toEqual(
      [
        'notes.txt',
        'blobs/README',
        'blobs/md5',
        'blobs/sha512',
        ...names.slice(2, 4),
        blobPath('', elsewhere.digest),
      ].sort(),
    );
    expect(await readdir(shared)).toContain(loose.digest.slice(7));
  });

  it('removes uploads and temporary files that are old and have no maker, and nothing else beside them', async () => {
    const { layout } = await begin();
    const uploads = join(layout.directory, '.remora-uploads');
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    for (const name of [id, 'mine.txt']) await layout.write(`.remora-uploads/${name}`, 'half');
    const temporary = '.remora-0123456789ab-1-0123456789ab.tmp';
    await layout.write(temporary, 'half');
    await age(layout, 1);
    const young = await collectGarbage(layout.directory, { grace: 2 * HOUR });
    expect(young).toMatchObject({ leftOvers: [], foreign: ['.remora-uploads/mine.txt'] });
    await age(layout, 48);
    const { leftOvers, bytes } = await collectGarbage(layout.directory);
    expect(new Set(leftOvers.map(({ name }) => name))).toEqual(new Set([`.remora-uploads/${id}`, temporary]));
    expect([bytes, await readdir(uploads)]).toEqual([8, ['mine.txt']]);
  });

  it('takes one of several names of a file away, and leaves the others', async () => {
    const { layout } = await begin();
    const loose = await layout.blob('loose', 'a/b');
    const other = join(await tempDir(), 'other');
    await mkdir(dirname(other), { recursive: true });
    await link(blobPath(layout.directory, loose.digest), other);
    await age(layout);
    expect(await collectGarbage(layout.directory)).toMatchObject({ blobs: [{ digest: loose.digest }] });
    expect((await stat(other)).size).toBe(5);
  });
});
