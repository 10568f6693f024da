import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestImage, writeImage } from '../support/image-layout.js';
import {
  CRANE_REGISTRY,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  ok,
  REGISTRIES,
  skopeoCopy,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { readFiles, someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/vnd.example.scan+json';
const files = someFiles();
const titles = Object.keys(files).sort();

const orasResult = z.object({ digest: z.string(), size: z.number(), mediaType: z.string() });

for (const kind of [LAYOUT, ...REGISTRIES]) {
  describeWithPeers(`read by remora from ${kind.name}`, kind.peers, () => {
    let open: OpenInterop;
    let image: TestImage;
    let cwd: string;
    const { discover, inspect, pull, remora, resolve } = kind.commands;

    beforeAll(async () => {
      open = await kind.open();
      image = await writeImage(join(open.directory, 'image'));
      cwd = join(open.directory, 'files');
      await writeFiles(cwd, files);
    });
    afterAll(() => open?.close());

    async function placeWithImage(): Promise<InteropPlace> {
      const place = open.fresh();
      await place.load(image);
      return place;
    }

    describeWithPeers('oras', ['oras'], () => {
      it('push', async () => {
        const place = open.fresh();
        const words = ['--format', 'json', '--artifact-type', TYPE, '--annotation', 'org.example.team=blue'];
        const report = await ok('oras', ['push', ...words, ...place.oras(':v1,latest'), ...titles], { cwd });
        const { digest, size } = orasResult.parse(JSON.parse(report));
        expect([await resolve(place.at(':v1')), await resolve(place.at(':latest'))]).toEqual([digest, digest]);
        const shown = await inspect(place.at(':v1'));
        expect(shown).toMatchObject({ kind: 'artifact', digest, size, artifactType: TYPE });
        expect(shown.annotations).toMatchObject({ 'org.example.team': 'blue' });
        expect(shown.layers?.map(({ title }) => title).sort()).toEqual(titles);
        const out = await tempDir();
        await pull(place.at(`@${digest}`), out);
        expect(await readFiles(out)).toEqual(files);
      });

      it('attach, twice and one below the other', async () => {
        const place = await placeWithImage();
        const attach = async (suffix: string, type: string, ...names: string[]) => {
          const words = ['--format', 'json', '--artifact-type', type, ...place.oras(suffix), ...names];
          return orasResult.parse(JSON.parse(await ok('oras', ['attach', ...words], { cwd }))).digest;
        };
        const first = await attach(':v1', TYPE, ...titles);
        const second = await attach(':v1', 'application/vnd.example.other', 'data.bin');
        const below = await attach(`@${first}`, 'application/vnd.example.signature', 'sbom.spdx.json');
        const { referrers, incomplete } = await discover(place.at(':v1'));
        expect(incomplete).toEqual([]);
        expect(referrers.toSorted((a, b) => (a.digest === first ? -1 : b.digest === first ? 1 : 0))).toMatchObject([
          {
            digest: first,
            artifactType: TYPE,
            via: expect.arrayContaining([kind.via]),
            referrers: [{ digest: below }],
          },
          { digest: second, artifactType: 'application/vnd.example.other', referrers: [] },
        ]);
        const out = await tempDir();
        await pull(place.at(':v1'), out, '--artifact-type', TYPE);
        expect(await readFiles(out)).toEqual(files);
        const signature = await pull(
          place.at(':v1'),
          await tempDir(),
          '--artifact-type',
          'application/vnd.example.signature',
        );
        expect(signature.artifacts).toMatchObject([{ digest: below }]);
      });
    });

    describeWithPeers('regctl', ['regctl'], () => {
      it('artifact put with a subject, and below it', async () => {
        const place = await placeWithImage();
        const put = async (suffix: string, type: string, ...names: string[]) => {
          const named = names.flatMap((name) => ['--file', name, '--file-media-type', 'text/plain']);
          const words = ['--artifact-type', type, '--file-title', '--format', '{{.Manifest.GetDescriptor.Digest}}'];
          const flags = [...place.regctlFlags, 'artifact', 'put', ...words, '--subject', place.regctl(suffix)];
          return (await ok('regctl', [...flags, ...named], { cwd })).trim();
        };
        const first = await put(':v1', TYPE, ...titles);
        const second = await put(':v1', 'application/vnd.example.other', 'data.bin');
        const below = await put(`@${first}`, 'application/vnd.example.signature', 'sbom.spdx.json');
        const via = kind.kind === 'layout' ? 'layout-tag' : kind.via;
        const { referrers, incomplete } = await discover(place.at(':v1'));
        expect(incomplete).toEqual([]);
        expect(referrers.toSorted((a, b) => (a.digest === first ? -1 : b.digest === first ? 1 : 0))).toMatchObject([
          { digest: first, artifactType: TYPE, via: expect.arrayContaining([via]), referrers: [{ digest: below }] },
          { digest: second, artifactType: 'application/vnd.example.other', referrers: [] },
        ]);
        const out = await tempDir();
        await pull(place.at(':v1'), out, '--artifact-type', TYPE);
        expect(await readFiles(out)).toEqual(files);
        const stdout = await remora([
          'pull',
          '--stdout',
          '--artifact-type',
          'application/vnd.example.other',
          place.at(':v1'),
        ]);
        expect([stdout.code, stdout.stderr]).toEqual([0, '']);
        expect((await inspect(place.at(`@${below}`))).subject?.digest).toBe(first);
      });
    });

    describeWithPeers('skopeo', ['skopeo'], () => {
      it('copy', async () => {
        const place = open.fresh();
        await skopeoCopy(`oci:${image.directory}:v1`, place.skopeo(':copied'));
        expect(await resolve(place.at(':copied'))).toBe(image.digest);
        expect(await inspect(place.at(':copied'))).toMatchObject({
          kind: 'image',
          digest: image.digest,
          size: image.size,
          mediaType: image.mediaType,
          image: { os: 'linux', architecture: 'amd64' },
        });
        expect(await discover(place.at(':copied'))).toMatchObject({ referrers: [], incomplete: [] });
        const refused = await remora(['pull', place.at(':copied')], { cwd: await tempDir() });
        expect([refused.code, refused.stdout]).toEqual([3, '']);
      });
    });

    if (kind.kind === 'layout') {
      describeWithPeers('crane', ['crane'], () => {
        it('pull into a layout', async () => {
          const place = open.fresh();
          const registry = await CRANE_REGISTRY.open();
          try {
            const repository = registry.fresh();
            await repository.load(image);
            await ok('crane', ['pull', '--format', 'oci', '--annotate-ref', repository.at(':v1'), place.at('')]);
          } finally {
            await registry.close();
          }
          expect(await resolve(place.at(':v1'))).toBe(image.digest);
          expect(await resolve(place.at(''))).toBe(image.digest);
          expect(await checkedEntries(place.at(''))).toHaveLength(1);
        });
      });
    } else {
      it('crane push and append', async () => {
        const place = await placeWithImage();
        expect(await resolve(place.at(':v1'))).toBe((await ok('crane', ['digest', place.at(':v1')])).trim());
        const layer = join(await tempDir(), 'layer.tar');
        await ok('crane', ['export', place.at(':v1'), layer]);
        await ok('crane', ['append', '--base', place.at(':v1'), '--new_layer', layer, '--new_tag', place.at(':more')]);
        const shown = await inspect(place.at(':more'));
        expect(shown.digest).toBe((await ok('crane', ['digest', place.at(':more')])).trim());
        expect([shown.kind, shown.layers?.length]).toEqual(['image', 2]);
        expect((await readFile(layer)).length).toBeGreaterThan(0);
      });
    }
  });
}
