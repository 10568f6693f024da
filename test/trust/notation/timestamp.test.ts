import { describe, expect, it } from 'vitest';
import { authority, CODE_SIGNING, type Issued, issue, TIME_STAMPING } from './support/certificates.js';
import { cose, jws } from './support/envelopes.js';
import { inHours, judging, trusting } from './support/judging.js';
import { makeTsa, type StampOptions, stamp, type Tsa } from './support/timestamps.js';

/** The signer's certificates are out of their time, and were in it when the timestamp was made. */
const past = { from: inHours(-50), to: inHours(-30) };
const root = authority(past);
const chain = [issue({ issuer: root, ...past }), root];
const SIGNED = { 'io.cncf.notary.signingTime': inHours(-41) };
const MADE = inHours(-40);

const tsa = makeTsa({ from: inHours(-60) }, { from: inHours(-60) });
const trust = trusting({ 'ca:acme': [root], 'tsa:times': [tsa.root] });

function stamped(by: Tsa, options: StampOptions = {}, make = jws) {
  return make({ chain, attributes: SIGNED, stamp: (bytes) => stamp(by, bytes, { time: MADE, ...options }) });
}

const EARLY = { from: inHours(-60) };

describe('a timestamp', () => {
  it.each([
    ['JWS', jws],
    ['COSE', cose],
  ])('keeps a signature verified after the time of its certificates, in %s', async (_form, make) => {
    expect(await judging(stamped(tsa, {}, make), trust)).toMatchObject({
      verdict: 'verified',
      proofs: [{ times: [{ from: 'signer' }, { from: 'timestamp', time: MADE.toISOString().replace(/\.\d+Z/, 'Z') }] }],
    });
  });

  it('may be signed with an RSA key', async () => {
    const rsa = makeTsa({ ...EARLY, key: 'RSA-2048' }, { ...EARLY, key: 'RSA-2048' });
    const by = trusting({ 'ca:acme': [root], 'tsa:times': [rsa.root] });
    expect(await judging(stamped(rsa), by)).toMatchObject({ verdict: 'verified' });
  });

  it('is not looked at where the policy has no trust store for it', async () => {
    const by = trusting({ 'ca:acme': [root] });
    expect(await judging(stamped(tsa), by)).toMatchObject({
      verdict: 'wrong',
      reason: 'expired',
      message: expect.stringContaining('the time of verification is'),
    });
  });

  it('must be there where the policy has a trust store for it', async () => {
    expect(await judging(jws({ chain, attributes: SIGNED }), trust)).toMatchObject({
      verdict: 'wrong',
      reason: 'timestamp',
      message: 'envelope has no timestamp, which policy "all" wants',
    });
  });

  it('is only wanted after the time of the certificates where the policy says so', async () => {
    const now = authority();
    const fresh = jws({ chain: [issue({ issuer: now }), now] });
    const stores = { 'ca:acme': [now, root], 'tsa:times': [tsa.root] };
    const later = { signatureVerification: { level: 'strict', verifyTimestamp: 'afterCertExpiry' } };
    expect(await judging(fresh, trusting(stores, later))).toMatchObject({ verdict: 'verified' });
    expect(await judging(fresh, trusting(stores))).toMatchObject({ verdict: 'wrong', reason: 'timestamp' });
    expect(await judging(jws({ chain }), trusting(stores, later))).toMatchObject({
      verdict: 'wrong',
      reason: 'timestamp',
    });
    expect(await judging(stamped(tsa), trusting(stores, later))).toMatchObject({ verdict: 'verified' });
  });

  it('of another authority is unchecked', async () => {
    expect(await judging(stamped(makeTsa(EARLY, EARLY)), trust)).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      message: expect.stringContaining('CN=timestamps'),
    });
  });

  it('is a remark with the level permissive', async () => {
    const lenient = { signatureVerification: { level: 'permissive' } };
    const by = trusting({ 'ca:acme': [root], 'tsa:times': [tsa.root] }, lenient);
    expect(await judging(jws({ chain, attributes: SIGNED }), by)).toMatchObject({
      verdict: 'verified',
      remarks: ['envelope has no timestamp, which policy "all" wants; policy "all" accepts that'],
    });
  });

  const other = issue({ issuer: tsa.root, ...EARLY });
  it.each<[string, StampOptions]>([
    ['of another signature', { over: Buffer.from('other') }],
    ['with another content than was signed', { signedContent: Buffer.from('other') }],
    ['that names another certificate', { named: other, certificates: [tsa.signer, other, tsa.root] }],
    ['without the certificate of its signer', { certificates: [tsa.root] }],
    ['that was signed for other content', { contentType: '1.2.840.113549.1.7.1' }],
    ['with a hash of SHA-1', { hash: '1.3.14.3.2.26' }],
    [
      'with attributes that are changed',
      { change: (all) => Buffer.concat([all.subarray(0, -1), Buffer.from([(all.at(-1) ?? 0) ^ 1])]) },
    ],
    ['before the signing time', { time: inHours(-42) }],
    ['that may be before the signing time', { time: inHours(-41), accuracy: 60 }],
    ['with more certificates than are read', { certificates: Array.from({ length: 21 }, () => tsa.signer) }],
  ])('%s is wrong', async (_name, options) => {
    expect(await judging(stamped(tsa, options), trust)).toMatchObject({
      verdict: 'wrong',
      reason: 'timestamp',
      proofs: [],
    });
  });

  it.each<[string, StampOptions]>([
    ['after', { time: inHours(-29) }],
    ['maybe after', { time: new Date(inHours(-30).getTime() - 60_000), accuracy: 120 }],
  ])('%s the time of the certificates is wrong', async (_name, options) => {
    expect(await judging(stamped(tsa, options), trust)).toMatchObject({
      verdict: 'wrong',
      reason: 'expired',
      message: expect.stringContaining('the time of the timestamp is'),
    });
  });

  it.each<[string, Tsa]>([
    ['for code', makeTsa({ ...EARLY, purposes: [CODE_SIGNING] }, EARLY)],
    ['for timestamps and code', makeTsa({ ...EARLY, purposes: [TIME_STAMPING, CODE_SIGNING] }, EARLY)],
    ['for timestamps, which is not critical', makeTsa({ ...EARLY, isPurposeCritical: false }, EARLY)],
    ['without a purpose', makeTsa({ ...EARLY, purposes: [] }, EARLY)],
    ['below an authority for code', makeTsa(EARLY, { ...EARLY, purposes: [CODE_SIGNING] })],
    ['below an authority that may not issue certificates', makeTsa(EARLY, { ...EARLY, usage: '80' })],
  ])('by a certificate %s is wrong', async (_name, made) => {
    const by = trusting({ 'ca:acme': [root], 'tsa:times': [made.root] });
    expect(await judging(stamped(made), by)).toMatchObject({ verdict: 'wrong', reason: 'certificate' });
  });

  it('out of the time of its own certificate is wrong', async () => {
    const late = makeTsa({ from: inHours(-10) }, EARLY);
    const by = trusting({ 'ca:acme': [root], 'tsa:times': [late.root] });
    expect(await judging(stamped(late), by)).toMatchObject({ verdict: 'wrong', reason: 'expired' });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.from([0])],
    ['cut', stamp(tsa, Buffer.from('x')).subarray(0, 400)],
    ['followed by more', Buffer.concat([stamp(tsa, Buffer.from('x')), Buffer.from([0])])],
    ['another document', Buffer.from('3003020100', 'hex')],
    ['nested deeply', Buffer.from('3080'.repeat(500), 'hex')],
  ])('that is %s is wrong', async (_name, bytes) => {
    expect(await judging(jws({ chain, attributes: SIGNED, stamp: () => bytes }), trust)).toMatchObject({
      verdict: 'wrong',
      reason: 'timestamp',
    });
  });

  it('leads through certificates of its own to a trusted authority', async () => {
    const top = authority(EARLY);
    const middle: Issued = issue({ issuer: top, ca: true, subject: [['CN', 'middle']], ...EARLY });
    const signer = issue({ issuer: middle, purposes: [TIME_STAMPING], isPurposeCritical: true, ...EARLY });
    const by = trusting({ 'ca:acme': [root], 'tsa:times': [top] });
    const long = { root: middle, signer };
    expect(await judging(stamped(long), by)).toMatchObject({ verdict: 'verified' });
    expect(await judging(stamped(long, { certificates: [signer] }), by)).toMatchObject({ verdict: 'unchecked' });
  });
});
