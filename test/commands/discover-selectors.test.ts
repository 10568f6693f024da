import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

async function begin() {
  const { registry, image } = await withImage();
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
  await writeFile(join(cwd, 'scan.sarif'), '{"version":"2.1.0","runs":[]}');
  const attach = async (...args: string[]) =>
    expect((await runHere(['attach', '--no-settle', image, ...args], cwd)).code).toBe(0);
  await attach('--artifact-type', 'application/spdx+json', '-a', 'team=blue', 'sbom.json');
  await attach('--artifact-type', 'application/sarif+json', 'scan.sarif');
  const digests = async (...args: string[]) => {
    const { stdout } = await runHere(['discover', '--json', image, ...args], cwd);
    return JSON.parse(stdout).referrers.map(({ kind }: { kind: string }) => kind);
  };
  return { registry, image, cwd, digests };
}

it('shows what an annotation, a digest or a place selects', async () => {
  const { image, cwd, digests } = await begin();
  expect(await digests('--annotation', 'team=blue')).toEqual(['sbom']);
  expect(await digests('-a', 'team=red')).toEqual([]);
  const { stdout } = await runHere(['discover', '--json', '--kind', 'scan', image], cwd);
  const [{ digest }] = JSON.parse(stdout).referrers;
  expect(await digests('--digest', digest)).toEqual(['scan']);
  expect(await digests('--via', 'cosign-tag')).toEqual([]);
});

it('says what it did not ask when it finds nothing there', async () => {
  const { image, cwd } = await begin();
  const { code, stderr } = await runHere(['discover', image, '--via', 'cosign-tag'], cwd);
  expect([code, stderr]).toEqual([
    0,
    'remora: nothing is attached by way of cosign-tag; other places were not asked\n',
  ]);
});

it('tells with --verbose which places were asked', async () => {
  const { image, cwd } = await begin();
  const { code, stderr } = await runHere(['discover', image, '--verbose', '--depth', '1'], cwd);
  expect(code).toBe(0);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^remora: asked the Referrers API \(api\) about 1 subject: /),
    'remora: asked the tags of cosign (cosign-tag) about 1 subject: none found',
    expect.stringMatching(/^remora: asked the referrers tag \(tag\) about 1 subject: /),
    '',
  ]);
});

it('refuses to take one of several that have no date for the newest', async () => {
  const { image, cwd } = await begin();
  const error = await failureHere(7, ['discover', image, '--latest'], cwd);
  expect(error).toMatchObject({ code: 'AMBIGUOUS', candidates: [expect.anything(), expect.anything()] });
});

it('selects by predicate type, and refuses a text that cannot be one', async () => {
  const { image, cwd, digests } = await begin();
  const statement =
    '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://spdx.dev/Document/v2.3","predicate":{}}';
  await writeFile(join(cwd, 'statement.json'), statement);
  const attach = ['attach', '--no-settle', image, '--artifact-type', 'application/vnd.in-toto+json', 'statement.json'];
  expect((await runHere(attach, cwd)).code).toBe(0);
  expect(await digests('--predicate-type', 'spdxjson')).toEqual(['sbom']);
  expect(await digests('--predicate-type', 'https://slsa.dev/provenance')).toEqual([]);
  const { stderr } = await runHere(['discover', image, '--predicate-type', 'vuln'], cwd);
  expect(stderr).toMatch(/^remora: nothing of predicate type https:\/\/cosign\.sigstore\.dev\S+ is attached\n$/);
  for (const command of ['discover', 'pull', 'detach']) {
    const error = await failureHere(2, [command, image, '--predicate-type', 'sbom'], cwd);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('spdxjson') });
  }
  await failureHere(2, ['copy', '-r', image, './there:v1', '--predicate-type', ''], cwd);
});
