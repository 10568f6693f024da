import { describe, expect, it } from 'vitest';
import { trustNotation } from '../../../src/trust/notation/trust-notation.js';
import { authority, issue } from './support/certificates.js';
import { policyOf } from './support/judging.js';

const root = authority();
const signer = issue({ issuer: root });
const own = issue();
const pem = (raw: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(raw).toString('base64')}\n-----END CERTIFICATE-----\n`;
const stores = { 'ca:acme': [root.raw], 'tsa:times': [root.raw] };
const policy = (statement: object = {}) => trustNotation({ policy: policyOf(statement), stores });
const refusal = (message: string) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });

describe('a trust policy', () => {
  it('may be a text, bytes or data', () => {
    const data = policyOf({ trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'] });
    const made = trustNotation({ policy: data, stores, name: 'acme' });
    expect(made).toMatchObject({
      type: 'notation',
      name: 'acme',
      policies: [
        {
          name: 'all',
          level: 'strict',
          verifyTimestamp: 'always',
          enforces: { authenticTimestamp: true, expiry: true },
        },
      ],
    });
    const text = JSON.stringify(data);
    expect(trustNotation({ policy: text, stores, name: 'acme' })).toEqual(made);
    expect(trustNotation({ policy: Buffer.from(text), stores, name: 'acme' })).toEqual(made);
  });

  it.each([
    [{ level: 'strict' }, { authenticTimestamp: true, expiry: true }],
    [{ level: 'permissive' }, { authenticTimestamp: false, expiry: false }],
    [
      { level: 'strict', override: { expiry: 'log', revocation: 'skip' } },
      { authenticTimestamp: true, expiry: false },
    ],
    [
      { level: 'permissive', override: { authenticTimestamp: 'enforce', authenticity: 'enforce' } },
      { authenticTimestamp: true, expiry: false },
    ],
  ])('with %j enforces %j', (signatureVerification, enforces) => {
    expect(policy({ signatureVerification }).policies[0]).toMatchObject({ enforces });
  });

  it.each<[object, string]>([
    [{ signatureVerification: { level: 'audit' } }, 'has the level audit, which takes signatures by anybody'],
    [{ signatureVerification: { level: 'skip' } }, 'has the level skip'],
    [
      { signatureVerification: { level: 'strict', override: { authenticity: 'log' } } },
      'overrides authenticity with log',
    ],
    [{ signatureVerification: { level: 'strict', override: { integrity: 'log' } } }, 'overrides integrity'],
    [{ signatureVerification: { level: 'strict', override: { expiry: 'skip' } } }, 'overrides expiry with skip'],
    [{ signatureVerification: { level: 'strict', override: { colour: 'log' } } }, 'colour'],
    [{ signatureVerification: { level: 'strict', override: { expiry: 'maybe' } } }, 'override.expiry'],
    [{ signatureVerification: { level: 'strict', verifyTimestamp: 'never' } }, 'verifyTimestamp'],
    [{ signatureVerification: { level: 'loose' } }, 'level'],
    [{ signatureVerification: {} }, 'level'],
    [{ signatureVerifikation: {} }, 'signatureVerifikation'],
    [{ name: '' }, 'name'],
    [{ registryScopes: [] }, 'registryScopes'],
    [{ registryScopes: ['*', 'registry.example/app'] }, 'has the scope * beside others'],
    [{ registryScopes: ['registry.example/*'] }, 'has the scope "registry.example/*"'],
    [{ registryScopes: ['registry.example'] }, 'has the scope "registry.example"'],
    [{ registryScopes: ['registry.example/app:v1'] }, 'has the scope "registry.example/app:v1"'],
    [{ registryScopes: ['https://registry.example/app'] }, 'has the scope'],
    [
      { registryScopes: ['registry.example/app', 'registry.example/app'] },
      'has the scope "registry.example/app" twice',
    ],
    [{ trustStores: [] }, 'names no trust store of type ca or signingAuthority'],
    [{ trustStores: ['tsa:times'] }, 'names no trust store of type ca or signingAuthority'],
    [{ trustStores: ['acme'] }, 'has the trust store "acme"'],
    [{ trustStores: ['ca:../acme'] }, 'has the trust store "ca:../acme"'],
    [{ trustStores: ['ca:..'] }, 'has the trust store "ca:.."'],
    [{ trustStores: ['ca:other'] }, 'names the trust store ca:other, which has no certificates'],
    [{ trustedIdentities: [] }, 'names no trustedIdentities'],
    [{ trustedIdentities: ['*', 'x509.subject: C=US, ST=WA, O=acme'] }, 'has the identity * beside others'],
    [{ trustedIdentities: ['acme'] }, 'has the identity "acme"'],
    [{ trustedIdentities: ['x509.issuer: C=US, ST=WA, O=acme'] }, 'has the identity'],
    [{ trustedIdentities: ['x509.subject: C=US, O=acme'] }, 'lacks ST'],
    [
      { trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme, CN=a', 'x509.subject: C=US, ST=WA, O=acme'] },
      'has identities that overlap',
    ],
  ])('%j is refused', (statement, message) => {
    expect(() => policy(statement)).toThrow(refusal(message));
  });

  it.each<[string, unknown, string]>([
    ['not JSON', '{', 'is not JSON'],
    ['with a name twice', '{"version":"1.0","version":"1.0"}', 'has the name "version" twice'],
    ['of another version', { ...policyOf({}), version: '2.0' }, 'version'],
    ['without policies', { version: '1.0', trustPolicies: [] }, 'trustPolicies'],
    [
      'with two policies of one name',
      {
        version: '1.0',
        trustPolicies: [...policyOf({}).trustPolicies, ...policyOf({ registryScopes: ['a.b/c'] }).trustPolicies],
      },
      'two policies of the name "all"',
    ],
    [
      'with two policies for one scope',
      { version: '1.0', trustPolicies: [...policyOf({}).trustPolicies, ...policyOf({ name: 'other' }).trustPolicies] },
      'has the scope "*" twice',
    ],
    ['that is nothing', undefined, 'trust policy'],
  ])('%s is refused', (_name, odd, message) => {
    expect(() => trustNotation({ policy: odd, stores })).toThrow(refusal(message));
  });
});

describe('a trust store', () => {
  const withStore = (...certificates: readonly (string | Uint8Array)[]) =>
    trustNotation({ policy: policyOf({}), stores: { 'ca:acme': certificates } });

  it('has certificates in DER, and in PEM as text or bytes', () => {
    const all = pem(root.raw) + pem(own.raw);
    expect(
      withStore(root.raw, all, Buffer.from(all))
        .stores.get('ca:acme')
        ?.map((one) => Buffer.from(one)),
    ).toEqual([...[root.raw, root.raw, own.raw, root.raw, own.raw]]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['a certificate that an authority issued', signer.raw, 'CN=signer,O=acme,ST=WA,C=US'],
    ['such a certificate in PEM, behind an authority', pem(root.raw) + pem(signer.raw), 'CN=signer,O=acme,ST=WA,C=US'],
    ['a private key', signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'has a private key'],
    [
      'a public key',
      signer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'has PEM that is not a certificate',
    ],
    ['a certificate that is cut', pem(root.raw) + pem(own.raw).slice(0, 200), 'has PEM that is not a certificate'],
    ['a cut file in DER', root.raw.subarray(0, -1), 'cannot be read'],
    ['another text', 'certificate', 'is not a certificate'],
    ['nothing', '', 'is not a certificate'],
  ])('refuses %s', (_name, content, message) => {
    expect(() => withStore(content)).toThrow(refusal(message));
  });

  it('has a type and a name', () => {
    expect(() => trustNotation({ policy: policyOf({}), stores: { ...stores, 'other:acme': [root.raw] } })).toThrow(
      refusal('trust store "other:acme" is not'),
    );
  });
});
