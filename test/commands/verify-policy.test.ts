import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { failureHere, runHere } from './support/in-process.js';
import { attachSigned, withKeys } from './support/signed.js';

const POLICY = `version: 1
trust:
  good: {key: good.pub}
  other: {key: other.pub}
rules:
  sbom:
    scope: '**'
    kind: sbom
    by: good
  two:
    scope: '**'
    kind: sbom
    by: [good, other]
    count: 2
`;

const verify = (cwd: string, ...args: readonly string[]) =>
  runHere(['verify', 'oci:./layout:v1', '--policy', 'policy.yaml', ...args], cwd);

async function start(policy = POLICY) {
  const keys = await withKeys();
  await writeFile(join(keys.cwd, 'policy.yaml'), policy);
  return keys;
}

describe('verify --policy', () => {
  it('ends with 3 where nothing is attached, with 5 where a rule is not kept, and with 0 where all are', async () => {
    const { cwd, good, other, digest } = await start();
    expect((await verify(cwd)).code).toBe(3);
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
    const first = await verify(cwd);
    expect(first.code).toBe(5);
    expect(first.stdout).toContain(
      [
        `rule sbom is not kept: wanted sbom by "good", got one by "other" (${digest})`,
        `rule two is not kept: wanted sbom by 2 signers of "good" or "other", got 1 signer (${digest})`,
        'not verified: rule sbom, rule two; verified: 1 of 1 attachment',
      ].join('\n'),
    );
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    expect(await verify(cwd)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('verified: 2 of 2 attachments'),
    });
  });

  it('keeps its promise of fields with --json', async () => {
    const { cwd, other, digest } = await start();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
    const { code, stdout } = await verify(cwd, '--json');
    expect([code, resultSchemas.verify.parse(JSON.parse(stdout))]).toMatchObject([
      5,
      { outcome: 'not-verified', missing: [], violations: [{ rule: 'sbom', digest, isThere: true }, { rule: 'two' }] },
    ]);
  });

  it('ends with 5 for an image that no rule is for, and says so', async () => {
    const { cwd, good, digest } = await start(POLICY.replaceAll("'**'", 'ghcr.io/acme/**'));
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    const { code, stdout } = await verify(cwd);
    expect([code, stdout]).toEqual([
      5,
      expect.stringContaining('the policy is not kept: no rule of policy.yaml has a scope'),
    ]);
  });

  it('adds what --require wants', async () => {
    const { cwd, good, other, digest } = await start();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
    expect((await verify(cwd)).code).toBe(0);
    expect((await verify(cwd, '--require', 'vex')).code).toBe(3);
  });

  it.each<[string, readonly string[]]>([
    ['--key', ['--key', 'good.pub']],
    ['--certificate-identity', ['--certificate-identity', 'a', '--certificate-oidc-issuer', 'b']],
    ['--trust-policy', ['--trust-policy', 'a', '--trust-store', 'b']],
    ['--trusted-root', ['--trusted-root', 'a']],
  ])('stands beside no %s', async (name, args) => {
    const { cwd } = await start();
    const { message } = await failureHere(2, ['verify', 'oci:./layout:v1', '--policy', 'policy.yaml', ...args], cwd);
    expect(message).toContain(name);
  });

  it('says where a policy is wrong', async () => {
    const { cwd } = await start(POLICY.replace('kind', 'knid'));
    expect(await failureHere(2, ['verify', 'oci:./layout:v1', '--policy', 'policy.yaml'], cwd)).toMatchObject({
      message: 'policy.yaml:8:5: rule "sbom": unknown member "knid"',
      hint: 'Write kind',
    });
  });
});
