import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyIntoArchive } from '../../src/operations/copy/into-archive.js';
import { planCopy } from '../../src/operations/copy/plan-copy.js';
import { openLayout } from '../../src/store/layout/store.js';
import { openArchiveWriter } from '../../src/store/open.js';
import { attach, referrerOf } from '../store/support/artifacts.js';
import { digestOf, type TestImage, writeImage, writeIndex } from '../support/image-layout.js';
import { LAYOUT, type OpenInterop, ok, skopeoCopy } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers, run } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/vnd.example.report+json';
const orasList = z.object({ manifests: z.array(z.object({ digest: z.string(), artifactType: z.string() })) });

/** Copies what has a tag in a layout, and all that is attached to it. */
async function archiveOf({ directory, tag }: TestImage, path: string): Promise<string> {
  const source = await openLayout(directory);
  const plan = await planCopy(source, [{ selector: { tag }, tags: [tag] }], { recursive: true });
  await copyIntoArchive(source, await openArchiveWriter(path), plan);
  return path;
}

describe.each(['.tar', '.tar.gz'])('an archive that remora writes, %s', (ending) => {
  let open: OpenInterop;
  let image: TestImage;
  let index: TestImage;
  let report: string;
  /** Archives of the image, and of the index. */
  let one: string;
  let many: string;

  beforeAll(async () => {
    open = await LAYOUT.open();
    image = await writeImage(join(open.directory, 'image'));
    index = await writeIndex(join(open.directory, 'index'), ['amd64', 'arm64'], 'multi');
    const store = await openLayout(image.directory);
    const referrer = referrerOf(await store.resolve({ tag: image.tag }), TYPE, { 'org.example.note': 'kept' });
    await attach(store, referrer);
    report = referrer.descriptor.digest;
    one = await archiveOf(image, join(open.directory, `one${ending}`));
    many = await archiveOf(index, join(open.directory, `many${ending}`));
  });
  afterAll(() => open?.close());

  it('is unpacked by tar to a layout that is whole', async () => {
    const out = await tempDir();
    const { code, stderr } = await run('tar', ['-xf', one, '-C', out]);
    expect([code, stderr]).toEqual([0, '']);
    expect((await readdir(out)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    expect((await checkedEntries(out)).map(({ digest }) => digest)).toEqual([image.digest, report]);
  });

  describeWithPeers('skopeo', ['skopeo'], () => {
    it('inspects it, and copies all of it', async () => {
      for (const [path, { tag, digest }] of [
        [one, image],
        [many, index],
      ] as const) {
        expect(digestOf(await ok('skopeo', ['inspect', '--raw', `oci-archive:${path}:${tag}`]))).toBe(digest);
        const out = join(await tempDir(), 'out');
        await skopeoCopy(`oci-archive:${path}:${tag}`, `dir:${out}`, '--all', '--preserve-digests');
        expect(digestOf(await readFile(join(out, 'manifest.json')))).toBe(digest);
      }
    });

    it('takes the only image without a name', async () => {
      expect(digestOf(await ok('skopeo', ['inspect', '--raw', `oci-archive:${many}`]))).toBe(index.digest);
    });
  });

  // oras reads no compressed archives.
  describeWithPeers('oras', ['oras'], () => {
    it.skipIf(ending !== '.tar')('finds what is attached, and copies it along', async () => {
      const list = await ok('oras', ['discover', '--format', 'json', '--oci-layout', `${one}:v1`]);
      expect(orasList.parse(JSON.parse(list)).manifests).toMatchObject([{ digest: report, artifactType: TYPE }]);
      const out = join(await tempDir(), 'out');
      await ok('oras', ['cp', '-r', '--from-oci-layout', `${one}:v1`, '--to-oci-layout', `${out}:v1`]);
      expect((await checkedEntries(out)).map(({ digest }) => digest).sort()).toEqual([image.digest, report].sort());
    });
  });

  describeWithPeers('regctl', ['regctl'], () => {
    it('imports it', async () => {
      for (const [path, { tag, digest }] of [
        [one, image],
        [many, index],
      ] as const) {
        const out = join(await tempDir(), 'out');
        await ok('regctl', ['image', 'import', `ocidir://${out}:${tag}`, path]);
        // It writes an entry with the tag, and another without one.
        expect(new Set((await checkedEntries(out)).map((entry) => entry.digest))).toEqual(new Set([digest]));
      }
    });
  });
});
