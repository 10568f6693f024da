import { type DecodeOptions, decode, encode, Tokenizer, Type } from 'cborg';
import { given } from '../../oci/values/given.js';
import { Refusal } from '../values/refusal.js';
import { type Envelope, type Label, MAX_CHAIN, TIMES, TIMESTAMP_SIGNATURE } from './envelope.js';
import { malformed } from './refused.js';

/** Labels of COSE (RFC 9052, 3.1; RFC 9360, 2). */
const ALG = 1;
const CRIT = 2;
const CONTENT_TYPE = 3;
const X5CHAIN = 33;

const ALGORITHMS: ReadonlyMap<unknown, string> = new Map([
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
]);

/** Envelopes nest four levels; attributes of others may have some. */
const MAX_DEPTH = 16;

class Tagged {
  constructor(readonly value: unknown) {}
}
/** Tag 18, COSE_Sign1. */
class Sign1 extends Tagged {}
/** Tag 1, seconds since 1970. */
class EpochTime extends Tagged {}

const STRICT: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

/**
 * Reads an envelope in COSE, COSE_Sign1_Tagged (signature-envelope-cose.md; RFC 9052, 4.2).
 *
 * @throws Refusal
 */
export function readCose(bytes: Uint8Array): Envelope {
  const message = decoded(bytes, 'COSE envelope', { 18: (content) => new Sign1(content()) });
  if (!(message instanceof Sign1)) throw malformed('COSE envelope is not a COSE_Sign1 with tag 18');
  const parts: unknown[] = Array.isArray(message.value) ? message.value : [];
  const [encoded, unsigned, payload, signature] = parts;
  if (
    parts.length !== 4 ||
    !isBytes(encoded) ||
    !(unsigned instanceof Map) ||
    !isBytes(payload) ||
    !isBytes(signature) ||
    signature.length === 0
  ) {
    throw malformed('COSE envelope is not a list of protected header, header, payload and signature');
  }
  const signed = decoded(encoded, 'protected header of the COSE envelope');
  if (!(signed instanceof Map)) throw malformed('protected header of the COSE envelope is not a map');
  if ([...unsigned.keys()].some((label) => signed.has(label))) {
    throw malformed('COSE envelope has an attribute that is signed and unsigned');
  }
  return {
    algorithm: ALGORITHMS.get(signed.get(ALG)) ?? `COSE algorithm ${String(signed.get(ALG))}`,
    contentType: contentTypeOf(signed.get(CONTENT_TYPE)),
    critical: criticalOf(signed.get(CRIT)),
    attributes: new Map([...signed].flatMap(([label, value]) => attribute(label, value))),
    payload,
    signedBytes: encode(['Signature1', encoded, new Uint8Array(), payload]),
    signature,
    chain: chainOf(unsigned.get(X5CHAIN)),
    ...given({ timestamp: timestampOf(unsigned.get(TIMESTAMP_SIGNATURE)) }),
  };
}

function decoded(bytes: Uint8Array, what: string, tags: DecodeOptions['tags'] = {}): unknown {
  const options = { ...STRICT, tags: { 1: (content: () => unknown) => new EpochTime(content()), ...tags } };
  try {
    return decode(bytes, { ...options, tokenizer: new Shallow(bytes, options) });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw malformed(`${what} is not CBOR: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** The tokens of CBOR that does not nest too deeply. */
class Shallow extends Tokenizer {
  /** How many values each open list or map still lacks. */
  readonly #open: number[] = [];

  override next(): ReturnType<Tokenizer['next']> {
    const token = super.next();
    const last = this.#open.length - 1;
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) - 1;
    const values = valuesIn(token);
    if (values > 0) this.#open.push(values);
    if (this.#open.length > MAX_DEPTH) throw malformed(`CBOR is nested more than ${MAX_DEPTH} levels deep`);
    while (this.#open.at(-1) === 0) this.#open.pop();
    return token;
  }
}

function valuesIn({ type, value }: ReturnType<Tokenizer['next']>): number {
  if (Type.equals(type, Type.tag)) return 1;
  if (Type.equals(type, Type.array)) return Number(value);
  return Type.equals(type, Type.map) ? 2 * Number(value) : 0;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isLabel(value: unknown): value is Label {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function attribute(label: unknown, value: unknown): [Label, unknown][] {
  if (!isLabel(label))
    throw malformed('signed attribute of the COSE envelope has a name that is not a text or a number');
  if (label === ALG || label === CRIT || label === CONTENT_TYPE) return [];
  return [[label, TIMES.includes(label) ? timeOf(value, label) : value]];
}

function timeOf(value: unknown, label: Label): Date {
  const seconds = value instanceof EpochTime ? value.value : undefined;
  const time = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  if (Number.isNaN(time.getTime())) throw malformed(`signed attribute ${label} is not a time with tag 1`);
  return time;
}

function contentTypeOf(value: unknown): string {
  if (typeof value !== 'string') throw malformed('content type of the COSE envelope is not a text');
  return value;
}

function criticalOf(value: unknown): Label[] {
  if (!Array.isArray(value) || !value.every(isLabel))
    throw malformed('crit of the COSE envelope is not a list of names');
  return value;
}

function chainOf(value: unknown): Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isBytes)) {
    throw malformed('x5chain of the COSE envelope is not a list of certificates');
  }
  if (value.length > MAX_CHAIN) {
    throw malformed(`x5chain has ${value.length} certificates, wanted at most ${MAX_CHAIN}`);
  }
  return value;
}

function timestampOf(value: unknown): Uint8Array | undefined {
  if (value === undefined || isBytes(value)) return value;
  throw malformed(`${TIMESTAMP_SIGNATURE} of the COSE envelope is not bytes`);
}
