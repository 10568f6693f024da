import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { openArchive } from '../../../src/store/archive/open.js';
import { noise, system, tarOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { listDigests, listTags, readBlob, text } from '../support/artifacts.js';
import { membersOf, openForTest, openPacked, packLayout, writeArchive } from './support/packed.js';

async function withSbom() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  const sbom = await layout.referrer(image, 'application/spdx+json');
  await layout.index([tagged(image, 'v1'), sbom]);
  return { layout, image, sbom };
}

it('reads what is in an archive, and says where it is', async () => {
  const { layout, image, sbom } = await withSbom();
  const path = await packLayout(layout.directory);
  const source = await openForTest(path);
  expect(source.kind).toBe('archive');
  expect(source.format({ tag: 'v1', digest: image.digest })).toBe(`oci-archive:${path}:v1@${image.digest}`);
  expect(await listTags(source)).toEqual(['v1']);
  expect((await source.resolve({})).digest).toBe(image.digest);
  expect((await source.resolve({ digest: sbom.digest })).digest).toBe(sbom.digest);
  expect(await listDigests(source, image)).toEqual([sbom.digest]);
  expect(await source.blobSize(image.digest)).toBe(image.size);
  expect(await source.hasBlob({ ...image, size: 1 })).toBe(false);
  expect(JSON.parse((await readBlob(source, image)).toString())).toMatchObject({ schemaVersion: 2 });
});

it.each(['gnu', 'oldgnu', 'pax', 'ustar'])(
  'reads what GNU tar writes (%s), with its ./ and folders',
  async (format) => {
    const { layout, image, sbom } = await withSbom();
    const [path] = [join(await tempDir(), 'x.tar')];
    await system('tar', `--format=${format}`, '-C', layout.directory, '-cf', path, '.');
    const source = await openForTest(path);
    expect(await listDigests(source, image)).toEqual([sbom.digest]);
  },
);

it('reads large blobs whole, several at a time, while others are read', async () => {
  const { layout, image } = await withSbom();
  const contents = [1, 2, 3].map((seed) => noise(700_001, seed).toString('latin1'));
  const blobs = await Promise.all(contents.map((content) => layout.blob(content, 'text/plain')));
  const source = await openPacked(layout.directory);
  const [read] = await Promise.all([
    Promise.all(blobs.map((blob) => readBlob(source, blob))),
    source.resolve({ tag: 'v1' }),
  ]);
  expect(read.map((bytes) => bytes.toString())).toEqual(contents);
  await expect(readBlob(source, { ...image, size: image.size + 1 })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
});

it('notices a blob that is not what its name says, and one that is not there', async () => {
  const { layout, image } = await withSbom();
  const members = await membersOf(layout.directory);
  const name = `blobs/sha256/${image.digest.slice(7)}`;
  const changed = members.map((member) =>
    member.name === name ? { ...member, content: 'x'.repeat(image.size) } : member,
  );
  const source = await openForTest(await writeArchive(await tarOf(changed)));
  await expect(source.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(readBlob(source, image)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  const path = await writeArchive(await tarOf(members.filter((member) => member.name !== name)));
  const less = await openForTest(path);
  const missing = { code: 'NOT_FOUND', message: expect.stringContaining(`${name} in ${path} does not exist`) };
  await expect(less.resolve({ tag: 'v1' })).rejects.toMatchObject(missing);
  await expect(readBlob(less, image)).rejects.toMatchObject(missing);
  await expect(readBlob(less, text('never').descriptor)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('says that index.json is missing, and what else is wrong with it', async () => {
  const { layout } = await withSbom();
  const others = (await membersOf(layout.directory)).filter(({ name }) => name !== 'index.json');
  const without = await openForTest(await writeArchive(await tarOf(others)));
  await expect(listTags(without)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/^index\.json in .*layout\.tar does not exist/),
  });
  const bad = await openForTest(await writeArchive(await tarOf([...others, { name: 'index.json', content: '{' }])));
  await expect(listTags(bad)).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('layout.tar'),
  });
});

it('tells what is no archive of a layout', async () => {
  const directory = await tempDir();
  const refused = (path: string) =>
    openArchive(path).then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(await refused(join(directory, 'nowhere.tar'))).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refused(directory)).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('is a directory'),
    hint: `Write oci:${directory} for an image layout directory`,
  });
  expect(await refused(await writeArchive(await tarOf([{ name: 'x', content: 'x' }])))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('has no oci-layout file'),
  });
  const { layout } = await withSbom();
  const below = (await membersOf(layout.directory)).map((member) => ({ ...member, name: `a/b/${member.name}` }));
  expect(await refused(await writeArchive(await tarOf(below)))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('below "a/b/"'),
    hint: expect.stringContaining('tar -C'),
  });
  const other = { name: 'oci-layout', content: '{"imageLayoutVersion":"2.0.0"}' };
  expect(await refused(await writeArchive(await tarOf([other])))).toMatchObject({ code: 'UNSUPPORTED' });
  if (process.platform === 'win32') return;
  const pipe = join(directory, 'pipe');
  await system('mkfifo', pipe);
  expect(await refused(pipe)).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('not a regular file'),
  });
});

it('names what an older docker save wrote, and how to convert it', async () => {
  const path = await writeArchive(
    await tarOf([
      { name: 'manifest.json', content: '[{"Config":"x.json","RepoTags":["app:v1"],"Layers":["y/layer.tar"]}]' },
      { name: 'y/layer.tar', type: 'symlink', linkname: '../z/layer.tar' },
      { name: 'repositories', content: '{}' },
    ]),
  );
  await expect(openArchive(path)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('docker-archive'),
    hint: `Convert it: skopeo copy docker-archive:${path} oci-archive:image.tar`,
  });
});

/** An entry as `docker save` writes it since version 25. */
function docker(descriptor: Descriptor, name: string, tag: string): object {
  return tagged(descriptor, tag, { 'io.containerd.image.name': `${name}:${tag}` });
}

it('reads what docker save writes since version 25: by index.json, with its links and other files', async () => {
  const layout = await HandWrittenLayout.begin();
  const [one, two] = [await layout.image('1'), await layout.image('2')];
  await layout.index([docker(one, 'docker.io/library/alpine', '3.20')]);
  const more = [
    { name: 'manifest.json', content: '[{"RepoTags":["alpine:3.20"]}]' },
    { name: 'repositories', content: '{}' },
    { name: 'old/layer.tar', type: 'symlink' as const, linkname: '../blobs/sha256/x' },
    { name: 'dev', type: 'fifo' as const },
  ];
  const archive = async () =>
    openForTest(await writeArchive(await tarOf([...(await membersOf(layout.directory)), ...more])));
  const single = await archive();
  for (const tag of ['3.20', 'docker.io/library/alpine:3.20'])
    expect((await single.resolve({ tag })).digest).toBe(one.digest);
  expect(await listTags(single)).toEqual(['3.20']);

  await layout.index([docker(one, 'docker.io/library/alpine', 'latest'), docker(two, 'ghcr.io/a/b', 'latest')]);
  const several = await archive();
  const names = ['docker.io/library/alpine:latest', 'ghcr.io/a/b:latest'];
  expect(await listTags(several)).toEqual(names);
  expect((await several.resolve({ tag: 'ghcr.io/a/b:latest' })).digest).toBe(two.digest);
  await expect(several.resolve({ tag: 'latest' })).rejects.toMatchObject({
    code: 'AMBIGUOUS',
    candidates: names,
    hint: `Name one of them: ${names.join(', ')}`,
  });
  // The tag that they share helps nobody.
  await expect(several.resolve({})).rejects.toMatchObject({ code: 'AMBIGUOUS', candidates: names });
});

it('keeps reading when the file is replaced by another, and says when it is cut', async () => {
  const { layout, image } = await withSbom();
  const large = await layout.blob(noise(700_000).toString('latin1'), 'text/plain');
  const path = await packLayout(layout.directory);
  const source = await openForTest(path);
  await rm(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'another');
  expect((await source.resolve({})).digest).toBe(image.digest);
  const again = await packLayout(layout.directory);
  const cut = await openForTest(again);
  await writeFile(again, '');
  await expect(readBlob(cut, large)).rejects.toMatchObject({ code: 'CHANGED' });
  await expect(cut.resolve({})).rejects.toMatchObject({ code: 'CHANGED' });
});

it('ends with an interruption, before and while it reads', async () => {
  const { layout } = await withSbom();
  const large = await layout.blob(noise(3_000_000).toString('latin1'), 'text/plain');
  const path = await packLayout(layout.directory);
  await expect(openArchive(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  const source = await openForTest(path);
  const controller = new AbortController();
  const stream = await source.openBlob(large, { signal: controller.signal });
  const reading = (async () => {
    for await (const _ of stream) controller.abort();
  })();
  await expect(reading).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
