import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { judge } from '../../../src/trust/judge.js';
import { trustNotation } from '../../../src/trust/notation/trust-notation.js';
import type { Judgement } from '../../../src/trust/values/judgement.js';
import type { Signed } from '../../../src/trust/values/signed.js';
import type { NotationTrust } from '../../../src/trust/values/trust.js';
import { authority, issue } from './support/certificates.js';
import { cose, type EnvelopeOptions, EXPIRY, IMAGE, jws, OTHER, PLUGIN } from './support/envelopes.js';
import { inHours, trusting } from './support/judging.js';

const root = authority();
const signer = issue({ issuer: root });
const chain = [signer, root];

const trust = trusting({ 'ca:acme': [root] });

function judging(signed: Signed, by: NotationTrust = trust, repository?: string): Promise<Judgement> {
  return judge(signed, { digest: IMAGE, repository }, { trust: [by] });
}

const FORMS: Readonly<Record<string, (options: EnvelopeOptions) => Signed>> = { JWS: jws, COSE: cose };

describe.each(Object.entries(FORMS))('an envelope in %s', (_, make) => {
  it('is verified by the authority of its signer', async () => {
    expect(await judging(make({ chain }))).toMatchObject({
      verdict: 'verified',
      signer: { type: 'certificate', subject: 'CN=signer,O=acme,ST=WA,C=US' },
      claims: { subjects: [IMAGE] },
      proofs: [{ trust, times: [{ from: 'signer' }] }],
    });
  });

  it.each(['P-256', 'P-384', 'P-521', 'RSA-2048', 'RSA-3072'] as const)('is verified with a key %s', async (key) => {
    expect(await judging(make({ chain: [issue({ issuer: root, key }), root] }))).toMatchObject({ verdict: 'verified' });
  });

  it.each(['RSA-1024', 'secp256k1', 'Ed25519'] as const)('is wrong with a key %s', async (key) => {
    expect(await judging(make({ chain: [issue({ issuer: root, key }), root] }))).toMatchObject({
      verdict: 'wrong',
      reason: 'signature',
    });
  });

  it('is unchecked where another authority is trusted', async () => {
    expect(await judging(make({ chain }), trusting({ 'ca:acme': [authority()] }))).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      message: expect.stringContaining('CN=signer,O=acme,ST=WA,C=US'),
    });
  });

  it('is wrong below another image, whoever signed it', async () => {
    const moved = make({ chain, digest: OTHER });
    const answer = { verdict: 'wrong', reason: 'subject', message: `envelope is of ${OTHER}, wanted ${IMAGE}` };
    expect(await judging(moved)).toMatchObject({ ...answer, ofTrust: true });
    const ofOthers = await judging(moved, trusting({ 'ca:acme': [authority()] }));
    expect(ofOthers).toMatchObject(answer);
    expect(ofOthers).not.toHaveProperty('ofTrust');
  });

  it('may name another digest of the same content', async () => {
    const digest = parseDigest(`sha512:${'c'.repeat(128)}`);
    const target = { digest: IMAGE, alsoKnownAs: [digest] };
    expect(await judge(make({ chain, digest }), target, { trust: [trust] })).toMatchObject({ verdict: 'verified' });
  });

  it.each([
    ['a prefix', IMAGE.slice(0, 20)],
    ['another algorithm', `sha512:${'a'.repeat(128)}`],
    ['capitals', IMAGE.toUpperCase()],
    ['nothing', ''],
  ])('is wrong where the digest is %s', async (_name, digest) => {
    expect(await judging(make({ chain, digest }))).toMatchObject({ verdict: 'wrong', proofs: [] });
  });

  it.each([
    ['no target', '{}'],
    [
      'two targets',
      `{"targetArtifact":{"mediaType":"a/b","digest":"${OTHER}","size":1},"targetArtifact":{"mediaType":"a/b","digest":"${IMAGE}","size":1}}`,
    ],
    ['a target without a size', `{"targetArtifact":{"mediaType":"a/b","digest":"${IMAGE}"}}`],
    ['another text', 'target'],
  ])('is wrong with %s in its payload', async (_name, payload) => {
    expect(await judging(make({ chain, payload }))).toMatchObject({ verdict: 'wrong', reason: 'malformed' });
  });

  it('is verified before its expiry, and wrong after it', async () => {
    const attributes = { [EXPIRY]: inHours(0.5) };
    const signed = make({ chain, attributes });
    expect(await judging(signed)).toMatchObject({ verdict: 'verified' });
    const late = { trust: [trust], now: inHours(1) };
    expect(await judge(signed, { digest: IMAGE }, late)).toMatchObject({
      verdict: 'wrong',
      reason: 'expired',
      ofTrust: true,
      message: expect.stringMatching(/^signature expired at .*Z; the time of verification is .*Z$/),
    });
  });

  it('is verified after its expiry with the level permissive, and says so', async () => {
    const lenient = trusting({ 'ca:acme': [root] }, { signatureVerification: { level: 'permissive' } });
    const late = { trust: [lenient], now: inHours(1) };
    const signed = make({ chain, attributes: { [EXPIRY]: inHours(0.5) } });
    expect(await judge(signed, { digest: IMAGE }, late)).toMatchObject({
      verdict: 'verified',
      remarks: [expect.stringMatching(/^signature expired at .*; policy "all" accepts that$/)],
    });
  });

  it('is wrong where it expires before it was signed', async () => {
    expect(await judging(make({ chain, attributes: { [EXPIRY]: inHours(-2) } }))).toMatchObject({
      verdict: 'wrong',
      reason: 'malformed',
    });
  });

  it('is wrong where the clock is out of the time of its certificates', async () => {
    const signed = make({ chain });
    for (const now of [inHours(-48), inHours(48)]) {
      expect(await judge(signed, { digest: IMAGE }, { trust: [trust], now })).toMatchObject({
        verdict: 'wrong',
        reason: 'expired',
        message: expect.stringContaining(`the time of verification is ${now.toISOString()}`),
      });
    }
  });

  it('is unchecked where it asks for a plugin, by name', async () => {
    const critical = ['io.cncf.notary.signingScheme', PLUGIN];
    const signed = make({ chain, attributes: { [PLUGIN]: 'com.example.plugin' }, critical });
    expect(await judging(signed)).toMatchObject({
      verdict: 'unchecked',
      reason: 'unsupported',
      message: `envelope asks for notation's plugin "com.example.plugin", which this version lacks`,
    });
  });

  it('is unchecked where a critical attribute is unknown, by name', async () => {
    const critical = ['io.cncf.notary.signingScheme', 'com.example.rule'];
    const signed = make({ chain, attributes: { 'com.example.rule': 1 }, critical });
    expect(await judging(signed)).toMatchObject({
      verdict: 'unchecked',
      reason: 'unsupported',
      message: 'critical attribute "com.example.rule" is not known to this version',
    });
  });

  it('is verified with an unknown attribute that is not critical', async () => {
    expect(await judging(make({ chain, attributes: { 'com.example.note': 1 } }))).toMatchObject({
      verdict: 'verified',
    });
  });

  it.each([
    ['a plugin that is not critical', { attributes: { [PLUGIN]: 'com.example.plugin' } }],
    [
      'an expiry that is not critical',
      { attributes: { [EXPIRY]: inHours(1) }, critical: ['io.cncf.notary.signingScheme'] },
    ],
    ['a scheme that is not critical', { attributes: { [EXPIRY]: inHours(1) }, critical: [EXPIRY] }],
    ['no critical attributes', { critical: [] }],
    ['a critical attribute that is absent', { critical: ['io.cncf.notary.signingScheme', 'com.example.rule'] }],
    [
      'a critical attribute named twice',
      { critical: ['io.cncf.notary.signingScheme', 'io.cncf.notary.signingScheme'] },
    ],
    ['no scheme', { attributes: { 'io.cncf.notary.signingScheme': undefined }, critical: [EXPIRY] }],
    ['no signing time', { attributes: { 'io.cncf.notary.signingTime': undefined } }],
    ['a signing time as text', { attributes: { 'io.cncf.notary.signingTime': 'yesterday' } }],
    ['the signing time of the other scheme', { attributes: { 'io.cncf.notary.authenticSigningTime': inHours(-1) } }],
  ])('is wrong with %s', async (_name, options) => {
    expect(await judging(make({ chain, ...options }))).toMatchObject({ verdict: 'wrong', reason: 'malformed' });
  });

  it.each([
    ['payload', { contentType: 'application/vnd.cncf.notary.payload.v2+json' }],
    ['scheme', { attributes: { 'io.cncf.notary.signingScheme': 'notary.x509.other' } }],
  ])('is unchecked with a %s of another version', async (_name, options) => {
    expect(await judging(make({ chain, ...options }))).toMatchObject({ verdict: 'unchecked', reason: 'unsupported' });
  });

  it('counts for an authority that signs only with trust stores of that type', async () => {
    const signed = make({ chain, isAuthority: true });
    expect(await judging(signed, trusting({ 'signingAuthority:acme': [root] }))).toMatchObject({ verdict: 'verified' });
    expect(await judging(signed)).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
    expect(await judging(make({ chain }), trusting({ 'signingAuthority:acme': [root] }))).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
    });
  });

  it('compares the certificates of an authority that signs with the time that it says', async () => {
    const old = authority({ from: inHours(-50), to: inHours(-30) });
    const past = [issue({ issuer: old, from: inHours(-50), to: inHours(-30) }), old];
    const by = trusting({ 'signingAuthority:acme': [old] });
    const at = (time: Date) =>
      make({ chain: past, isAuthority: true, attributes: { 'io.cncf.notary.authenticSigningTime': time } });
    expect(await judging(at(inHours(-40)), by)).toMatchObject({ verdict: 'verified' });
    expect(await judging(at(inHours(-20)), by)).toMatchObject({ verdict: 'wrong', reason: 'expired' });
  });
});

describe('trust', () => {
  const SCOPED = { registryScopes: ['registry.example/team/app'] };

  it('is a matter of the policy for exactly the repository', async () => {
    const by = trusting({ 'ca:acme': [root] }, SCOPED);
    expect(await judging(jws({ chain }), by, 'registry.example/team/app')).toMatchObject({ verdict: 'verified' });
    for (const repository of [
      'registry.example/team/app2',
      'registry.example/team',
      'registry.example/team/app/x',
      undefined,
    ]) {
      expect(await judging(jws({ chain }), by, repository)).toMatchObject({
        verdict: 'unchecked',
        reason: 'untrusted',
      });
    }
  });

  it('takes the policy of the repository before the one of all', async () => {
    const policy = (name: string, registryScopes: string[], store: string) => ({
      ...{ name, registryScopes, trustStores: [store], trustedIdentities: ['*'] },
      signatureVerification: { level: 'strict' },
    });
    const by = trustNotation({
      policy: {
        version: '1.0',
        trustPolicies: [policy('all', ['*'], 'ca:acme'), policy('app', ['registry.example/team/app'], 'ca:other')],
      },
      stores: { 'ca:acme': [root.raw], 'ca:other': [authority().raw] },
    });
    // Who may choose how the registry is written does not choose the policy.
    for (const registry of ['registry.example', 'REGISTRY.example', 'registry.example:443', 'registry.example.'])
      expect(await judging(jws({ chain }), by, `${registry}/team/app`)).toMatchObject({ verdict: 'unchecked' });
    expect(await judging(jws({ chain }), by, 'registry.example/team/other')).toMatchObject({ verdict: 'verified' });
  });

  it.each([
    ['x509.subject: C=US, ST=WA, O=acme', 'verified'],
    ['x509.subject: CN=signer,O=acme,ST=WA,C=US', 'verified'],
    ['x509.subject: C=US, ST=WA, O=acme, CN=other', 'unchecked'],
    ['x509.subject: C=US, ST=WA, O=acme, OU=signer', 'unchecked'],
    ['x509.subject: C=US, ST=WA, O=Acme', 'unchecked'],
    ['x509.subject: C=US, ST=WA, O=acm', 'unchecked'],
  ])('in the identity %s: %s', async (identity, verdict) => {
    const by = trusting({ 'ca:acme': [root] }, { trustedIdentities: [identity] });
    expect(await judging(jws({ chain }), by)).toMatchObject({ verdict });
  });

  it.each([
    [
      'two organizations',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'acme'],
        ['O', 'other'],
      ],
    ],
    [
      'no state',
      [
        ['C', 'US'],
        ['O', 'acme'],
      ],
    ],
    [
      'an organization with a comma',
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'other,O=acme'],
      ],
    ],
  ] as const)('in an identity does not fit a signer with %s', async (_name, subject) => {
    const by = trusting({ 'ca:acme': [root] }, { trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'] });
    const signed = jws({ chain: [issue({ issuer: root, subject }), root] });
    expect(await judging(signed, by)).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });

  it('in an authority between signer and root is enough', async () => {
    const middle = issue({ issuer: root, ca: true, subject: [['CN', 'middle']] });
    const signed = jws({ chain: [issue({ issuer: middle }), middle, root] });
    expect(await judging(signed, trusting({ 'ca:acme': [middle] }))).toMatchObject({ verdict: 'verified' });
    expect(await judging(signed)).toMatchObject({ verdict: 'verified' });
  });

  it('in a signer that signed its own certificate', async () => {
    const own = issue();
    expect(await judging(jws({ chain: [own] }), trusting({ 'ca:acme': [own] }))).toMatchObject({ verdict: 'verified' });
    expect(await judging(jws({ chain: [own] }))).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });

  it('in one of several is enough, and each that fits is named', async () => {
    const others = trusting({ 'ca:acme': [authority()] });
    const again = trusting({ 'ca:again': [root] });
    const judgement = await judge(jws({ chain }), { digest: IMAGE }, { trust: [others, trust, again] });
    expect(judgement.proofs.map((proof) => proof.trust)).toEqual([trust, again]);
  });

  it('is needed', async () => {
    expect(await judge(jws({ chain }), { digest: IMAGE }, { trust: [] })).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
    });
  });

  it('knows an override of the level', async () => {
    const override = { signatureVerification: { level: 'strict', override: { expiry: 'log', revocation: 'skip' } } };
    const by = trusting({ 'ca:acme': [root] }, override);
    const late = { trust: [by], now: inHours(1) };
    const signed = jws({ chain, attributes: { [EXPIRY]: inHours(0.5) } });
    expect(await judge(signed, { digest: IMAGE }, late)).toMatchObject({ verdict: 'verified' });
    expect(await judge(signed, { digest: IMAGE }, { ...late, now: inHours(48) })).toMatchObject({ verdict: 'wrong' });
  });
});
