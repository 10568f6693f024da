import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { digestOf, type TestImage, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  ok,
  REGISTRIES,
  skopeoCopy,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { type Files, readFiles, someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/vnd.example.report+json';
const files: Files = someFiles();

const orasList = z.object({ manifests: z.array(z.object({ digest: z.string(), artifactType: z.string() })) });
const orasPulled = z.object({ reference: z.string(), files: z.array(z.object({ digest: z.string() })) });
const regctlList = z.object({
  descriptors: z.array(z.object({ digest: z.string(), artifactType: z.string().optional() })),
});

for (const kind of [LAYOUT, ...REGISTRIES]) {
  const listedType = kind === API_REGISTRY ? 'application/vnd.oci.empty.v1+json' : TYPE;

  describeWithPeers(`written by remora into ${kind.name}`, kind.peers, () => {
    let open: OpenInterop;
    let place: InteropPlace;
    let image: TestImage;
    /** The digest of the artifact that is attached, and of the one that is tagged. */
    let attached: string;
    let tagged: string;
    const { attach, discover, push } = kind.commands;

    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
      image = await writeImage(join(open.directory, 'image'));
      await place.load(image);
      const cwd = join(open.directory, 'files');
      await writeFiles(cwd, files);
      const names = Object.keys(files);
      const result = await attach(place.at(':v1'), TYPE, names, { cwd });
      expect([result.listedBy, result.subject?.digest, result.result]).toEqual([kind.via, image.digest, 'written']);
      attached = result.digest;
      tagged = (await push(place.at(':files,latest'), ['--artifact-type', TYPE, ...names], { cwd })).digest;
    });
    afterAll(() => open?.close());

    it('remora lists it with its own type, whatever a list says', async () => {
      const { digest, referrers, incomplete } = await discover(place.at(':v1'));
      expect([digest, incomplete]).toEqual([image.digest, []]);
      expect(referrers).toMatchObject([{ digest: attached, artifactType: TYPE, via: [kind.via], referrers: [] }]);
      if (kind.kind === 'layout') await checkedEntries(place.at(''));
    });

    describeWithPeers('oras', ['oras'], () => {
      it('discovers it', async () => {
        const list = await ok('oras', ['discover', '--format', 'json', ...place.oras(':v1')]);
        expect(orasList.parse(JSON.parse(list)).manifests).toEqual([{ digest: attached, artifactType: listedType }]);
      });

      it.each([
        ['by digest', () => `@${attached}`, () => attached],
        ['by tag', () => ':files', () => tagged],
        ['by another tag', () => ':latest', () => tagged],
      ])('fetches manifest and files %s', async (_, suffix, digest) => {
        expect(digestOf(await ok('oras', ['manifest', 'fetch', ...place.oras(suffix())]))).toBe(digest());
        const out = await tempDir();
        const report = await ok('oras', ['pull', '--format', 'json', '-o', out, ...place.oras(suffix())]);
        expect(orasPulled.parse(JSON.parse(report)).files).toHaveLength(Object.keys(files).length);
        expect(await readFiles(out)).toEqual(files);
      });
    });

    describeWithPeers('regctl', ['regctl'], () => {
      const regctl = (...args: string[]) => ok('regctl', [...place.regctlFlags, ...args]);

      // In layouts it reads its own lists only.
      it.skipIf(kind.kind === 'layout')('lists it, also in its tree', async () => {
        const list = await regctl('artifact', 'list', '--format', '{{json .}}', place.regctl(':v1'));
        expect(regctlList.parse(JSON.parse(list)).descriptors).toMatchObject([
          { digest: attached, artifactType: listedType },
        ]);
        expect(await regctl('artifact', 'tree', place.regctl(':v1'))).toContain(`${attached}: ${listedType}`);
        const [name = ''] = Object.keys(files);
        const content = await regctl('artifact', 'get', '--subject', place.regctl(':v1'), '--file', name);
        expect(content).toBe(files[name]?.toString());
      });

      it('fetches manifest and files', async () => {
        for (const [suffix, digest] of [
          [`@${attached}`, attached],
          [':files', tagged],
        ] as const) {
          const manifest = await regctl('manifest', 'get', '--format', 'raw-body', place.regctl(suffix));
          expect(digestOf(manifest)).toBe(digest);
          const out = join(await tempDir(), 'out');
          await mkdir(out);
          await regctl('artifact', 'get', '-o', out, place.regctl(suffix));
          expect(await readFiles(out)).toEqual(files);
        }
      });

      it('leaves a layout as it was', async () => {
        expect((await discover(place.at(':v1'))).referrers).toHaveLength(1);
      });
    });

    describeWithPeers('skopeo', ['skopeo'], () => {
      it('reads its manifest', async () => {
        const raw = await ok('skopeo', ['inspect', '--raw', '--tls-verify=false', place.skopeo(':files')]);
        expect(digestOf(raw)).toBe(tagged);
      });

      it('copies it into a layout, digest and all', async () => {
        const target = join(await tempDir(), 'copy');
        await skopeoCopy(place.skopeo(':files'), `oci:${target}:copy`);
        expect(await checkedEntries(target)).toMatchObject([{ digest: tagged }]);
      });
    });

    if (kind.kind === 'registry') {
      it('crane reads, validates and pulls it', async () => {
        for (const [suffix, digest] of [
          [`@${attached}`, attached],
          [':files', tagged],
        ] as const) {
          expect(digestOf(await ok('crane', ['manifest', place.at(suffix)]))).toBe(digest);
          expect((await ok('crane', ['digest', place.at(suffix)])).trim()).toBe(digest);
          expect(await ok('crane', ['validate', '--remote', place.at(suffix)])).toContain('PASS');
          const target = join(await tempDir(), 'copy');
          await ok('crane', ['pull', '--format', 'oci', place.at(suffix), target]);
          expect(await checkedEntries(target)).toMatchObject([{ digest, artifactType: TYPE }]);
        }
        expect((await ok('crane', ['ls', place.at('')])).split('\n')).toEqual(
          expect.arrayContaining(['files', 'latest', 'v1']),
        );
      });

      it('the image is still the one that it was', async () => {
        expect((await ok('crane', ['digest', place.at(':v1')])).trim()).toBe(image.digest);
        expect(await ok('crane', ['validate', '--remote', place.at(':v1')])).toContain('PASS');
      });
    }
  });
}
