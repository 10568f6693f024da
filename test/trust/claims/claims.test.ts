import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { initializeCA, initializeTSA } from '@sigstore/mock';
import { encode, Tagged } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { Annotations } from '../../../src/oci/values/annotations.js';
import { claimsOf } from '../../../src/trust/claims/claims.js';
import type { SignedForm } from '../../../src/trust/values/signed.js';
import { makeAuthority } from '../../support/certificates.js';

const IDENTITY = 'https://github.com/acme/app/.github/workflows/build.yml@refs/heads/main';
const ISSUER = 'https://token.actions.example';
const MADE = { signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER } };

function claims(form: SignedForm, content: object | Uint8Array, annotations: Annotations = {}) {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  return claimsOf({ form, mediaType: 'application/x', content: bytes, annotations });
}

/** A certificate as Fulcio issues them, DER. */
async function fulcioCertificate(issuer = { oid: '1.3.6.1.4.1.57264.1.8', legacy: false }): Promise<Buffer> {
  const ca = await initializeCA(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return ca.issueCertificate({
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    subjectAltName: IDENTITY,
    extensions: [{ ...issuer, value: ISSUER }],
  });
}

async function timestamp(): Promise<{ readonly base64: string; readonly time: string }> {
  const clock = new Date('2026-05-04T03:02:01Z');
  const tsa = await initializeTSA(generateKeyPairSync('ec', { namedCurve: 'P-256' }), clock);
  const response = await tsa.timestamp({
    artifactHash: createHash('sha256').update('x').digest(),
    hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
    nonce: 1,
    policyOID: '1.3.6.1.4.1.57264.2',
  });
  return { base64: response.toString('base64'), time: '2026-05-04T03:02:01Z' };
}

const entry = { integratedTime: '1766077479', logIndex: '771488337' };
const LOGGED = { times: [{ time: '2025-12-18T17:04:39Z', from: 'log' }], logIndex: '771488337' };

describe('claims of a Sigstore bundle', () => {
  it.each(['certificate', 'chain'])('are those of its certificate (%s) and its entry in the log', async (where) => {
    const rawBytes = (await fulcioCertificate()).toString('base64');
    const material =
      where === 'certificate'
        ? { certificate: { rawBytes } }
        : { x509CertificateChain: { certificates: [{ rawBytes }] } };
    const bundle = { verificationMaterial: { ...material, tlogEntries: [entry] } };
    expect(claims('bundle', bundle)).toEqual({ ...MADE, ...LOGGED });
  });

  it('are those of its timestamp, where the log has no time', async () => {
    const { base64, time } = await timestamp();
    const verificationMaterial = {
      publicKey: { hint: Buffer.alloc(32, 7).toString('base64') },
      tlogEntries: [{ logIndex: '9' }],
      timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64 }] },
    };
    expect(claims('bundle', { verificationMaterial })).toEqual({
      signer: { type: 'key', fingerprint: '07'.repeat(32) },
      times: [{ time, from: 'timestamp' }],
      logIndex: '9',
    });
  });

  it('name a hint that is not the digest of a key as it is', () => {
    expect(claims('bundle', { verificationMaterial: { publicKey: { hint: 'release' } } })).toEqual({
      signer: { type: 'hint', hint: 'release' },
    });
  });
});

describe("claims of cosign's forms", () => {
  it('are those of the annotations, with the issuer as old certificates have it', async () => {
    const der = await fulcioCertificate({ oid: '1.3.6.1.4.1.57264.1.1', legacy: true });
    const annotations = {
      'dev.sigstore.cosign/certificate': new X509Certificate(der).toString(),
      'dev.sigstore.cosign/bundle': JSON.stringify({ Payload: { integratedTime: 1766077479, logIndex: 771488337 } }),
    };
    expect(claims('cosign', new Uint8Array(), annotations)).toEqual({ ...MADE, ...LOGGED });
    expect(claims('dsse', { signatures: [{ keyid: 'a'.repeat(64) }] }, annotations)).toEqual({ ...MADE, ...LOGGED });
  });

  it('are the key that an envelope names, and the timestamp beside it', async () => {
    const { base64, time } = await timestamp();
    const annotations = {
      'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({ SignedRFC3161Timestamp: base64 }),
    };
    expect(claims('dsse', { signatures: [{ keyid: 'ab'.repeat(32) }] }, annotations)).toEqual({
      signer: { type: 'key', fingerprint: 'ab'.repeat(32) },
      times: [{ time, from: 'timestamp' }],
    });
  });
});

describe("claims of Notary Project's envelopes", () => {
  const signer = { type: 'certificate', subject: 'CN=acme releases' };
  async function chain() {
    const { cert } = await (await makeAuthority()).client('acme releases');
    return new X509Certificate(cert).raw;
  }

  it('are those of JWS', async () => {
    const attributes = { 'io.cncf.notary.signingTime': '2026-01-02T03:04:05+01:00' };
    const envelope = {
      protected: Buffer.from(JSON.stringify(attributes)).toString('base64url'),
      header: { x5c: [(await chain()).toString('base64')] },
    };
    expect(claims('notation', envelope)).toEqual({ signer, times: [{ time: '2026-01-02T02:04:05Z', from: 'signer' }] });
  });

  it('are those of COSE', async () => {
    const name = 'io.cncf.notary.signingTime';
    const time = new Tagged(1, 1767323045);
    const attributes = encode(new Map([[name, time]]));
    const message = [attributes, new Map([[33, [await chain()]]]), new Uint8Array(), new Uint8Array()];
    const content = encode(new Tagged(18, message));
    expect(claims('notation', content)).toEqual({ signer, times: [{ time: '2026-01-02T03:04:05Z', from: 'signer' }] });
  });
});

describe('odd content', () => {
  const odd = [null, [], 'x', 7, { verificationMaterial: null }, { verificationMaterial: { tlogEntries: [null] } }];
  const odder = [
    { verificationMaterial: { certificate: { rawBytes: 'AAAA' }, tlogEntries: [{ integratedTime: 1e300 }] } },
    { verificationMaterial: { publicKey: { hint: '' }, tlogEntries: {} } },
    { signatures: [[]] },
    { protected: '!', header: { x5c: [7] } },
    { protected: Buffer.from('{"io.cncf.notary.signingTime":"soon"}').toString('base64url'), header: [] },
  ];
  const contents = [...odd, ...odder].map((value) => Buffer.from(JSON.stringify(value)));
  const bytes = [[], [0xd2], [0xd2, 0x84, 0x40], [0xff, 0xfe], [0x84, 0xa0, 0xa0, 0x40, 0x40]];

  it.each(['cosign', 'dsse', 'bundle', 'notation'] as const)('gives no claim, and no error: %s', (form) => {
    const annotations = {
      'dev.sigstore.cosign/certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'dev.sigstore.cosign/bundle': '{"Payload":7}',
      'dev.sigstore.cosign/rfc3161timestamp': '{"SignedRFC3161Timestamp":"AAAA"}',
    };
    for (const content of [...contents, ...bytes.map((some) => Buffer.from(some))])
      expect(claims(form, content, annotations), content.toString()).toBeUndefined();
  });
});
