import { rm, rmdir, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { openArchive } from '../../../src/store/archive/open.js';
import { openImageDirectory } from '../../../src/store/directory/open.js';
import { DANGLING, SPECIAL } from '../../support/special-files.js';
import { tempDir } from '../../support/temp.js';
import { listTags, readBlob } from '../support/artifacts.js';
import { HandWrittenLayout, MANIFEST, tagged } from './support/by-hand.js';

const ALL = [...SPECIAL, [...DANGLING, 'is a symlink that leads nowhere'] as const];

async function begin() {
  const layout = await HandWrittenLayout.begin();
  const file = await layout.blob('the content of a layer', 'text/plain');
  const image = await layout.image('image', { layers: [file] });
  const other = await layout.image('other');
  await layout.index([tagged(image, 'v1'), tagged(other, 'v2')]);
  const replace = async (name: string, make: (path: string) => Promise<unknown>) => {
    await rm(join(layout.directory, name), { recursive: true });
    await make(join(layout.directory, name));
    return join(layout.directory, name);
  };
  return { layout, file, image, other, replace };
}

const refused = (path: string, what: string) => ({
  code: 'IO',
  message: expect.stringMatching(new RegExp(`^${path}.* ${what}`)),
});

describe.skipIf(process.platform === 'win32').each(ALL)('%s in a layout', (_, make, what) => {
  it('ends all reading and writing where it has the place of index.json', async () => {
    const { layout, image, replace } = await begin();
    const store = await layout.open();
    const path = await replace('index.json', make);
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject(refused(path, what));
    await expect(listTags(store)).rejects.toMatchObject(refused(path, what));
    await expect(store.manifest({ digest: image.digest })).rejects.toMatchObject(refused(path, what));
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: image, layers: [] }));
    await expect(store.putManifest(parseManifest(bytes), { tags: ['v3'] })).rejects.toMatchObject(refused(path, what));
  });

  it('ends the opening where it has the place of oci-layout', async () => {
    const { layout, replace } = await begin();
    const path = await replace('oci-layout', make);
    await expect(layout.open()).rejects.toMatchObject(refused(path, what));
  });

  it('hides a manifest, and no other', async () => {
    const { layout, image, other, replace } = await begin();
    await replace(`blobs/sha256/${image.digest.slice(7)}`, make);
    const store = await layout.open();
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(IO|NOT_FOUND)$/),
    });
    expect((await store.resolve({ tag: 'v2' })).digest).toBe(other.digest);
    expect(await listTags(store)).toEqual(['v1', 'v2']);
  });

  it('is not a blob, and gives way to one', async () => {
    const { layout, file, replace } = await begin();
    const path = await replace(`blobs/sha256/${file.digest.slice(7)}`, make);
    const store = await layout.open();
    expect(await store.hasBlob(file).catch(({ code }) => code)).toEqual(what.startsWith('too many') ? 'IO' : false);
    await expect(readBlob(store, file)).rejects.toMatchObject({ code: expect.stringMatching(/^(IO|NOT_FOUND)$/) });
    if (what === 'is a directory') await rmdir(path);
    // A link to itself cannot be looked at.
    if (what.startsWith('too many')) return;
    const content = Readable.from([Buffer.from('the content of a layer')]);
    expect(await store.writeBlob(file, async () => content)).toBe('written');
    expect(String(await readBlob(store, file))).toBe('the content of a layer');
  });

  it('ends the opening of an archive, and of a directory of skopeo', async () => {
    const directory = await tempDir();
    await make(join(directory, 'archive.tar'));
    await expect(openArchive(join(directory, 'archive.tar'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(INVALID_ARGUMENT|IO|NOT_FOUND)$/),
      message: expect.stringContaining('archive.tar'),
    });
    const path = join(directory, 'manifest.json');
    await make(path);
    await expect(openImageDirectory(directory)).rejects.toMatchObject(refused(path, what));
  });
});

describe('the limit of a document', () => {
  it.each([
    ['index.json', 256 * 1024 ** 2],
    ['oci-layout', 1024 ** 2],
  ])('holds for %s, also behind a link', async (name, most) => {
    const { layout, replace } = await begin();
    const store = await layout.open();
    const path = await replace(name, async (place) => {
      await layout.write('../large', '');
      await truncate(join(layout.directory, '../large'), most + 1);
      await symlink(join(layout.directory, '../large'), place);
    });
    const reading = name === 'index.json' ? store.resolve({ tag: 'v1' }) : layout.open();
    await expect(reading).rejects.toMatchObject({
      code: 'MALFORMED',
      message: `${path} is larger than ${most} bytes`,
      found: most + 1,
    });
  });
});
