import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { digestOf } from '../../../src/oci/values/digest.js';
import { CosignAnnotation } from '../../../src/trust/cosign/annotations.js';
import { SIMPLE_SIGNING } from '../../../src/trust/cosign/simple-signing.js';
import { preAuthEncoding } from '../../../src/trust/dsse/envelope.js';
import { IN_TOTO } from '../../../src/trust/dsse/statement.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import type { Signed, Target } from '../../../src/trust/values/signed.js';
import type { KeyTrust } from '../../../src/trust/values/trust.js';

/** A key pair, and trust in its public half. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly trust: KeyTrust;
  /** Signs as cosign 3 does with such a key. */
  sign(data: Uint8Array): Buffer;
}

const HASHES = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const;

export const KEY_TYPES = ['P-256', 'P-384', 'P-521', 'Ed25519', 'RSA', 'RSA-PSS'] as const;

export function makeKey(type: (typeof KEY_TYPES)[number] = 'P-256'): TestKey {
  if (type === 'Ed25519') return testKey(generateKeyPairSync('ed25519'), null);
  if (type === 'RSA' || type === 'RSA-PSS') {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return testKey(pair, 'sha256', type === 'RSA-PSS' ? constants.RSA_PKCS1_PSS_PADDING : undefined);
  }
  return testKey(generateKeyPairSync('ec', { namedCurve: type }), HASHES[type]);
}

function testKey(
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  hash: string | null,
  padding?: number,
): TestKey {
  const key = padding === undefined ? { key: privateKey } : { key: privateKey, padding };
  return {
    privateKey,
    trust: trustKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    sign: (data) => sign(hash, data, key),
  };
}

export const IMAGE = digestOf(Buffer.from('the image'));
export const OTHER_IMAGE = digestOf(Buffer.from('another image'));
export const TARGET: Target = { digest: IMAGE };

export const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The payload that cosign signs. */
export function simplePayload(digest: string = IMAGE, type = 'cosign container image signature') {
  return {
    critical: {
      identity: { 'docker-reference': 'registry.example/app' },
      image: { 'docker-manifest-digest': digest },
      type,
    },
    optional: null,
  };
}

/** A layer of a `.sig` image. */
export function cosignLayer(payload: Uint8Array, signature: string, annotations: Record<string, string> = {}): Signed {
  return {
    form: 'cosign',
    mediaType: SIMPLE_SIGNING,
    content: payload,
    annotations: { [CosignAnnotation.signature]: signature, ...annotations },
  };
}

/** A `.sig` layer as cosign writes it. */
export function signedLayer(key: TestKey, payload: Uint8Array = toJson(simplePayload())): Signed {
  return cosignLayer(payload, key.sign(payload).toString('base64'));
}

export const PREDICATE_TYPE = 'https://spdx.dev/Document';

export function statement(digest: Readonly<Record<string, string>> | undefined = { sha256: IMAGE.slice(7) }) {
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: PREDICATE_TYPE,
    subject: [{ name: 'registry.example/app', digest }],
    predicate: {},
  };
}

/** An envelope as JSON has it, signed by each key. */
export function envelopeOf(payload: Uint8Array, keys: readonly TestKey[], payloadType = IN_TOTO) {
  const covered = preAuthEncoding({ payloadType, payload });
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: keys.map((key) => ({ sig: key.sign(covered).toString('base64') })),
  };
}

/** An envelope as it lies in a layer of a `.att` image, or by itself. */
export function dsseLayer(content: Uint8Array, annotations: Record<string, string> = {}): Signed {
  return { form: 'dsse', mediaType: 'application/vnd.dsse.envelope.v1+json', content, annotations };
}

export function signedEnvelope(key: TestKey, payload: unknown = statement()): Signed {
  return dsseLayer(toJson(envelopeOf(toJson(payload), [key])));
}
