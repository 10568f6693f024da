import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import {
  byIdentity,
  CONTENT,
  judgeDocument,
  OTHER,
  PREDICATE,
  SIGNED,
  STATEMENT,
  statementOf,
} from '../support/bundles.js';
import { ecPair, IDENTITY, ISSUER, makeSigstore, pem, type SignOptions, type Sigstore } from '../support/sigstore.js';

let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await makeSigstore();
});

const make = (form: 'bytes' | 'statement', options: SignOptions) =>
  form === 'bytes' ? sigstore.signBytes(CONTENT, options) : sigstore.signStatement(STATEMENT, options);

describe('a good bundle', () => {
  const logs = [
    ['Rekor v1', { log: 'v1' }, ['log']],
    ['Rekor v1 and a timestamp', { log: 'v1', timestamp: true }, ['log', 'timestamp']],
    ['Rekor v2 and a timestamp', { log: 'v2', timestamp: true }, ['timestamp']],
  ] as const;
  const rows = (['bytes', 'statement'] as const).flatMap((form) => logs.map((log) => [form, ...log] as const));

  it.each(rows)('of a %s, by an identity, with %s', async (form, _log, options, times) => {
    const judgement = await judgeDocument(await make(form, options), byIdentity(sigstore.root()));
    expect(judgement).toMatchObject({
      verdict: 'verified',
      signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER },
      claims: { subjects: [SIGNED.digest] },
    });
    expect(judgement.claims?.predicateType).toBe(form === 'bytes' ? undefined : PREDICATE);
    expect(judgement.proofs[0]?.times.map(({ from }) => from).toSorted()).toEqual(times);
  });

  it.each(rows)('of a %s, by a key, with %s', async (form, _log, options, times) => {
    const key = ecPair();
    const trust = [trustKey(pem(key.publicKey))];
    const judgement = await judgeDocument(await make(form, { ...options, key }), {
      trust,
      requireLog: true,
      trustedRoot: sigstore.root(),
    });
    expect(judgement).toMatchObject({ verdict: 'verified', proofs: [{ trust: trust[0], signer: { type: 'key' } }] });
    expect(judgement.proofs[0]?.times.map(({ from }) => from).toSorted()).toEqual(times);
  });

  it.each(['0.1', '0.2', '0.3'])('of version %s, in its old media type', async (version) => {
    const bundle = await make('bytes', {});
    bundle.mediaType = `application/vnd.dev.sigstore.bundle+json;version=${version}`;
    const { verificationMaterial: material } = bundle;
    if (version !== '0.3') {
      // A root beside the leaf is superfluous, and not used.
      const { certificates } = sigstore.rootDocument().certificateAuthorities[0].certChain;
      material.x509CertificateChain = { certificates: [material.certificate, ...certificates] };
      delete material.certificate;
    }
    if (version === '0.1') delete material.tlogEntries[0].inclusionProof;
    expect(await judgeDocument(bundle, byIdentity(sigstore.root()))).toMatchObject({ verdict: 'verified' });
  });

  it('tells the time and the index of the log', async () => {
    const bundle = await make('bytes', {});
    const { proofs } = await judgeDocument(bundle, byIdentity(sigstore.root()));
    const [{ logIndex, integratedTime }] = bundle.verificationMaterial.tlogEntries;
    const time = new Date(Number(integratedTime) * 1000).toISOString().replace('.000', '');
    expect(proofs[0]?.times).toEqual([{ time, from: 'log', logIndex }]);
  });

  it('is proven by each trust that made it, and spoiled by none of the others', async () => {
    const other = await makeSigstore();
    const trusts = [
      trustIdentity({ identity: IDENTITY, issuer: ISSUER, trustedRoot: other.root(), name: 'other root' }),
      trustIdentity({ identityRegexp: 'https://github\\.com/acme/.*', issuer: ISSUER, trustedRoot: sigstore.root() }),
      trustKey(pem(ecPair().publicKey)),
      trustIdentity({ identity: IDENTITY, issuerRegexp: 'https://token\\..*', trustedRoot: sigstore.root() }),
    ];
    const judgement = await judgeDocument(await make('statement', {}), { trust: trusts });
    expect(judgement.proofs.map(({ trust }) => trust)).toEqual([trusts[1], trusts[3]]);
  });

  it('of a file may name it by another of its digests', async () => {
    const value = createHash('sha512').update(CONTENT).digest('hex');
    const bundle = await sigstore.signStatement(statementOf({ sha512: value }));
    const options = byIdentity(sigstore.root());
    expect(await judgeDocument(bundle, options)).toMatchObject({ verdict: 'wrong', reason: 'subject' });
    const target = { ...SIGNED, alsoKnownAs: [parseDigest(`sha512:${value}`)] };
    expect(await judgeDocument(bundle, options, target)).toMatchObject({ verdict: 'verified' });
  });

  it('may have several subjects', async () => {
    const [, mine = ''] = SIGNED.digest.split(':');
    const [, other = ''] = OTHER.split(':');
    const bundle = await sigstore.signStatement(statementOf({ sha256: other }, { sha256: mine }));
    expect(await judgeDocument(bundle, byIdentity(sigstore.root()))).toMatchObject({
      verdict: 'verified',
      claims: { subjects: [OTHER, SIGNED.digest] },
    });
  });
});

describe('a bundle by a key', () => {
  const key = ecPair();
  const trust = [trustKey(pem(key.publicKey))];

  it('needs no log, and passes over entries and timestamps of unknown ones', async () => {
    const trustedRoot = sigstore.root((root) => {
      root.tlogs = [];
      root.timestampAuthorities = [];
    });
    const bundle = await make('bytes', { key, timestamp: true });
    expect(await judgeDocument(bundle, { trust, trustedRoot })).toMatchObject({
      verdict: 'verified',
      proofs: [{ times: [] }],
    });
    expect(await judgeDocument(await make('bytes', { key, log: 'none' }), { trust })).toMatchObject({
      verdict: 'verified',
    });
  });

  it('needs no entry of a kind that this version compares, unless with requireLog', async () => {
    const bundle = await make('bytes', { key });
    bundle.verificationMaterial.tlogEntries[0].kindVersion.kind = 'helm';
    const options = { trust, trustedRoot: sigstore.root() };
    expect(await judgeDocument(bundle, options)).toMatchObject({ verdict: 'verified', proofs: [{ times: [] }] });
    expect(await judgeDocument(bundle, { ...options, requireLog: true })).toMatchObject({
      verdict: 'unchecked',
      reason: 'unsupported',
    });
  });

  it('needs an entry of a known log with requireLog', async () => {
    const trustedRoot = sigstore.root();
    const options = { trust, trustedRoot, requireLog: true };
    expect(await judgeDocument(await make('bytes', { key, log: 'none' }), options)).toMatchObject({
      verdict: 'wrong',
      reason: 'log',
    });
    const other = { ...options, trustedRoot: (await makeSigstore()).root() };
    expect(await judgeDocument(await make('bytes', { key }), other)).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
    });
  });

  it('is wrong with an altered entry of a known log, or the entry of another signature', async () => {
    const options = { trust, trustedRoot: sigstore.root() };
    const altered = await make('bytes', { key });
    altered.verificationMaterial.tlogEntries[0].integratedTime = '1700000000';
    expect(await judgeDocument(altered, options)).toMatchObject({ verdict: 'wrong', reason: 'log' });
    const swapped = await make('bytes', { key });
    swapped.verificationMaterial.tlogEntries = (await make('bytes', { key })).verificationMaterial.tlogEntries;
    expect(await judgeDocument(swapped, options)).toMatchObject({ verdict: 'wrong', reason: 'log' });
  });

  it('of another key is unchecked, and says whose it claims to be', async () => {
    const bundle = await make('statement', { key: ecPair() });
    const judgement = await judgeDocument(bundle, { trust });
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted', signer: { type: 'key' } });
    expect(judgement.signer).not.toMatchObject({ fingerprint: trust[0]?.fingerprint });
  });

  it('that names a trusted key which did not make it is wrong', async () => {
    const bundle = await make('statement', { key: ecPair() });
    for (const hint of [
      trust[0]?.fingerprint ?? '',
      Buffer.from(trust[0]?.fingerprint ?? '', 'hex').toString('base64'),
    ]) {
      bundle.verificationMaterial.publicKey.hint = hint;
      const judgement = await judgeDocument(bundle, { trust });
      expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'signature', ofTrust: true });
    }
  });

  it('is verified whatever it is named', async () => {
    const bundle = await make('statement', { key });
    bundle.verificationMaterial.publicKey = { hint: 'somebody else' };
    expect(await judgeDocument(bundle, { trust, trustedRoot: sigstore.root() })).toMatchObject({ verdict: 'verified' });
  });

  it('is unchecked by an identity', async () => {
    expect(await judgeDocument(await make('bytes', { key }), byIdentity(sigstore.root()))).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
    });
  });
});

describe('a bundle by a certificate, and trust in keys only', () => {
  const trust = [trustKey(pem(ecPair().publicKey))];

  it('is unchecked, and says who claims to have signed', async () => {
    const judgement = await judgeDocument(await make('bytes', {}), { trust });
    expect(judgement).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER },
    });
  });

  it('is wrong where it names another subject', async () => {
    const bundle = await sigstore.signStatement(statementOf({ sha256: OTHER.slice(7) }));
    const judgement = await judgeDocument(bundle, { trust });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'subject' });
    expect(judgement.message).toContain(OTHER);
    expect(judgement.message).toContain(SIGNED.digest);
  });

  it('is verified by the key of the certificate itself', async () => {
    const signer = ecPair();
    const options = { trust: [trustKey(pem(signer.publicKey))], trustedRoot: sigstore.root() };
    expect(await judgeDocument(await make('bytes', { signer }), options)).toMatchObject({ verdict: 'verified' });
  });
});
