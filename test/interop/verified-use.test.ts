import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trustKey } from '../../src/index.js';
import { read } from '../../src/operations/pull/read.js';
import { runHere } from '../commands/support/in-process.js';
import { SPDX } from '../support/attested-index.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import { API_REGISTRY, DISTRIBUTION_3, type InteropPlace, type OpenInterop } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

const FORMS = { 'tags of cosign': [OLD_FORMAT], bundles: [] } as const;

for (const kind of [DISTRIBUTION_3, API_REGISTRY]) {
  describeWithPeers(`uses what cosign signed, in ${kind.name}`, [...kind.peers, 'cosign'], () => {
    let open: OpenInterop;
    let cosign: Cosign;
    let other: Cosign;
    let image: TestImage;

    beforeAll(async () => {
      [open, cosign, other] = await Promise.all([kind.open(), openCosign(), openCosign()]);
      image = await writeImage(join(open.directory, 'image'));
      await writeFile(join(open.directory, 'sbom.json'), JSON.stringify(SPDX));
    });
    afterAll(async () => {
      await Promise.all([open?.close(), cosign?.close(), other?.close()]);
    });

    async function signed(flags: readonly string[], ...signers: readonly Cosign[]): Promise<InteropPlace> {
      const place = open.fresh();
      await place.load(image);
      const subject = place.at(`@${image.digest}`);
      for (const signer of signers) {
        await signer.sign(subject, ...flags);
        await signer.attest(subject, 'spdxjson', join(open.directory, 'sbom.json'), ...flags);
      }
      return place;
    }

    it.each(Object.entries(FORMS))(
      '%s: pull writes the SBOM of the key alone, and copy takes it along',
      async (form, flags) => {
        const place = await signed(flags, other, cosign);
        const subject = place.at(`@${image.digest}`);
        const directory = await tempDir();
        const key = ['--verify', '--key', cosign.publicKey];
        const pulled = await runHere(['pull', '--kind', 'sbom', '--unwrap', '-o', 'out', subject, ...key], directory);
        expect([pulled.code, pulled.stderr]).toEqual([0, expect.stringContaining('left out sbom')]);
        const trust = [trustKey(await readFile(cosign.publicKey))];
        const sbom = await read(subject, { kind: 'sbom' }, { unwrap: true, verify: true, trust });
        expect(JSON.parse(sbom.toString())).toEqual(SPDX);
        const targets = [
          open.fresh().at(''),
          `oci:${join(directory, 'layout')}:v1`,
          `oci-archive:${join(directory, 'a.tar')}:v1`,
        ];
        for (const target of targets) {
          const copied = await runHere(['copy', '-r', subject, target, ...key], directory);
          expect(copied.code, copied.stderr).toBe(0);
          const to = target.startsWith('oci') ? target : `${target}@${image.digest}`;
          const require = ['--require', 'signature', '--require', 'sbom'];
          expect((await runHere(['verify', to, '--key', cosign.publicKey, ...require], directory)).code).toBe(0);
          // Under a tag, all signatures are in one manifest; bundles of others stay behind.
          const theirs = await runHere(['verify', to, '--key', other.publicKey], directory);
          expect(theirs.code).toBe(form === 'bundles' ? 5 : 0);
        }
      },
    );

    it.each(Object.entries(FORMS))('%s: nothing is written of what another key signed', async (_form, flags) => {
      const place = await signed(flags, other);
      const subject = place.at(`@${image.digest}`);
      const directory = await tempDir();
      const key = ['--verify', '--key', cosign.publicKey];
      const target = open.fresh();
      for (const command of [
        ['pull', '--kind', 'sbom', subject],
        ['copy', '-r', subject, target.at(':v1')],
      ])
        expect((await runHere([...command, ...key], directory)).code).toBe(5);
      expect((await runHere(['resolve', target.at(':v1')], directory)).code).toBe(3);
    });
  });
}
