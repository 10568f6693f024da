import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Fault } from '../support/loopback.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

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
  expect([code, stdout]).toEqual([0, expect.stringMatching(/sbom +spdx +sbom\.json/)]);
  expect(stderr).toMatch(/^remora: all required kinds are attached; signatures were not verified/);
});

it('ends with 3 and a table of what is missing', async () => {
  const { image, cwd } = await begin();
  const { code, stdout, stderr } = await runHere(
    ['discover', image, '--require', 'sbom', '--require', 'signature'],
    cwd,
  );
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(/^remora: error: no signature on [\d.:]+\/team\/app@sha256:\w{64}\n$/),
  ]);
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

it.each<[string, number, readonly [RegExp, Fault][]]>([
  ['refused', 4, [[/\.sig$/, { status: 403 }]]],
  [
    'refused beside one that does not answer',
    4,
    [
      [/\.att$/, { status: 500 }],
      [/\.sig$/, { status: 401 }],
    ],
  ],
  ['broken', 6, [[/\/referrers\//, { status: 200, body: '{', headers: { 'content-type': INDEX } }]]],
  ['unreachable', 6, [[/\.sbom$/, 'reset']]],
])('ends with the code of an incomplete list where a way is %s', async (_what, code, faults) => {
  let isBroken = false;
  const { image, cwd } = await begin({
    fault: ({ path }) => (isBroken ? faults.find(([which]) => which.test(path))?.[1] : undefined),
  });
  isBroken = true;
  expect((await runHere(['discover', image], cwd)).code).toBe(code);
  expect((await runHere(['discover', image, '--require', 'signature'], cwd)).code).toBe(code);
});

it('ends with 6 where a listed manifest is gone, and with 0 where what is required is there nevertheless', async () => {
  const { image, cwd, registry } = await begin();
  const [digest = ''] = registry.repository('team/app').tags.values();
  const entry = { mediaType: INDEX, digest: `sha256:${'0'.repeat(64)}`, size: 2 };
  const outer = { schemaVersion: 2, mediaType: INDEX, manifests: [{ ...entry, digest, mediaType: MANIFEST }, entry] };
  registry.putManifest('team/app', outer, { tag: 'outer' });
  const name = image.replace(/:v1$/, ':outer');
  const lost = await runHere(['discover', name], cwd);
  expect([lost.code, lost.stderr]).toEqual([6, expect.stringContaining('could not ask children of')]);
  expect((await runHere(['discover', name, '--require', 'sbom'], cwd)).code).toBe(6);
  const attached = await runHere(['attach', name, '--artifact-type', 'application/spdx+json', 'sbom.json'], cwd);
  expect(attached.code).toBe(0);
  const passed = await runHere(['discover', name, '--require', 'sbom'], cwd);
  expect([passed.code, passed.stderr]).toEqual([0, expect.stringContaining('could not ask children of')]);
  expect(passed.stderr).toContain(`sbom: on the index, for ${entry.digest}`);
  expect((await runHere(['discover', name, '--require', 'sbom', '--require-on', 'platforms'], cwd)).code).toBe(6);
});

it('refuses what is no kind', async () => {
  const { image, cwd } = await begin();
  const error = await failureHere(2, ['discover', image, '--require', 'sbom@xml'], cwd);
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('cyclonedx') });
});
