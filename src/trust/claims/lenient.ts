import { decodeText, fromBase64 } from '../../formats/recognise/base64.js';
import { isObject } from '../../oci/text/lenient.js';

/** The value of a read; undefined for content that cannot be read so: a claim is never an error. */
export function ifReadable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    // Parsers of ASN.1, CBOR, certificates and JSON throw errors of many kinds, among them those of missing members.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** A member below objects; undefined where one of them is not there. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The bytes of base64 in either alphabet. */
export function bytesOf(value: unknown): Buffer<ArrayBuffer> | undefined {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
  return bytes && Buffer.from(bytes);
}

export function jsonIn(content: Uint8Array | string): unknown {
  const text = typeof content === 'string' ? content : decodeText(content, true);
  return text === undefined ? undefined : ifReadable((): unknown => JSON.parse(text));
}

/** @throws RangeError for a date that is not valid */
export function dateText(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}
