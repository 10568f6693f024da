import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { SPDX, writeAttestedIndex } from '../support/attested-index.js';
import { newKey, pemOf, publicPemOf } from '../support/signing-keys.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';

const TEMPLATE = 'sbom-{os}-{arch}{variant}.spdx.json';

/** A layout with BuildKit's index of two platforms, and an SBOM for each beside it. */
async function begin(architectures: readonly string[] = ['amd64', 'arm64']) {
  const cwd = await tempDir();
  const index = await writeAttestedIndex(join(cwd, 'layout'));
  for (const name of architectures)
    await writeFile(join(cwd, `sbom-linux-${name}.spdx.json`), JSON.stringify({ ...SPDX, name }));
  return { cwd, index, subject: 'oci:layout:v1' };
}

async function writeKey(cwd: string) {
  const key = newKey();
  const files = { plain: join(cwd, 'key.pem'), pub: join(cwd, 'key.pub') };
  await writeFile(files.plain, pemOf(key), { mode: 0o600 });
  await writeFile(files.pub, publicPemOf(key));
  return files;
}

it('attaches a file to each platform, shows one report, and passes the gate', async () => {
  const { cwd, index, subject } = await begin();
  const words = ['attach', subject, '--each-platform', TEMPLATE];
  const { code, stdout, stderr } = await runHere(words, cwd);
  expect([code, stderr]).toEqual([0, '']);
  const line = (platform: string) =>
    `${platform}  +oci:layout@sha256:\\w{64} +sbom-${platform.replace('/', '-')}\\.spdx\\.json\n`;
  expect(stdout).toMatch(
    new RegExp(
      `^Attached to: +oci:layout@${index.digest}\nPLATFORM +ATTACHED +FILES\n${line('linux/amd64')}${line('linux/arm64')}$`,
    ),
  );
  for (const on of ['any', 'platforms'])
    expect((await runHere(['discover', subject, '--require', 'sbom@spdx', '--require-on', on], cwd)).code).toBe(0);
  const again = await runHere([...words, '--json'], cwd);
  expect(resultSchemas.attach.parse(JSON.parse(again.stdout))).toMatchObject({
    attachments: [
      { platform: 'linux/amd64', result: 'exists', subject: { digest: index.amd64.digest } },
      { platform: 'linux/arm64', result: 'exists', subject: { digest: index.arm64.digest } },
    ],
  });
  expect((await runHere(words, cwd)).stdout.match(/was there already/g)).toHaveLength(2);
});

it.each(['index', 'platforms', 'both'])('signs what it attaches to %s, so that verify agrees', async (to) => {
  const { cwd, subject } = await begin();
  const key = await writeKey(cwd);
  const words = ['attach', subject, 'sbom-linux-amd64.spdx.json', '--to', to, '--sign-key', key.plain];
  expect(await runHere(words, cwd)).toMatchObject({ code: 0, stderr: '' });
  expect((await runHere(['discover', subject, '--require', 'sbom@spdx'], cwd)).code).toBe(0);
  const verify = ['verify', subject, '--key', key.pub, '--require', 'sbom@spdx'];
  expect((await runHere(verify, cwd)).code).toBe(0);
  expect((await runHere([...verify, '--require-on', 'platforms'], cwd)).code).toBe(to === 'index' ? 5 : 0);
  expect((await runHere([...verify, '--require-on', 'index'], cwd)).code).toBe(to === 'platforms' ? 3 : 0);
});

it('signs the file of each platform', async () => {
  const { cwd, subject } = await begin();
  const key = await writeKey(cwd);
  const words = ['attach', subject, '--each-platform', TEMPLATE, '--sign-key', key.plain];
  const { code, stdout } = await runHere(words, cwd);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/FILES +SIGNATURE\nlinux\/amd64 .*json +sha256:\w{64}\n/)]);
  const verify = ['verify', subject, '--key', key.pub, '--require', 'sbom@spdx', '--require-on', 'platforms'];
  expect((await runHere(verify, cwd)).code).toBe(0);
});

it('takes a type behind the template, and annotations of it', async () => {
  const { cwd, subject } = await begin();
  const words = ['attach', subject, '--each-platform', `${TEMPLATE}:application/spdx+json`];
  const { stdout } = await runHere([...words, '--layer-annotation', `${TEMPLATE}:k=v`, '--json'], cwd);
  expect(JSON.parse(stdout)).toMatchObject({
    attachments: [
      { layers: [{ mediaType: 'application/spdx+json', annotations: { k: 'v' } }] },
      { layers: [{ mediaType: 'application/spdx+json', annotations: { k: 'v' } }] },
    ],
  });
});

it('shows a dry run', async () => {
  const { cwd, subject } = await begin();
  const { stdout, stderr } = await runHere(['attach', subject, '--each-platform', TEMPLATE, '--dry-run'], cwd);
  expect(stdout).toMatch(/^Would attach to: .*\nPLATFORM .*\nlinux\/amd64 +sha256:\w{64} .*\nlinux\/arm64 /);
  expect(stderr).toBe('remora: dry run: nothing was written\n');
  expect((await runHere(['discover', subject, '--kind', 'sbom', '--format', 'json'], cwd)).stdout).not.toContain(
    'spdx.json',
  );
});

it('names the files that are missing with their platforms', async () => {
  const { cwd, subject } = await begin([]);
  const error = await failureHere(3, ['attach', subject, '--each-platform', TEMPLATE], cwd);
  expect(error).toMatchObject({
    code: 'NOT_FOUND',
    message:
      'sbom-linux-amd64.spdx.json for linux/amd64, sbom-linux-arm64.spdx.json for linux/arm64: no such file; nothing was attached',
  });
});

it.each([
  [['--each-platform', 'sbom.json']],
  [['--each-platform', 'sbom-{os}-{cpu}.json']],
  [['--each-platform', '-:sbom-{os}-{arch}.json']],
  [['--each-platform', TEMPLATE, 'sbom-linux-amd64.spdx.json']],
  [['--each-platform', TEMPLATE, '--platform', 'linux/amd64']],
  [['--each-platform', TEMPLATE, '--to', 'both']],
  [['--each-platform', TEMPLATE, '--export-manifest', 'm.json']],
  [['--each-platform', TEMPLATE, '--name', 'x']],
  [['--to', 'both', '--platform', 'linux/amd64', 'sbom-linux-amd64.spdx.json']],
  [['--to', 'both', '--export-manifest', 'm.json', 'sbom-linux-amd64.spdx.json']],
  [['--to', 'everything', 'sbom-linux-amd64.spdx.json']],
])('refuses %j', async (words) => {
  const { cwd, subject } = await begin();
  await failureHere(2, ['attach', subject, ...words], cwd);
});

it('packs a directory once for all subjects', async () => {
  const { cwd, subject, index } = await begin();
  await mkdir(join(cwd, 'dir'));
  await writeFile(join(cwd, 'dir', 'file.txt'), 'text');
  const words = ['attach', subject, '--to', 'both', '--artifact-type', 'application/vnd.acme.dir', 'dir', '--json'];
  const { stdout } = await runHere(words, cwd);
  expect(JSON.parse(stdout)).toMatchObject({
    attachments: [
      { subject: { digest: index.digest } },
      { platform: 'linux/amd64', layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }] },
      { platform: 'linux/arm64' },
    ],
  });
});
