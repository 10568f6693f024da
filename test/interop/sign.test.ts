import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachSchema } from '../../src/operations/attach/schema.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { SPDX, writeAttestedIndex } from '../support/attested-index.js';
import { type Cosign, openCosign } from '../support/cosign.js';
import { writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers, run } from '../support/peers.js';
import { remora, remoraJson } from '../support/remora.js';
import { KEY_KINDS, newKey, pemOf, publicPemOf } from '../support/signing-keys.js';

const PASSPHRASE = 'kettle-of-11-fish';
const ENV = { COSIGN_PASSWORD: PASSPHRASE, REMORA_KEY_PASSWORD: undefined };
const signed = resultSchemas.sign;

for (const kind of [DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, SERVE]) {
  describeWithPeers(`cosign reads what remora signs in ${kind.name}`, [...kind.peers, 'cosign'], () => {
    let open: OpenInterop;
    let cosign: Cosign;
    let place: InteropPlace;
    let subject: string;

    beforeAll(async () => {
      [open, cosign] = await Promise.all([kind.open(), openCosign()]);
      place = open.fresh();
      await place.load(await writeImage(join(open.directory, 'image')));
      subject = place.at(':v1');
      await writeFile(join(open.directory, 'sbom.spdx.json'), JSON.stringify(SPDX));
    });
    afterAll(async () => {
      await Promise.all([open?.close(), cosign?.close()]);
    });

    /** cosign's own words, with the public key and without a transparency log. */
    async function accepts(key: string, command: string, ...words: string[]): Promise<boolean> {
      const env = { HOME: open.directory, DOCKER_CONFIG: open.directory, TUF_ROOT: join(open.directory, 'tuf') };
      const { code } = await run('cosign', [command, '--key', key, '--insecure-ignore-tlog', ...words], { env });
      return code === 0;
    }

    /** A key of a kind: in PEM, in PEM with a passphrase, and as cosign imports it. */
    async function writeKey(name: string): Promise<Readonly<Record<'plain' | 'encrypted' | 'cosign' | 'pub', string>>> {
      const pair = newKey(name);
      const path = join(await mkdtemp(join(open.directory, 'key-')), 'key');
      await writeFile(`${path}.pem`, pemOf(pair));
      await writeFile(`${path}.encrypted.pem`, pemOf(pair, PASSPHRASE));
      await writeFile(`${path}.pub`, publicPemOf(pair));
      await cosign.ok(['import-key-pair', '--key', `${path}.pem`, '--output-key-prefix', `${path}.cosign`], {
        COSIGN_PASSWORD: PASSPHRASE,
      });
      const files = { plain: `${path}.pem`, encrypted: `${path}.encrypted.pem`, cosign: `${path}.cosign.key` };
      return { ...files, pub: `${path}.pub` };
    }

    // Each kind of key where the lists differ; the registries beside them take what these take.
    const kinds = [DISTRIBUTION_3, API_REGISTRY].includes(kind) ? Object.keys(KEY_KINDS) : ['P-256'];
    it.each(kinds)('with a key of %s, whichever file it is in', async (name) => {
      const key = await writeKey(name);
      const other = await writeKey('P-256');
      const first = await remoraJson(signed, ['sign', '--key', key.cosign, subject], { env: ENV });
      expect(first).toMatchObject({ result: 'written', listedBy: kind.via });
      for (const file of [key.plain, key.encrypted]) {
        const again = await remoraJson(signed, ['sign', '--key', file, subject], { env: ENV });
        expect(again).toMatchObject({ result: 'exists', key: first.key });
      }
      const words = ['attest', '--key', key.plain, subject, join(open.directory, 'sbom.spdx.json')];
      expect(await remoraJson(signed, words)).toMatchObject({
        result: 'written',
        predicateType: 'https://spdx.dev/Document',
      });
      expect(await accepts(key.pub, 'verify', subject)).toBe(true);
      expect(await accepts(key.pub, 'verify-attestation', '--type', 'spdxjson', subject)).toBe(true);
      expect(await accepts(key.pub, 'verify-attestation', '--type', 'cyclonedx', subject)).toBe(false);
      expect(await accepts(other.pub, 'verify', subject)).toBe(false);
      const required = ['--require', 'signature', '--require', 'sbom@spdx', subject];
      expect((await remora(['verify', '--key', key.pub, ...required])).code).toBe(0);
      expect((await remora(['verify', '--key', other.pub, ...required])).code).toBe(5);
    });

    it('adds nothing beside the signature of cosign by the same key', async () => {
      const fresh = open.fresh();
      await fresh.load(await writeImage(join(open.directory, 'by-cosign'), 'v1', 'by cosign'));
      await cosign.sign(fresh.at(':v1'));
      const [, key = ''] = cosign.offline;
      const result = await remoraJson(signed, ['sign', '--key', key, fresh.at(':v1')], {
        env: { ...ENV, COSIGN_PASSWORD: '' },
      });
      expect(result.result).toBe('exists');
    });

    it('signs an index with its platforms, each of which cosign verifies by its digest', async () => {
      const fresh = open.fresh();
      const image = await writeAttestedIndex(join(open.directory, 'index'));
      await fresh.load(image);
      const key = await writeKey('P-256');
      const result = await remoraJson(resultSchemas.sign, ['sign', '-r', '--key', key.plain, fresh.at(':v1')]);
      const subjects = [result, ...(result.platforms ?? [])].map(({ subject: { digest } }) => digest);
      expect(subjects.length).toBe(3);
      for (const digest of subjects) expect(await accepts(key.pub, 'verify', fresh.at(`@${digest}`))).toBe(true);
    });

    it('and what attach signed in the same call', async () => {
      const key = await writeKey('Ed25519');
      const sbom = join(open.directory, 'sbom.spdx.json');
      const words = ['attach', subject, sbom, '--sign-key', key.encrypted];
      const attached = await remoraJson(attachSchema, words, { env: ENV });
      expect(attached).toMatchObject({ result: 'written', signature: { result: 'written' } });
      const again = await remoraJson(attachSchema, words, { env: ENV });
      expect(again).toMatchObject({ result: 'exists', signature: { result: 'exists' } });
      expect(await accepts(key.pub, 'verify', place.at(`@${attached.digest}`))).toBe(true);
    });
  });
}

describeWithPeers('a signed layout', ['cosign', 'crane', 'registry3'], () => {
  it('is verified by cosign where remora copied it', async () => {
    const [layout, registry, cosign] = await Promise.all([LAYOUT.open(), DISTRIBUTION_3.open(), openCosign()]);
    try {
      const from = layout.fresh();
      await from.load(await writeImage(join(layout.directory, 'image')));
      const [, key = ''] = cosign.offline;
      await remoraJson(signed, ['sign', '--key', key, from.at(':v1')], { env: { ...ENV, COSIGN_PASSWORD: '' } });
      const to = registry.fresh().at(':v1');
      expect((await remora(['copy', '--recursive', from.at(':v1'), to])).code).toBe(0);
      expect((await cosign.verify('verify', to)).code).toBe(0);
    } finally {
      await Promise.all([layout.close(), registry.close(), cosign.close()]);
    }
  });
});
