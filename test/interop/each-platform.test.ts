import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachEachSchema } from '../../src/operations/attach/schema.js';
import { SPDX, writeAttestedIndex } from '../support/attested-index.js';
import { type InteropPlace, LAYOUT, type OpenInterop, ok, REGISTRIES } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { remora, startRemora } from '../support/remora.js';

const TEMPLATE = 'sbom-{os}-{arch}{variant}.spdx.json';

for (const kind of [LAYOUT, ...REGISTRIES]) {
  describeWithPeers(`an image of two platforms in ${kind.name}`, [...kind.peers, 'oras'], () => {
    let open: OpenInterop;
    let place: InteropPlace;
    let cwd: string;
    let index: Awaited<ReturnType<typeof writeAttestedIndex>>;

    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
      cwd = open.directory;
      for (const name of ['amd64', 'arm64'])
        await writeFile(join(cwd, `sbom-linux-${name}.spdx.json`), JSON.stringify({ ...SPDX, name }));
      index = await writeAttestedIndex(join(open.directory, 'index'));
      await place.load(index);
    });
    afterAll(() => open?.close());

    const gate = (on: string, ...words: string[]) =>
      remora(['discover', place.at(':v1'), '--require', 'sbom@spdx', '--require-on', on, ...words], { cwd });

    it('gets a file for each, which oras lists, and the gate that waits for it passes', async () => {
      const waiting = startRemora(
        ['discover', place.at(':v1'), '--require', 'vex', '--require-on', 'platforms', '--wait', '60'],
        { cwd },
      );
      const words = ['attach', place.at(':v1'), '--each-platform', TEMPLATE, '--json'];
      const { code, stdout, stderr } = await remora(words, { cwd });
      expect([code, stderr]).toEqual([0, '']);
      const { attachments } = attachEachSchema.parse(JSON.parse(stdout));
      expect(attachments).toMatchObject([
        { platform: 'linux/amd64', subject: { digest: index.amd64.digest }, listedBy: kind.via },
        { platform: 'linux/arm64', subject: { digest: index.arm64.digest }, listedBy: kind.via },
      ]);
      // oras finds no child of an index in a layout by its digest.
      for (const { subject, digest } of kind.kind === 'layout' ? [] : attachments) {
        const shown = await ok('oras', ['discover', '--format', 'json', ...place.oras(`@${subject.digest}`)]);
        expect(shown).toContain(digest);
      }
      expect([(await gate('any')).code, (await gate('platforms')).code, (await gate('index')).code]).toEqual([0, 0, 3]);
      const again = await remora(words, { cwd });
      expect(attachEachSchema.parse(JSON.parse(again.stdout)).attachments).toMatchObject([
        { result: 'exists' },
        { result: 'exists' },
      ]);

      await writeFile(join(cwd, 'vex.json'), '{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}');
      const vex = await remora(['attach', place.at(':v1'), 'vex.json', '--to', 'both'], { cwd });
      expect([vex.code, vex.stderr]).toEqual([0, '']);
      const waited = await waiting.done;
      expect([waited.code, waited.stderr]).toEqual([0, expect.stringContaining('waiting up to 60 s')]);
      if (kind.kind === 'layout') await checkedEntries(place.at(''));
    });

    it('is waited for where its tag is not there yet', async () => {
      const waiting = startRemora(['resolve', place.at(':later'), '--wait', '60'], { cwd });
      await new Promise((resolve) => waiting.child.stderr?.once('data', resolve));
      expect((await remora(['tag', place.at(':v1'), 'later'], { cwd })).code).toBe(0);
      expect(await waiting.done).toMatchObject({ code: 0, stdout: `${index.digest}\n` });
    });
  });
}
