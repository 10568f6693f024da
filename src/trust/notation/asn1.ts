import { ASN1Obj } from '@sigstore/core';
import type { Reason } from '../values/judgement.js';
import { Refusal } from '../values/refusal.js';

/** A certificate has some kilobytes, a timestamp with its certificates some more; each value in it takes much memory. */
const MAX_BYTES = 256 * 1024;

/** @throws Error where the bytes are not one value in DER, or too many */
export function parseDer(bytes: Uint8Array): ASN1Obj {
  if (bytes.length > MAX_BYTES) throw new Error(`it has ${bytes.length} bytes, wanted at most ${MAX_BYTES}`);
  return ASN1Obj.parseBuffer(Buffer.from(bytes));
}

/** The element that a path of places leads to. */
export function memberOf(value: ASN1Obj, ...path: readonly number[]): ASN1Obj {
  return path.reduce((outer, place) => {
    const inner = outer.subs[place];
    if (inner === undefined) throw new Error(`element ${place} is missing`);
    return inner;
  }, value);
}

/** The bytes of a value as they came: those of the library's `toDER` are written anew, also within octet strings. */
export function derOf({ tag, value }: ASN1Obj): Buffer {
  return new ASN1Obj(tag, value, []).toDER();
}

/** Runs what reads a structure; whatever fails in there means that the structure is not as it must be. */
export function reading<T>(what: string, reason: Reason, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('wrong', reason, `${what} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
