import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

async function begin(options: Parameters<typeof withImage>[0] = {}) {
  const { registry, image } = await withImage(options);
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
  const attached = await runHere(['attach', image, '--artifact-type', 'application/spdx+json', 'sbom.json'], cwd);
  expect(attached.code).toBe(0);
  return { registry, image, cwd };
}

it('lets pass what is there, and says that this is no verification', async () => {
  const { image, cwd } = await begin();
  const { code, stdout, stderr } = await runHere(
    ['discover', image, '--require', 'sbom', '--require', 'sbom@spdx'],
    cwd,
  );
  expect([code, stdout]).toEqual([0, expect.stringContaining('sbom  application/spdx+json')]);
  expect(stderr).toMatch(/^remora: all required kinds are attached; this does not verify signatures/);
});

it('ends with 3 and a table of what is missing', async () => {
  const { image, cwd } = await begin();
  const { code, stdout, stderr } = await runHere(
    ['discover', image, '--require', 'sbom', '--require', 'signature'],
    cwd,
  );
  expect([code, stderr]).toEqual([3, '']);
  expect(stdout).toMatch(/\nMISSING +FORMAT +PLATFORM +SUBJECT\nsignature +any +- +sha256:\w{64}\n$/);
  const json = await runHere(['discover', image, '--require', 'signature', '--json'], cwd);
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({ referrers: [{ kind: 'sbom' }], missing: [{ kind: 'signature' }] });
});

it('ends with the failure when it cannot be known, and passes when it can', async () => {
  let isBroken = false;
  const { image, cwd } = await begin({
    fault: ({ path }) => (isBroken && path.endsWith('.sig') ? { status: 403 } : undefined),
  });
  isBroken = true;
  const unknown = await runHere(['discover', image, '--require', 'signature'], cwd);
  expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('could not ask cosign tag .sig')]);
  expect((await runHere(['discover', image, '--require', 'sbom'], cwd)).code).toBe(0);
});

it('refuses what is no kind', async () => {
  const { image, cwd } = await begin();
  const error = await failureHere(2, ['discover', image, '--require', 'sbom@xml'], cwd);
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('cyclonedx') });
});
