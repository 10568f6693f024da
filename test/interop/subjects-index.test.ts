import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { writeIndex } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover, inspect, pull, remora, resolve } from '../support/remora.js';
import { readFiles, someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/sarif+json';
const orasList = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

for (const kind of [LAYOUT, DISTRIBUTION_3, API_REGISTRY, SERVE]) {
  describeWithPeers(`an index of two platforms in ${kind.name}`, kind.peers, () => {
    let open: OpenInterop;
    let place: InteropPlace;
    let cwd: string;
    let index: Awaited<ReturnType<typeof writeIndex>>;
    const files = { 'scan.sarif': someFiles()['sbom.spdx.json'] ?? Buffer.alloc(0) };

    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
      cwd = join(open.directory, 'files');
      await writeFiles(cwd, files);
      index = await writeIndex(join(open.directory, 'index'), ['amd64', 'arm64']);
      await place.load(index);
    });
    afterAll(() => open?.close());

    it('is shown with its platforms', async () => {
      expect(await resolve(place.at(':v1'))).toBe(index.digest);
      expect(await resolve(place.at(':v1'), '--platform', 'linux/arm64')).toBe(index.children.arm64?.digest);
      expect((await inspect(place.at(':v1'))).manifests).toMatchObject([
        { platform: 'linux/amd64', digest: index.children.amd64?.digest },
        { platform: 'linux/arm64', digest: index.children.arm64?.digest },
      ]);
      const missing = await remora(['resolve', place.at(':v1'), '--platform', 'linux/s390x']);
      expect([missing.code, missing.stdout]).toEqual([3, '']);
    });

    it('is a subject, and so is each child', async () => {
      const attached = {
        index: await attach(place.at(':v1'), TYPE, ['scan.sarif'], { cwd }),
        arm64: await attach(place.at(':v1'), TYPE, ['--platform', 'linux/arm64', 'scan.sarif'], { cwd }),
      };
      expect(attached.index.subject).toMatchObject({
        mediaType: index.mediaType,
        digest: index.digest,
        size: index.size,
      });
      expect(attached.arm64.subject).toMatchObject({ ...index.children.arm64 });
      expect(attached.arm64.digest).not.toBe(attached.index.digest);

      const found = async (...flags: string[]) =>
        (await discover(place.at(':v1'), ...flags)).referrers.map(({ digest }) => digest);
      expect(await found()).toContain(attached.index.digest);
      expect(await found('--platform', 'linux/arm64')).toEqual([attached.arm64.digest]);
      expect(await found('--platform', 'linux/amd64')).toEqual([]);
      const out = await tempDir();
      await pull(place.at(':v1'), out, '--platform', 'linux/arm64', '--artifact-type', TYPE);
      expect(await readFiles(out)).toEqual(files);

      if (kind.kind === 'layout') await checkedEntries(place.at(''));
      else expect(await ok('crane', ['digest', '--platform', 'linux/arm64', place.at(':v1')])).toContain('sha256:');
    });

    describeWithPeers('oras', ['oras'], () => {
      it('agrees on what is attached to which platform', async () => {
        for (const [flags, subject] of [
          [[], index.digest],
          [['--platform', 'linux/arm64'], index.children.arm64?.digest],
        ] as const) {
          const list = await ok('oras', ['discover', '--format', 'json', ...flags, ...place.oras(':v1')]);
          const theirs = orasList.parse(JSON.parse(list)).manifests.map(({ digest }) => digest);
          const ours = (await discover(place.at(`@${subject}`))).referrers.map(({ digest }) => digest);
          expect(theirs).toEqual(ours);
          expect(ours).toHaveLength(1);
        }
      });

      it('attaches to a platform, and remora finds it there', async () => {
        const words = ['--platform', 'linux/amd64', '--artifact-type', 'application/vnd.example.oras'];
        await ok('oras', ['attach', ...words, ...place.oras(':v1'), 'scan.sarif'], { cwd });
        const { digest, referrers } = await discover(place.at(':v1'), '--platform', 'linux/amd64');
        expect(digest).toBe(index.children.amd64?.digest);
        expect(referrers).toMatchObject([{ artifactType: 'application/vnd.example.oras' }]);
      });
    });
  });
}
