import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { OLD_FORMAT, openCosign } from '../support/cosign.js';
import { writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropKind,
  LAYOUT,
  layoutPlace,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { writeFiles } from '../support/sample-files.js';
import { newKey, pemOf } from '../support/signing-keys.js';

const SPDX = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}';
const REVIEW = 'application/vnd.acme.review';

/** An image, and another place for what is attached to it. */
async function begin(kind: InteropKind) {
  const opened = await kind.open();
  onTestFinished(() => opened.close());
  const { directory } = opened;
  await writeFiles(directory, { 'sbom.spdx.json': Buffer.from(SPDX), 'review.txt': Buffer.from('good') });
  const [image, own] = [opened.fresh(), opened.fresh()];
  await image.load(await writeImage(join(directory, 'image')));
  const { remora } = kind.commands;
  /** The output of a command; the one that fails is a gate, which says what is missing. */
  const printed = async (...args: string[]) => {
    const { code, stdout, stderr } = await remora(args, { cwd: directory });
    expect(stderr).toMatch(code === 0 ? /^(?!.*\berror\b)/s : /^remora: error: no signature or attestation on /m);
    return { code, stdout };
  };
  return { directory, image, own, subject: image.at(':v1'), elsewhere: own.at(''), printed };
}

describeWithPeers("cosign's COSIGN_REPOSITORY", ['cosign'], () => {
  it.each([SERVE, DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY])(
    'is the place of attachments, in $name',
    { timeout: 120_000 },
    async (kind) => {
      const { subject, elsewhere, printed, directory } = await begin(kind);
      const pem = pemOf(newKey());
      await writeFiles(directory, { 'key.pem': Buffer.from(pem) });
      const cosign = await openCosign(pem);
      onTestFinished(() => cosign.close());
      const there = { COSIGN_REPOSITORY: elsewhere };
      const verify = (...words: string[]) => printed('verify', subject, '--key', cosign.publicKey, ...words);
      await cosign.ok(['sign', ...cosign.offline, subject], there);
      await cosign.ok(['sign', ...cosign.offline, OLD_FORMAT, subject], there);
      const type = ['--type', 'spdxjson', '--predicate', join(directory, 'sbom.spdx.json')];
      await cosign.ok(['attest', ...cosign.offline, OLD_FORMAT, ...type, subject], there);
      expect(await verify()).toMatchObject({ code: 3 });
      const { code, stdout } = await verify('--referrers-in', elsewhere, '--require', 'sbom@spdx', '--no-wrong');
      expect([code, stdout.match(/\bverified {2}/g)?.length, stdout.includes(`in ${elsewhere}`)]).toEqual([0, 3, true]);
      const sbom = ['--kind', 'sbom', '--unwrap', '--verify', '--key', cosign.publicKey, '--stdout'];
      const pulled = await printed('pull', subject, ...sbom, '--referrers-in', elsewhere);
      expect(JSON.parse(pulled.stdout)).toEqual(JSON.parse(SPDX));
      expect(await printed('detach', subject, '--all', '--yes', '--referrers-in', elsewhere)).toMatchObject({
        code: 0,
      });
      expect(await verify('--referrers-in', elsewhere)).toMatchObject({ code: 3 });

      await printed('sign', subject, '--key', 'key.pem', '--referrers-in', elsewhere);
      const checked = ['verify', '--key', cosign.publicKey, '--insecure-ignore-tlog', subject];
      expect(await cosign.ok(checked, there)).toContain('docker-manifest-digest');
      await expect(cosign.ok(checked)).rejects.toThrow('no signatures found');
    },
  );
});

describeWithPeers("regctl's --external", ['regctl'], () => {
  it.each([SERVE, DISTRIBUTION_3, LAYOUT])('is the place of attachments, beside $name', async (kind) => {
    const { subject, image, own, printed, directory } = await begin(kind);
    for (const place of [own, layoutPlace(join(directory, 'external'))]) {
      const [there, external] = [place.at(''), place.regctl('')];
      const flags = ['--external', external, ...image.regctlFlags];
      const named = ['--artifact-type', REVIEW, '--subject', image.regctl(':v1')];
      await ok('regctl', ['artifact', 'put', ...named, ...flags, '-f', join(directory, 'review.txt')]);
      expect((await printed('discover', subject, '--referrers-in', there)).stdout).toContain(REVIEW);
      await printed('attach', subject, 'sbom.spdx.json', '--referrers-in', there);
      const listed = await ok('regctl', ['artifact', 'list', image.regctl(':v1'), ...flags]);
      for (const type of [REVIEW, 'application/spdx+json']) expect(listed).toContain(type);
      expect((await printed('discover', subject)).stdout).not.toMatch(/review|spdx/);
    }
  });
});
