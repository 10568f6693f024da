import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { writeImage } from '../support/image-layout.js';
import { layoutPlace, ok, skopeoCopy } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover, pull, push, resolve } from '../support/remora.js';
import { listed } from '../support/remora-output.js';
import { readFiles, someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const orasResult = z.object({ digest: z.string() });
const orasList = z.object({ manifests: z.array(z.object({ digest: z.string(), artifactType: z.string() })) });

describeWithPeers('one layout, written by several tools in turn', ['oras', 'regctl', 'skopeo'], () => {
  it('nothing is lost, nothing is listed twice', async () => {
    const dir = await tempDir();
    const files = someFiles();
    const names = Object.keys(files);
    await writeFiles(dir, files);
    const layout = join(dir, 'layout');
    const place = layoutPlace(layout);
    const image = await writeImage(join(dir, 'image'));
    await place.load(image);
    const attached: string[] = [];
    const type = (tool: string, round: number) => `application/vnd.example.${tool}.v${round}`;
    const writers = {
      remora: async (artifactType: string) => (await attach(place.at(':v1'), artifactType, names, { cwd: dir })).digest,
      oras: async (artifactType: string) => {
        const words = ['--format', 'json', '--artifact-type', artifactType, ...place.oras(':v1'), ...names];
        return orasResult.parse(JSON.parse(await ok('oras', ['attach', ...words], { cwd: dir }))).digest;
      },
      regctl: async (artifactType: string) => {
        const named = names.flatMap((name) => ['--file', name, '--file-media-type', 'text/plain']);
        const words = ['--artifact-type', artifactType, '--file-title', ...named, '--subject', place.regctl(':v1')];
        const format = '{{.Manifest.GetDescriptor.Digest}}';
        return (await ok('regctl', ['artifact', 'put', '--format', format, ...words], { cwd: dir })).trim();
      },
    };

    for (const round of [1, 2]) {
      for (const [tool, write] of Object.entries(writers)) {
        attached.push(`${await write(type(tool, round))} ${type(tool, round)}`);
        const { referrers, incomplete } = await discover(place.at(':v1'));
        expect([listed(referrers), incomplete]).toEqual([attached.toSorted(), []]);
        await checkedEntries(layout);
      }
    }

    // oras reads entries and regctl's tag, as far as they are in index.json: all that remora and oras wrote.
    const list = await ok('oras', ['discover', '--format', 'json', ...place.oras(':v1')]);
    const theirs = orasList
      .parse(JSON.parse(list))
      .manifests.map(({ digest, artifactType }) => `${digest} ${artifactType}`);
    expect(theirs).toEqual(expect.arrayContaining(attached.filter((line) => !line.includes('regctl'))));
    // regctl reads its own list alone, and keeps it through the others' changes.
    const own = await ok('regctl', ['artifact', 'list', place.regctl(':v1')]);
    for (const line of attached.filter((entry) => entry.includes('regctl'))) expect(own).toContain(line.split(' ')[0]);

    const other = await writeImage(join(dir, 'other'), 'v2', 'another image');
    await skopeoCopy(`oci:${other.directory}:v2`, place.skopeo(':v2'));
    await ok('regctl', ['image', 'copy', place.regctl(':v1'), place.regctl(':v3')]);
    await push(place.at(':files'), names, { cwd: dir });
    await ok('oras', ['tag', ...place.oras(':v1'), 'v4']);
    expect(await Promise.all(['v1', 'v2', 'v3', 'v4'].map((tag) => resolve(place.at(`:${tag}`))))).toEqual([
      image.digest,
      other.digest,
      image.digest,
      image.digest,
    ]);
    expect(listed((await discover(place.at(':v4'))).referrers)).toEqual(attached.toSorted());
    expect((await discover(place.at(':v2'))).referrers).toEqual([]);
    await checkedEntries(layout);

    for (const line of attached) {
      const out = await tempDir();
      await pull(place.at(':v1'), out, '--artifact-type', line.split(' ')[1] ?? '');
      expect(await readFiles(out)).toEqual(files);
    }
  });
});
