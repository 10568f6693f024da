import { beforeAll, describe, expect, it } from 'vitest';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import { byIdentity, CONTENT, expectRefused, judgeDocument, type Pair } from '../support/bundles.js';
import { ecPair, IDENTITY, ISSUER, type Json, makeSigstore, type Sigstore } from '../support/sigstore.js';

let sigstore: Sigstore;
/** Two signatures of the same, by two keys: parts of one are put into the other. */
let bytes: Pair;
beforeAll(async () => {
  sigstore = await makeSigstore();
  bytes = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signBytes(CONTENT, { timestamp: true }),
  ];
});

describe('a signer', () => {
  const trusted = (options: object) => ({
    trust: [trustIdentity({ issuer: ISSUER, trustedRoot: sigstore.root(), ...options })],
  });
  it.each([
    [
      'another identity',
      { identity: 'https://github.com/evil/app' },
      /github\.com\/acme.* signed, wanted "https:\/\/github.com\/evil/,
    ],
    ['the beginning of the identity', { identity: IDENTITY.slice(0, -1) }, /wanted/],
    ['the identity in another case', { identity: IDENTITY.toUpperCase() }, /wanted/],
    ['an identity with a dot for any character', { identity: IDENTITY.replace('acme', 'a.me') }, /wanted/],
    [
      'an expression that matches the beginning',
      { identityRegexp: 'https://github\\.com/acme/' },
      /all of it to match/,
    ],
    ['an expression that matches the middle', { identityRegexp: 'acme' }, /all of it to match/],
    ['one of two expressions, unanchored', { identityRegexp: 'https://github|nobody' }, /all of it to match/],
    ['an expression that takes ages', { identityRegexp: '(([^!]+)+)+!' }, /takes too long/],
    ['another issuer', { identity: IDENTITY, issuer: 'https://accounts.example' }, /has logged in at/],
    ['an issuer with more behind it', { identity: IDENTITY, issuer: `${ISSUER}/` }, /has logged in at/],
    [
      'an expression for the issuer that matches a part',
      { identity: IDENTITY, issuer: undefined, issuerRegexp: 'token' },
      /has logged in at/,
    ],
  ])('%s', async (_name, options, message) => {
    const judgement = await judgeDocument(bytes[0], trusted(options));
    expect(judgement).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      message: expect.stringMatching(message),
      signer: { type: 'identity', identity: IDENTITY },
    });
  });

  it('whose name loses bits in ASCII', async () => {
    const bundle = await sigstore.signBytes(CONTENT, { identity: IDENTITY.replace('acme', '\u00e1cme') });
    await expectRefused(sigstore, bundle, 'wrong', 'certificate', /not ASCII/);
  });

  it('with two issuers', async () => {
    const extensions = [{ oid: '1.3.6.1.4.1.57264.1.8', value: 'https://other.example' }];
    await expectRefused(sigstore, await sigstore.signBytes(CONTENT, { extensions }), 'wrong', 'certificate', /twice/);
  });

  it('with an old and a new issuer: the new one counts', async () => {
    const extensions = [{ oid: '1.3.6.1.4.1.57264.1.1', value: ISSUER, legacy: true }];
    const issuer = 'https://other.example';
    await expectRefused(
      sigstore,
      await sigstore.signBytes(CONTENT, { extensions, issuer }),
      'unchecked',
      'untrusted',
      /other\.example/,
    );
  });
});

describe('an instance', () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const judged = (instance: Sigstore, bundle: Json, change?: (root: Json) => void) =>
    judgeDocument(bundle, byIdentity(instance.root(change)));

  it('another one', async () => {
    const other = await makeSigstore();
    expect(await judged(other, bytes[0])).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      message: expect.stringContaining('no authority'),
    });
  });

  it('another log key under the same name', async () => {
    const other = (await makeSigstore()).rootDocument();
    const judgement = await judged(sigstore, bytes[0], (root) => {
      root.tlogs[0].publicKey.rawBytes = other.tlogs[0].publicKey.rawBytes;
    });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'log' });
  });

  it('another log of certificates', async () => {
    const other = (await makeSigstore()).rootDocument();
    const unknown = await judged(sigstore, bytes[0], (root) => {
      root.ctlogs = other.ctlogs;
    });
    expect(unknown).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      message: expect.stringContaining('log of certificates that the trusted root does not know'),
    });
    const swapped = await judged(sigstore, bytes[0], (root) => {
      root.ctlogs[0].publicKey.rawBytes = other.ctlogs[0].publicKey.rawBytes;
    });
    expect(swapped).toMatchObject({ verdict: 'wrong', reason: 'certificate', message: expect.stringContaining('SCT') });
  });

  it('a log of certificates out of its time', async () => {
    const judgement = await judged(sigstore, bytes[0], (root) => {
      root.ctlogs[0].publicKey.validFor.end = '2021-01-01T00:00:00Z';
    });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'certificate' });
  });

  it('a certificate that is in no log', async () => {
    const silent = await makeSigstore({ hasCertificateLog: false });
    expect(await judged(silent, await silent.signBytes(CONTENT))).toMatchObject({
      verdict: 'wrong',
      reason: 'certificate',
      message: expect.stringContaining('SCT'),
    });
  });

  it('an unknown timestamp authority', async () => {
    const judgement = await judged(sigstore, bytes[0], (root) => {
      root.timestampAuthorities = [];
    });
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });

  it('a timestamp authority out of its time', async () => {
    const judgement = await judged(sigstore, bytes[0], (root) => {
      root.timestampAuthorities[0].validFor.end = '2021-01-01T00:00:00Z';
    });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'timestamp' });
  });

  it('an authority out of its time', async () => {
    const judgement = await judged(sigstore, bytes[0], (root) => {
      root.certificateAuthorities[0].validFor.end = '2021-01-01T00:00:00Z';
    });
    expect(judgement).toMatchObject({
      verdict: 'wrong',
      reason: 'expired',
      message: expect.stringContaining('authority'),
    });
  });

  it.each(['v1', 'v2'] as const)('a log key out of its time (%s)', async (log) => {
    const bundle = await sigstore.signBytes(CONTENT, { log, timestamp: true });
    const judgement = await judged(sigstore, bundle, (root) => {
      root.tlogs[0].publicKey.validFor.end = '2021-01-01T00:00:00Z';
    });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'log' });
  });

  it.each([
    ['a certificate that was out of date', { fulcio: minutes(-30) }, {}],
    ['a certificate that was not valid yet', { fulcio: minutes(30) }, {}],
    ['a log with another clock', { rekor: minutes(24 * 60) }, {}],
    ['a timestamp authority with another clock', { timestamps: minutes(24 * 60) }, { timestamp: true }],
  ])('%s', async (_name, clocks, options) => {
    const odd = await makeSigstore(clocks);
    const judgement = await judged(odd, await odd.signBytes(CONTENT, options));
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'expired' });
    expect(judgement.message).toMatch(
      /valid from \S+Z until \S+Z, and its signature (was logged|has a timestamp) at \S+Z$/,
    );
  });

  it('an authority of the same name with another key', async () => {
    const other = await makeSigstore();
    const bundle = await other.signBytes(CONTENT, { signer: ecPair() });
    const judgement = await judgeDocument(bundle, {
      trust: [trustIdentity({ identity: IDENTITY, issuer: ISSUER, trustedRoot: sigstore.root() })],
    });
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });
});
