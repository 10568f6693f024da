import { constants, type KeyObject, sign } from 'node:crypto';
import { encode, Tagged } from 'cborg';
import { type Digest, parseDigest } from '../../../../src/oci/values/digest.js';
import type { Signed } from '../../../../src/trust/values/signed.js';
import type { Issued } from './certificates.js';

export const IMAGE: Digest = parseDigest(`sha256:${'a'.repeat(64)}`);
export const OTHER: Digest = parseDigest(`sha256:${'b'.repeat(64)}`);

/** Options of {@link jws} and {@link cose}. */
export interface EnvelopeOptions {
  /** The signer first. */
  readonly chain: readonly Issued[];
  readonly digest?: string;
  readonly payload?: string;
  readonly contentType?: string;
  readonly algorithm?: string;
  /** Beside scheme and signing time; `undefined` removes one. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly critical?: readonly unknown[];
  readonly isAuthority?: boolean;
  readonly unsigned?: Readonly<Record<string, unknown>>;
  /** Makes a timestamp over the signature. */
  readonly stamp?: (signature: Uint8Array) => Uint8Array;
}

const SCHEME = 'io.cncf.notary.signingScheme';
const TIME = 'io.cncf.notary.signingTime';
const AUTHENTIC = 'io.cncf.notary.authenticSigningTime';
export const EXPIRY = 'io.cncf.notary.expiry';
export const PLUGIN = 'io.cncf.notary.verificationPlugin';
const TIMESTAMP = 'io.cncf.notary.timestampSignature';

const HOUR = 60 * 60 * 1000;

interface Parts {
  readonly algorithm: string;
  readonly contentType: string;
  readonly payload: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly critical: readonly unknown[];
  readonly key: KeyObject;
}

function partsOf(options: EnvelopeOptions): Parts {
  const key = options.chain[0]?.privateKey;
  if (key === undefined) throw new Error('no signer');
  const time = { [options.isAuthority ? AUTHENTIC : TIME]: new Date(Date.now() - HOUR) };
  const scheme = { [SCHEME]: options.isAuthority ? 'notary.x509.signingAuthority' : 'notary.x509' };
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: options.digest ?? IMAGE,
    size: 528,
  };
  const attributes = Object.entries({ ...scheme, ...time, ...options.attributes });
  return {
    key,
    algorithm: options.algorithm ?? algorithmOf(key),
    contentType: options.contentType ?? 'application/vnd.cncf.notary.payload.v1+json',
    payload: options.payload ?? JSON.stringify({ targetArtifact: descriptor }),
    attributes: Object.fromEntries(attributes.filter(([, value]) => value !== undefined)),
    critical: options.critical ?? [
      SCHEME,
      ...(options.isAuthority ? [AUTHENTIC] : []),
      ...(options.attributes?.[EXPIRY] === undefined ? [] : [EXPIRY]),
    ],
  };
}

function algorithmOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const names: Record<string, string> = {
    prime256v1: 'ES256',
    secp384r1: 'ES384',
    secp521r1: 'ES512',
    2048: 'PS256',
    3072: 'PS384',
    4096: 'PS512',
  };
  return names[namedCurve ?? modulusLength ?? ''] ?? 'ES256';
}

export function signBy(key: KeyObject, algorithm: string, bytes: Uint8Array): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, bytes, key);
  const hash = /^[EP]S\d{3}$/.test(algorithm) ? `sha${algorithm.slice(2)}` : 'sha256';
  if (key.asymmetricKeyType === 'ec') return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hash, bytes, { key, padding, saltLength });
}

const base64url = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');

/** The members of an envelope in JWS, for tests that change them. */
export function jwsMembers(options: EnvelopeOptions) {
  const { key, algorithm, contentType, critical, attributes, payload } = partsOf(options);
  const encoded = base64url(JSON.stringify({ alg: algorithm, cty: contentType, crit: critical, ...attributes }));
  const signature = signBy(key, algorithm, Buffer.from(`${encoded}.${base64url(payload)}`));
  const timestamp =
    options.stamp === undefined ? {} : { [TIMESTAMP]: Buffer.from(options.stamp(signature)).toString('base64') };
  return {
    payload: base64url(payload),
    protected: encoded,
    header: { x5c: options.chain.map(({ raw }) => raw.toString('base64')), ...timestamp, ...options.unsigned },
    signature: base64url(signature),
  };
}

export function jws(options: EnvelopeOptions): Signed {
  return jwsOf(jwsMembers(options));
}

/** An envelope in JWS of members, or of a text. */
export function jwsOf(members: object | string): Signed {
  const content = Buffer.from(typeof members === 'string' ? members : JSON.stringify(members));
  return { form: 'notation', mediaType: 'application/jose+json', content, annotations: {} };
}

const LABELS: Readonly<Record<string, number>> = {
  PS256: -37,
  PS384: -38,
  PS512: -39,
  ES256: -7,
  ES384: -35,
  ES512: -36,
};

/** Labels of COSE are numbers and texts: a map, as the library writes no object with numbers. */
export function coseParts(options: EnvelopeOptions): [Uint8Array, Map<unknown, unknown>, Uint8Array, Uint8Array] {
  const { key, algorithm, contentType, critical, attributes, payload } = partsOf(options);
  const times = Object.entries(attributes).map(
    ([name, value]) => [name, value instanceof Date ? epoch(value) : value] as const,
  );
  const signed = new Map<unknown, unknown>([[1, LABELS[algorithm] ?? -8], [2, critical], [3, contentType], ...times]);
  return coseOfMap(signed, options, payload, key, algorithm);
}

/** The time with tag 1. */
export function epoch(time: Date): Tagged {
  return new Tagged(1, Math.floor(time.getTime() / 1000));
}

function coseOfMap(
  signed: Map<unknown, unknown>,
  options: EnvelopeOptions,
  payload: string,
  key: KeyObject,
  algorithm: string,
): [Uint8Array, Map<unknown, unknown>, Uint8Array, Uint8Array] {
  const encoded = write(signed);
  const signature = signBy(key, algorithm, encode(['Signature1', encoded, new Uint8Array(), Buffer.from(payload)]));
  const timestamp: [unknown, unknown][] = options.stamp === undefined ? [] : [[TIMESTAMP, options.stamp(signature)]];
  const unsigned = new Map<unknown, unknown>([
    [33, options.chain.map(({ raw }) => raw)],
    ...timestamp,
    ...Object.entries(options.unsigned ?? {}),
  ]);
  return [encoded, unsigned, Buffer.from(payload), signature];
}

export function cose(options: EnvelopeOptions): Signed {
  return coseOf(write(new Tagged(18, coseParts(options))));
}

/** An envelope in COSE of its bytes. */
export function coseOf(content: Uint8Array): Signed {
  return { form: 'notation', mediaType: 'application/cose', content, annotations: {} };
}

export function write(value: unknown): Uint8Array {
  return encode(value);
}
