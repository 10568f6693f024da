import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { openImageDirectory } from '../../../src/store/directory/open.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, INDEX, MANIFEST } from '../layout/support/by-hand.js';
import { list, listTags, readBlob } from '../support/artifacts.js';

/** A directory as skopeo writes it, file by file. */
async function begin() {
  const directory = join(await tempDir(), 'image');
  await mkdir(directory);
  const write = (name: string, content: string) => writeFile(join(directory, name), content);
  const blob = async (content: string, mediaType: string, end = '') => {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    await write(`${digest.slice(7)}${end}`, content);
    return { mediaType, digest, size: bytes.length };
  };
  await write('version', 'Directory Transport Version: 1.1\n');
  await write('signature-1', 'not read');
  const config = await blob('{"os":"linux"}', 'application/vnd.oci.image.config.v1+json');
  const layer = await blob('layer', 'application/vnd.oci.image.layer.v1.tar');
  const image = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
  return { directory, write, blob, image, layer, config };
}

it('reads the one image, by no name or by its digest', async () => {
  const { directory, write, image, layer } = await begin();
  await write('manifest.json', image);
  const source = await openImageDirectory(directory);
  const digest = digestOf(Buffer.from(image));
  expect(source.kind).toBe('directory');
  expect(source.format({ digest })).toBe(`dir:${directory}@${digest}`);
  for (const selector of [{}, { digest }])
    expect(await source.resolve(selector)).toEqual({ mediaType: MANIFEST, digest, size: image.length });
  expect(Buffer.from((await source.manifest({})).bytes).toString()).toBe(image);
  expect((await readBlob(source, layer)).toString()).toBe('layer');
  expect(await source.blobSize(digest)).toBe(image.length);
  expect(await source.hasBlob({ ...layer, size: 1 })).toBe(false);
  expect(await listTags(source)).toEqual([]);
  await expect(source.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await source.close();
});

it('reads the children of an index, as copy --all leaves them, and what they are attached to', async () => {
  const { directory, write, blob, image, config } = await begin();
  const child = await blob(image, MANIFEST, '.manifest.json');
  const subject = { mediaType: child.mediaType, digest: child.digest, size: child.size };
  const referrer = await blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/x',
      config,
      layers: [],
      subject,
    }),
    MANIFEST,
    '.manifest.json',
  );
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [child, referrer] });
  await write('manifest.json', index);
  const source = await openImageDirectory(directory);
  expect((await source.resolve({})).digest).toBe(digestOf(Buffer.from(index)));
  expect((await source.manifest({ digest: child.digest })).kind).toBe('image');
  expect((await list(source, child)).map(({ descriptor }) => descriptor.digest)).toEqual([referrer.digest]);
});

it('verifies what it reads, and says what is missing', async () => {
  const { directory, write, image, layer, config } = await begin();
  await write('manifest.json', image);
  const source = await openImageDirectory(directory);
  await write(layer.digest.slice(7), 'LAYER');
  await expect(readBlob(source, layer)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await write('manifest.json', image.replace('2', '3'));
  await expect(source.resolve({})).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  const missing = digestOf(Buffer.from('missing'));
  await expect(readBlob(source, { ...config, digest: missing })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(join(directory, missing.slice(7))),
  });
});

it('tells what is no such directory', async () => {
  const { directory, write } = await begin();
  await expect(openImageDirectory(directory)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('no manifest.json'),
  });
  await expect(openImageDirectory(join(directory, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const layout = await HandWrittenLayout.begin();
  await expect(openImageDirectory(layout.directory)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: `It is an image layout: write oci:${layout.directory}`,
  });
  for (const content of ['', '[{"Config":"docker save"}]', '{"schemaVersion":1}']) {
    await write('manifest.json', content);
    await expect(openImageDirectory(directory)).rejects.toMatchObject({
      code: expect.stringMatching(/^(MALFORMED|UNSUPPORTED)$/),
      message: expect.stringContaining(join(directory, 'manifest.json')),
    });
  }
});
