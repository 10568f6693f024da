import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { writeIndex } from '../support/image-layout.js';
import { type InteropPlace, LAYOUT, type OpenInterop, ok, REGISTRIES } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';

const PROVIDER = 'application/vnd.opentofu.provider';
const TARGET = 'application/vnd.opentofu.provider-target';
const PLATFORMS = ['darwin/arm64', 'linux/amd64', 'windows/amd64'];

const index = z.object({
  mediaType: z.string(),
  artifactType: z.string().optional(),
  manifests: z.array(
    z.object({
      digest: z.string(),
      artifactType: z.string().optional(),
      platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
    }),
  ),
});

for (const kind of [LAYOUT, ...REGISTRIES]) {
  describeWithPeers(`indexes of remora in ${kind.name}`, [...kind.peers, 'oras', 'regctl', 'crane'], () => {
    let open: OpenInterop;
    let place: InteropPlace;
    let cwd: string;
    const { push, remora, resolve } = kind.commands;
    const run = async (...words: string[]) => {
      const result = await remora(words, { cwd });
      expect(result, result.stderr).toMatchObject({ code: 0 });
    };

    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
      cwd = join(open.directory, 'files');
      await mkdir(cwd);
      for (const [n] of PLATFORMS.entries()) await writeFile(join(cwd, `${n}.zip`), `zip ${n}`);
    });
    afterAll(() => open?.close());

    it('publish a provider of OpenTofu, which other tools read', async () => {
      for (const [n, platform] of PLATFORMS.entries())
        await push(place.at(':v1.2.3'), ['--platform', platform, '--artifact-type', TARGET, `${n}.zip:archive/zip`], {
          cwd,
        });
      await run('index', 'annotate', place.at(':v1.2.3'), '--artifact-type', PROVIDER);
      const digest = await resolve(place.at(':v1.2.3'));
      const seen = [await ok('oras', ['manifest', 'fetch', ...place.oras(':v1.2.3')])];
      seen.push(
        await ok('regctl', [
          ...place.regctlFlags,
          'manifest',
          'get',
          '--format',
          '{{jsonPretty .}}',
          place.regctl(':v1.2.3'),
        ]),
      );
      if (kind.kind === 'registry') seen.push(await ok('crane', ['manifest', place.at(':v1.2.3')]));
      for (const text of seen) {
        const { artifactType, manifests } = index.parse(JSON.parse(text));
        expect(artifactType).toBe(PROVIDER);
        expect(manifests.map(({ platform }) => platform && `${platform.os}/${platform.architecture}`)).toEqual(
          PLATFORMS,
        );
        expect(new Set(manifests.map((entry) => entry.artifactType))).toEqual(new Set([TARGET]));
      }
      for (const [n, platform] of PLATFORMS.entries()) {
        const directory = join(open.directory, `pulled-${n}`);
        await ok('oras', ['pull', '--platform', platform, '-o', directory, ...place.oras(':v1.2.3')]);
        expect(await readFile(join(directory, `${n}.zip`), 'utf8')).toBe(`zip ${n}`);
        const own = ['manifest', 'get', '--platform', platform, '--format', '{{.GetDescriptor.Digest}}'];
        const ofRegctl = await ok('regctl', [...place.regctlFlags, ...own, place.regctl(':v1.2.3')]);
        expect(ofRegctl.trim()).toBe(await resolve(place.at(':v1.2.3'), '--platform', platform));
      }
      if (kind.kind === 'registry')
        expect((await ok('crane', ['digest', place.at(':v1.2.3')])).trim()).toBe(digest.split('@').at(-1));
      if (kind.kind === 'layout') await checkedEntries(place.at(''));
    });

    it('are made of images of another place, whose platforms their configs name', async () => {
      const image = await writeIndex(join(open.directory, 'images'), ['amd64', 'arm64']);
      const members = Object.values(image.children).map(({ digest }) => `oci:${image.directory}@${digest}`);
      await run('index', 'create', place.at(':image'), ...members);
      const { manifests } = index.parse(JSON.parse(await ok('oras', ['manifest', 'fetch', ...place.oras(':image')])));
      expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64']);
      if (kind.kind === 'layout') return;
      // It reads each layer against the image that the config describes.
      for (const architecture of ['amd64', 'arm64'])
        await ok('crane', ['validate', '--platform', `linux/${architecture}`, '--remote', place.at(':image')]);
    });

    it('can have been begun by another tool', async () => {
      const first = await push(place.at(':first'), ['--artifact-type', TARGET, '0.zip'], { cwd });
      const regctl = [
        'index',
        'create',
        '--artifact-type',
        PROVIDER,
        '--digest',
        first.digest,
        '--desc-platform',
        'linux/s390x',
      ];
      await ok('regctl', [...place.regctlFlags, ...regctl, place.regctl(':foreign')]);
      await push(place.at(':foreign'), ['--platform', 'linux/amd64', '--artifact-type', TARGET, '1.zip'], { cwd });
      await run('index', 'remove', place.at(':foreign'), 'linux/s390x');
      await run('index', 'add', place.at(':foreign'), first.digest, '--platform', 'linux/arm64');
      const { artifactType, manifests } = index.parse(
        JSON.parse(await ok('oras', ['manifest', 'fetch', ...place.oras(':foreign')])),
      );
      expect(artifactType).toBe(PROVIDER);
      expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64']);
      expect(manifests[1]?.digest).toBe(first.digest);
    });
  });
}
