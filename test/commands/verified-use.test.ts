import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere, runHere } from './support/in-process.js';
import { attachSigned, done, withKeys } from './support/signed.js';

const KEY = ['--verify', '--key', 'good.pub'];
const SUBJECT = 'oci:./layout:v1';

const namesIn = async (cwd: string, folder: string) => readdir(join(cwd, folder)).catch(() => []);

describe('pull --verify', () => {
  it('writes what is verified, and says by whom', async () => {
    const { cwd, good, other, digest } = await withKeys();
    await attachSigned(cwd, SUBJECT, { keys: [good], digest });
    const sbom = ['pull', '--kind', 'sbom', '--unwrap', '-o', 'out', SUBJECT, ...KEY];
    const { code, stdout, stderr } = await runHere(sbom, cwd);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`verified by key ${good.trust.fingerprint.slice(0, 12)} (good.pub)`);
    await attachSigned(cwd, SUBJECT, { keys: [other], digest });
    const beside = await runHere([...sbom, '--json'], cwd);
    const result = resultSchemas.pull.parse(JSON.parse(beside.stdout));
    expect([beside.code, result]).toMatchObject([
      0,
      { artifacts: [{ files: [{ verified: { trusts: ['good.pub'] } }] }], unverified: [{ verdict: 'unchecked' }] },
    ]);
    expect(beside.stderr).toContain('left out sbom sha256:');
    const without = await runHere(['pull', '--all', '--unwrap', '-o', 'all', SUBJECT], cwd);
    expect(without.stderr).toContain('unwrapped without verifying the signature');
  });

  it.skipIf(noTerminal)('shows the verdict whole on a terminal that has no room for the way', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, SUBJECT, { keys: [good], digest });
    const words = ['pull', '--kind', 'sbom', '-o', 'out', SUBJECT, ...KEY].join(' ');
    const shown = async (columns: number) =>
      (await onTerminal(words, [], { cwd, columns, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' } })).output;
    const verdict = `verified by key ${good.trust.fingerprint.slice(0, 12)} (good.pub)`;
    expect(await shown(80)).toContain(` B, sbom, ${verdict}`);
    expect(await shown(100)).toContain(` B, sbom via layout-entry, unchanged, ${verdict}`);
  });

  it('ends with 5 for what another key signed, with 3 for what is not there, and writes nothing', async () => {
    const { cwd, other, digest } = await withKeys();
    for (const args of [['-o', 'out'], ['--stdout']]) {
      const sbom = ['pull', '--kind', 'sbom', ...args, SUBJECT, ...KEY];
      expect((await runHere(sbom, cwd)).code).toBe(3);
    }
    await attachSigned(cwd, SUBJECT, { keys: [other], digest });
    for (const args of [['-o', 'out'], ['--stdout']]) {
      const { code, stdout } = await runHere(['pull', '--kind', 'sbom', ...args, SUBJECT, ...KEY], cwd);
      expect([code, stdout]).toEqual([5, '']);
    }
    expect(await namesIn(cwd, 'out')).toEqual([]);
  });
});

describe('copy --verify', () => {
  it('copies what is verified, and nothing else', async () => {
    const { cwd, good, other, digest } = await withKeys();
    const to = 'oci:./there:v1';
    expect((await runHere(['copy', '-r', SUBJECT, to, ...KEY], cwd)).code).toBe(3);
    await attachSigned(cwd, SUBJECT, { keys: [other], digest });
    expect((await runHere(['copy', '-r', SUBJECT, to, ...KEY], cwd)).code).toBe(5);
    expect(await namesIn(cwd, 'there')).toEqual([]);
    await attachSigned(cwd, SUBJECT, { keys: [good], digest });
    const dry = await runHere(['copy', '-r', '--dry-run', '--json', SUBJECT, to, ...KEY], cwd);
    expect(resultSchemas.copy.parse(JSON.parse(dry.stdout))).toMatchObject({ attached: 1, unverified: [{}] });
    const { code, stdout, stderr } = await runHere(['copy', '-r', SUBJECT, to, ...KEY], cwd);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Verified: +by key /m)]);
    expect(stderr).toContain('left out sbom sha256:');
    expect((await runHere(['verify', to, '--key', 'good.pub'], cwd)).code).toBe(0);
  });
});

describe('flags of trust', () => {
  it.each([
    [['pull', SUBJECT, '--key', 'good.pub'], '--key is given without --verify'],
    [['pull', SUBJECT, '--require-log'], '--require-log is given without --verify'],
    [['copy', SUBJECT, 'oci:./there:v1', '--key', 'good.pub'], '--key is given without --verify'],
    [['pull', SUBJECT, '--verify'], '--verify has no trust'],
    [['copy', SUBJECT, 'oci:./there:v1', '--verify', '--require-log'], '--verify has no trust'],
  ])('%j are refused', async (args, message) => {
    const { cwd } = await withKeys();
    expect((await failureHere(2, args, cwd)).message).toContain(message);
    expect(await namesIn(cwd, 'there')).toEqual([]);
  });
});

describe('claims', () => {
  it('are shown as unverified by discover --verbose and inspect', async () => {
    const { cwd, good } = await withKeys();
    const hint = Buffer.from(good.trust.fingerprint, 'hex').toString('base64');
    const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const bundle = {
      mediaType,
      verificationMaterial: { publicKey: { hint } },
      messageSignature: { signature: 'AA==' },
    };
    await writeFile(join(cwd, 'a.sigstore.json'), JSON.stringify(bundle));
    await done(['attach', '--no-settle', SUBJECT, 'a.sigstore.json'], cwd);
    const { stdout } = await runHere(['discover', '--verbose', SUBJECT], cwd);
    const table = (await runHere(['discover', '--verbose', '--format', 'table', SUBJECT], cwd)).stdout;
    expect(table).toMatch(/ CLAIMS\n.* claims to be signed by key \w{64}; unverified\n/);
    const [, attached] = /(sha256:\w{64}) +via layout-entry/.exec(stdout) ?? [];
    const inspected = await runHere(['inspect', `oci:./layout@${attached}`], cwd);
    for (const text of [stdout, inspected.stdout])
      expect(text).toContain(`claims to be signed by key ${good.trust.fingerprint}; unverified`);
    expect((await runHere(['discover', SUBJECT], cwd)).stdout).not.toContain('claims');
  });
});

describe('a policy of pull and copy', () => {
  const POLICY = ['--verify', '--policy', 'policy.yaml'];
  const policyFor = (scope: string) =>
    `version: 1\ntrust:\n  release:\n    key: good.pub\n  stranger:\n    key: other.pub\nrules:\n  sbom:\n    scope: '${scope}'\n    kind: sbom\n    by: release\n`;

  it('must be kept, and its trusts count where a rule for the image names them', async () => {
    const { cwd, good, other, digest } = await withKeys();
    await writeFile(join(cwd, 'policy.yaml'), policyFor('**'));
    const pull = ['pull', '--kind', 'sbom', '--all', '-o', 'out', SUBJECT, ...POLICY];
    const copy = ['copy', '-r', SUBJECT, 'oci:./there:v1', ...POLICY];
    for (const args of [pull, copy]) expect(await runHere(args, cwd)).toMatchObject({ code: 3 });
    await attachSigned(cwd, SUBJECT, { keys: [other], digest });
    for (const args of [pull, copy])
      expect(await runHere(args, cwd)).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('breaks rule "sbom"'),
      });
    expect([await namesIn(cwd, 'out'), await namesIn(cwd, 'there')]).toEqual([[], []]);
    await attachSigned(cwd, SUBJECT, { keys: [good], digest });
    const { code, stdout } = await runHere([...pull, '--json'], cwd);
    const result = resultSchemas.pull.parse(JSON.parse(stdout));
    expect([code, result]).toMatchObject([
      0,
      { artifacts: [{ files: [{ verified: { trusts: ['release'] } }] }], unverified: [{ verdict: 'unchecked' }] },
    ]);
    expect((await runHere(copy, cwd)).code).toBe(0);
    await writeFile(join(cwd, 'policy.yaml'), policyFor('ghcr.io/acme/*'));
    for (const args of [pull, copy])
      expect(await runHere(args, cwd)).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('has a scope that fits'),
      });
  });

  it('is not given alone, nor beside other trust', async () => {
    const { cwd } = await withKeys();
    await writeFile(join(cwd, 'policy.yaml'), policyFor('**'));
    for (const verb of [['pull'], ['copy', '-r', 'oci:./there:v1']]) {
      await failureHere(2, [...verb, SUBJECT, '--policy', 'policy.yaml'], cwd);
      await failureHere(2, [...verb, SUBJECT, ...POLICY, '--key', 'good.pub'], cwd);
      await failureHere(2, [...verb, SUBJECT, '--verify', '--policy', 'none.yaml'], cwd);
    }
  });
});
