import type { ASN1Obj } from '@sigstore/core';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { memberOf } from './asn1.js';

/** An attribute of a name: `C` or, where it has no short name, its object identifier; then its value. */
type Attribute = readonly [type: string, value: string];

/** The names of a certificate's subject in their order; each may have several attributes (RFC 5280, 4.1.2.4). */
export type Name = readonly (readonly Attribute[])[];

/** As Go prints names, and so notation's trust policies write them. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.17', 'POSTALCODE'],
]);

/** Reads a Name; it throws where the structure is another. */
export function readName(value: ASN1Obj): Name {
  return value.subs.map((set) =>
    set.subs.map((one): Attribute => {
      const type = memberOf(one, 0).toOID();
      return [TYPES.get(type) ?? type, textOf(memberOf(one, 1))];
    }),
  );
}

function textOf({ tag, value }: ASN1Obj): string {
  switch (tag.isUniversal() ? tag.number : -1) {
    case 0x0c:
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    case 0x12:
    case 0x13:
    case 0x16:
      return value.toString('latin1');
    case 0x1e:
      return Buffer.from(value).swap16().toString('utf16le');
    default:
      return `#${value.toString('hex')}`;
  }
}

/** Writes a name as a distinguished name, the last first: `CN=builder,O=acme,ST=WA,C=US` (RFC 4514). */
export function formatName(name: Name): string {
  return name
    .toReversed()
    .map((set) => set.map(([type, value]) => `${type}=${escaped(value)}`).join('+'))
    .join(',');
}

function escaped(value: string): string {
  const hex = (char: string) => Buffer.from(char).toString('hex').replace(/../g, '\\$&');
  return value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&').replace(/[\p{Cc}\p{Cf}]/gu, hex);
}

/** Attributes that each identity of a trust policy names. */
const REQUIRED = ['C', 'ST', 'O'];

/** The attributes of a name; undefined where notation takes none: several in one place, twice, or without C, ST and O. */
export function attributesOf(name: Name): ReadonlyMap<string, string> | undefined {
  const attributes = new Map(name.flat());
  const isPlain = name.every((set) => set.length === 1) && attributes.size === name.length;
  return isPlain && REQUIRED.every((type) => attributes.get(type)) ? attributes : undefined;
}

/** Whether a name has all attributes of a part of it, with the same values. */
export function isPartOf(part: ReadonlyMap<string, string>, whole: ReadonlyMap<string, string>): boolean {
  return [...part].every(([type, value]) => whole.get(type) === value);
}

const TYPE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/;

/**
 * Reads a distinguished name of a trust policy, `C=US, ST=WA, O=acme` (RFC 4514; trust-store-trust-policy.md, "Trusted
 * Identities Constraints").
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseName(text: string, what: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of splitAtCommas(text)) {
    const equals = pair.indexOf('=');
    const type = pair.slice(0, Math.max(equals, 0)).trim();
    const value = unescaped(pair.slice(equals + 1));
    if (!TYPE.test(type) || value === undefined) {
      throw invalid(`${what} has ${quote(pair.trim())}, wanted TYPE=VALUE with , ; + < > " and \\ escaped by \\`);
    }
    // notation takes S for ST as well.
    const name = type === 'S' ? 'ST' : type;
    if (attributes.has(name)) throw invalid(`${what} has ${name} twice, wanted each attribute once`);
    attributes.set(name, value);
  }
  const missing = REQUIRED.filter((type) => !attributes.get(type));
  if (missing.length > 0) throw invalid(`${what} lacks ${missing.join(', ')}, wanted at least C, ST and O`);
  return attributes;
}

/** Splits at each comma that is not escaped. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** The text of a value without the spaces around it; undefined for a character that must be escaped. */
function unescaped(value: string): string | undefined {
  const text = value.trimStart();
  const bytes: Buffer[] = [];
  let length = 0;
  for (const [piece] of text.matchAll(/\\[0-9A-Fa-f]{2}|\\?./gsu)) {
    if (/^[;+"<>\\]$/.test(piece)) return undefined;
    const isHex = /^\\[0-9A-Fa-f]{2}$/.test(piece);
    bytes.push(isHex ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece.replace(/^\\/, '')));
    if (piece !== ' ') length = bytes.length;
  }
  return text.startsWith('#') ? undefined : Buffer.concat(bytes.slice(0, length)).toString('utf8');
}

function invalid(message: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { hint: 'Write it like x509.subject: C=US, ST=WA, O=acme' });
}
