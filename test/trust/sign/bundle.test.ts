import { createHash } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { isSignedAlready, signBundle } from '../../../src/trust/sign/bundle.js';
import { readSigningKey } from '../../../src/trust/sign/read-signing-key.js';
import { signBytes } from '../../../src/trust/sign/signing-key.js';
import { attestationStatement, signatureStatement } from '../../../src/trust/sign/statement.js';
import { newKey } from '../../support/signing-keys.js';

const SUBJECT = digestOf(Buffer.from('image'));
const HEX = SUBJECT.slice('sha256:'.length);
const TYPE = 'https://acme.example/v1';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const pair = newKey('Ed25519');
const key = await readSigningKey(pair.privateKey);

describe('a statement', () => {
  it("is member by member the one of cosign's signatures", () => {
    const { payload, predicateType } = signatureStatement(SUBJECT);
    expect(predicateType).toBe('https://sigstore.dev/cosign/sign/v1');
    expect(Buffer.from(payload).toString()).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${HEX}"},"annotations":{}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
    );
  });

  it('holds a predicate byte for byte', () => {
    const predicate = '{ "n": 12345678901234567890, "x": 1.50 }';
    const { payload } = attestationStatement(SUBJECT, TYPE, predicate);
    expect(Buffer.from(payload).toString()).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${HEX}"}}],"predicateType":"${TYPE}","predicate":${predicate}}`,
    );
  });
});

describe('a bundle', () => {
  it('is the same for the same statement and a key that signs without chance', () => {
    const statement = signatureStatement(SUBJECT);
    const bundle = signBundle(key, statement);
    expect(bundle).toEqual(signBundle(key, statement));
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    expect(JSON.parse(bundle.toString())).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: createHash('sha256').update(spki).digest('base64') } },
      dsseEnvelope: {
        payload: Buffer.from(statement.payload).toString('base64'),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: expect.any(String) }],
      },
    });
  });
});

/** A bundle of any payload, rightly signed. */
function signed(payload: string, { type = PAYLOAD_TYPE, signatures = 1 } = {}): Buffer {
  const sig = signBytes(key, dsse.preAuthEncoding(type, Buffer.from(payload))).toString('base64');
  const dsseEnvelope = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType: type,
    signatures: Array.from({ length: signatures }, () => ({ sig })),
  };
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  return Buffer.from(JSON.stringify({ mediaType, verificationMaterial: { publicKey: {} }, dsseEnvelope }));
}

describe('what is signed already', () => {
  const statement = signatureStatement(SUBJECT);
  const text = Buffer.from(statement.payload).toString();

  it('is told by this key and the same statement', async () => {
    const bundle = signBundle(key, statement);
    expect(isSignedAlready(bundle, key, statement)).toBe(true);
    expect(isSignedAlready(bundle, await readSigningKey(newKey().privateKey), statement)).toBe(false);
    expect(isSignedAlready(bundle, key, signatureStatement(digestOf(Buffer.from('other'))))).toBe(false);
  });

  it('may have the white space that Go writes by chance, where cosign signed', () => {
    expect(isSignedAlready(signed(text.replaceAll(',', ', ')), key, statement)).toBe(true);
  });

  it('is not an attestation whose numbers are alike in JavaScript alone', () => {
    const one = attestationStatement(SUBJECT, TYPE, '{"n":12345678901234567890}');
    const other = attestationStatement(SUBJECT, TYPE, '{"n":12345678901234567891}');
    expect(isSignedAlready(signBundle(key, one), key, one)).toBe(true);
    expect(isSignedAlready(signBundle(key, one), key, other)).toBe(false);
  });

  it.each<[string, Buffer]>([
    ['a statement with a name twice', signed(text.replace('{"_type"', '{"predicate":{},"_type"'))],
    ['a statement with an annotation', signed(text.replace('"annotations":{}', '"annotations":{"a":"b"}'))],
    ['another payload type', signed(text, { type: 'text/plain' })],
    ['two signatures', signed(text, { signatures: 2 })],
    ['no signature', signed(text, { signatures: 0 })],
    ['an edited payload', Buffer.from(signed(text).toString().replace('"payload":"e', '"payload":"f'))],
    ['not JSON', Buffer.from('<html>')],
    ['another document', Buffer.from('{"messageSignature":{}}')],
    ['a bundle of another version', Buffer.from(signed(text).toString().replace('v0.3', 'v0.9'))],
  ])('is not %s', (_what, bundle) => {
    expect(isSignedAlready(bundle, key, statement)).toBe(false);
  });
});
