import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RemoraError } from '../../../src/errors.js';
import { parsePolicy } from '../../../src/trust/policy/parse-policy.js';
import { authority } from '../notation/support/certificates.js';
import { policyOf } from '../notation/support/judging.js';
import { makeKey } from '../support/envelopes.js';
import { makeSigstore, pem } from '../support/sigstore.js';

const key = makeKey();
const PEM = pem(key.trust.key);
const RULES = { sbom: { scope: '**', kind: 'sbom', by: ['a'] } };
const policyWith = (trust: object, more: object = {}) => ({ version: 1, ...more, trust: { a: trust }, rules: RULES });

/** Reads from memory. */
function filesOf(files: Readonly<Record<string, string | Uint8Array>>) {
  return async (path: string) => {
    const content = files[path];
    if (content === undefined)
      throw new RemoraError('INVALID_ARGUMENT', `${path} does not exist`, { hint: 'Look there' });
    return Buffer.from(content);
  };
}

describe('parsePolicy', () => {
  it('makes trusts of their own names, without a file', async () => {
    const trust = { a: { key: PEM }, b: { identity: 'alice@acme.example', issuer: 'https://login.acme.example' } };
    const policy = await parsePolicy({ version: 1, requireLog: true, trust, rules: RULES });
    expect(policy).toMatchObject({
      source: 'policy',
      requireLog: true,
      trust: [
        { type: 'key', name: 'a', fingerprint: key.trust.fingerprint },
        { type: 'identity', name: 'b', identity: 'alice@acme.example', root: { source: 'shipped with remora' } },
      ],
      rules: [{ name: 'sbom', scope: ['**'], by: ['a'], on: 'any', count: 1 }],
    });
    expect(policy).not.toHaveProperty('trustedRoot');
  });

  it('takes a key that stands in YAML', async () => {
    const indented = PEM.trimEnd().replaceAll('\n', '\n      ');
    const text = `version: 1\ntrust:\n  a:\n    key: |\n      ${indented}\nrules:\n  sbom: {scope: '**', kind: sbom, by: a}\n`;
    expect((await parsePolicy(text)).trust).toMatchObject([{ fingerprint: key.trust.fingerprint }]);
  });

  it('gives identities the root of the policy, or their own', async () => {
    const [mine, whole] = await Promise.all([makeSigstore(), makeSigstore()]);
    const readFile = filesOf({
      'mine.json': JSON.stringify(mine.rootDocument()),
      'whole.json': JSON.stringify(whole.rootDocument()),
    });
    const identity = { identityRegexp: '.*@acme.example', issuer: 'https://login.acme.example' };
    const trust = { a: { ...identity, trustedRoot: 'mine.json' }, b: identity };
    const policy = await parsePolicy({ version: 1, trustedRoot: 'whole.json', trust, rules: RULES }, { readFile });
    expect(policy.trustedRoot?.source).toBe('whole.json');
    expect(policy.trust).toMatchObject([{ root: { source: 'mine.json' } }, { root: { source: 'whole.json' } }]);
  });

  it("takes notation's trust policy and trust store from its readers", async () => {
    const root = authority();
    const policy = await parsePolicy(policyWith({ trustPolicy: 'policy.json', trustStore: 'store' }), {
      readFile: filesOf({ 'policy.json': JSON.stringify(policyOf({})) }),
      readTrustStore: async (path) => {
        expect(path).toBe('store');
        return { 'ca:acme': [root.raw] };
      },
    });
    expect(policy.trust).toMatchObject([{ type: 'notation', name: 'a', policies: [{ name: 'all' }] }]);
  });

  it.each([
    [
      'a file without a reader',
      { key: 'a.pub' },
      {},
      'trust "a": key: file "a.pub" cannot be read: no readFile is given',
    ],
    ['a file that is not there', { key: 'b.pub' }, { 'a.pub': PEM }, 'trust "a": key: b.pub does not exist'],
    ['a file that is not a key', { key: 'a.pub' }, { 'a.pub': 'x' }, /^policy: trust "a": key: .*no PEM/],
    [
      'a private key',
      { key: 'a.pub' },
      { 'a.pub': generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      /is a private key, wanted a public key/,
    ],
    [
      'a trusted root that is not one',
      { identity: 'a', issuer: 'b', trustedRoot: 'r' },
      { r: '{}' },
      /trust "a": trustedRoot: /,
    ],
    [
      "a trust policy of notation's that verifies nothing",
      { trustPolicy: 'p', trustStore: 's' },
      { p: JSON.stringify(policyOf({ signatureVerification: { level: 'audit' } })) },
      /^policy: trust "a": .*audit/,
    ],
  ])('refuses %s', async (_what, trust, files, message) => {
    const options =
      Object.keys(files).length === 0 ? {} : { readFile: filesOf(files), readTrustStore: async () => ({}) };
    const expected = typeof message === 'string' ? `policy: ${message}` : expect.stringMatching(message);
    await expect(parsePolicy(policyWith(trust), options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expected,
    });
  });
});
