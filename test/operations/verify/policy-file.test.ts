import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../src/operations/verify/policy-file.js';
import { tempDir } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { pem } from '../../trust/support/sigstore.js';

const POLICY = `version: 1
trust:
  release:
    key: keys/release.pub
rules:
  sbom:
    scope: '**'
    kind: sbom
    by: release
`;

async function written(policy: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const directory = await tempDir();
  await mkdir(join(directory, 'keys'));
  for (const [name, content] of Object.entries({ ...files, 'policy.yaml': policy }))
    await writeFile(join(directory, name), content);
  return join(directory, 'policy.yaml');
}

describe('readPolicy', () => {
  it('reads files relative to the policy, wherever it runs', async () => {
    const key = makeKey();
    const file = await written(POLICY, { 'keys/release.pub': pem(key.trust.key) });
    expect((await readPolicy(file)).trust).toMatchObject([{ name: 'release', fingerprint: key.trust.fingerprint }]);
  });

  it('says where in which file something is wrong', async () => {
    const file = await written(POLICY);
    await expect(readPolicy(file)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^\S+policy\.yaml:4:10: trust "release": key: \S+release\.pub does not exist$/),
    });
    const store = POLICY.replace('key: keys/release.pub', 'trustPolicy: policy.yaml\n    trustStore: keys');
    await expect(readPolicy(await written(store))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/policy\.yaml:5:17: trust "release": trustStore: .*x509/),
    });
  });

  it.each([
    ['that is not there', (file: string) => `${file}.yaml`, /does not exist/],
    ['that is a directory', (file: string) => join(file, '..'), /is a directory/],
  ])('refuses a file %s', async (_what, change, message) => {
    const file = await written(POLICY);
    await expect(readPolicy(change(file))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});
