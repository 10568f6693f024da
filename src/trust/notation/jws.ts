import { isRemoraError } from '../../errors.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { type Envelope, type Label, MAX_CHAIN, TIMES, TIMESTAMP_SIGNATURE } from './envelope.js';
import { malformed } from './refused.js';

const NOT_ATTRIBUTES = ['alg', 'crit', 'cty'];

/**
 * Reads an envelope in JWS, flattened JSON (signature-envelope-jws.md; RFC 7515, 7.2.2).
 *
 * @throws Refusal
 */
export function readJws(bytes: Uint8Array): Envelope {
  const outer = objectOf(bytes, 'JWS envelope');
  if (outer.signatures !== undefined) throw malformed('JWS envelope has a list of signatures, wanted one signature');
  const { payload, protected: encoded, header, signature } = outer;
  const signed = objectOf(base64url(encoded, 'protected header of the JWS envelope'), 'protected header');
  if (!isObject(header)) throw malformed('header of the JWS envelope is missing, wanted an object');
  const twice = Object.keys(header).find((name) => Object.hasOwn(signed, name));
  if (twice !== undefined) throw malformed(`attribute ${quote(twice)} is signed and unsigned in one JWS envelope`);
  const timestamp = header[TIMESTAMP_SIGNATURE];
  return {
    algorithm: textOf(signed.alg, 'alg'),
    contentType: textOf(signed.cty, 'cty'),
    critical: textsOf(signed.crit, 'crit'),
    attributes: new Map(Object.entries(signed).flatMap(([name, value]) => attribute(name, value))),
    payload: base64url(payload, 'payload of the JWS envelope'),
    signedBytes: Buffer.from(`${encoded}.${payload}`, 'latin1'),
    signature: base64url(signature, 'signature of the JWS envelope'),
    chain: chainOf(header.x5c),
    ...given({ timestamp: timestamp === undefined ? undefined : base64(timestamp, TIMESTAMP_SIGNATURE) }),
  };
}

function objectOf(bytes: Uint8Array, what: string): Record<string, unknown> {
  try {
    const value = parseJson(bytes, what);
    if (isObject(value)) return value;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    throw malformed(error.message);
  }
  throw malformed(`${what} is not an object of JSON`);
}

function attribute(name: string, value: unknown): [Label, unknown][] {
  if (NOT_ATTRIBUTES.includes(name)) return [];
  return [[name, TIMES.includes(name) ? timeOf(value, name) : value]];
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(value: unknown, name: string): Date {
  const millis = typeof value === 'string' && DATE_TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(millis)) throw malformed(`signed attribute ${name} is not an RFC 3339 date-time`);
  return new Date(millis);
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw malformed(`signed attribute ${name} is not a text`);
  return value;
}

function textsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw malformed(`signed attribute ${name} is not a list`);
  return value.map((one) => textOf(one, name));
}

function chainOf(value: unknown): Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0) throw malformed('x5c of the JWS envelope has no certificates');
  if (value.length > MAX_CHAIN) throw malformed(`x5c has ${value.length} certificates, wanted at most ${MAX_CHAIN}`);
  return value.map((one) => base64(one, 'x5c'));
}

/** Strictly: without padding, in its one form. */
function base64url(value: unknown, what: string): Buffer {
  return decoded(value, 'base64url', what);
}

function base64(value: unknown, what: string): Buffer {
  return decoded(value, 'base64', what);
}

function decoded(value: unknown, encoding: 'base64' | 'base64url', what: string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, encoding) : undefined;
  if (bytes === undefined || bytes.length === 0 || bytes.toString(encoding) !== value) {
    throw malformed(`${what} is not ${encoding}`);
  }
  return bytes;
}
