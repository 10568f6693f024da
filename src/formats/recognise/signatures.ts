import { decodeText, fromBase64 } from './base64.js';
import { toUtc } from './date.js';
import { type JsonNode, type JsonOutline, outlineJson } from './json-outline.js';
import { elementsOf, fits, nodeAt, textAt } from './json-path.js';
import { plainDocument, type Recognised } from './recognised.js';

const NOTARY_ARTIFACT = 'application/vnd.cncf.notary.signature';
const NOTARY_PAYLOAD = 'application/vnd.cncf.notary.payload.v1+json';

/** The payload that cosign signs (its SIGNATURE_SPEC.md, "Payload"). */
export function cosignPayload({ root }: JsonOutline): Recognised | undefined {
  if (textAt(root, 'critical', 'type') !== 'cosign container image signature') return undefined;
  return plainDocument('application/vnd.dev.cosign.simplesigning.v1+json', 'signature', "cosign's signed payload", {
    format: 'cosign',
  });
}

/** A JWS in JSON, flattened or general (RFC 7515 §7.2): told by its protected header, which must name an algorithm. */
export function jwsJson({ root, cut }: JsonOutline): Recognised | undefined {
  const [first] = elementsOf(nodeAt(root, 'signatures'));
  const signer = first ?? root;
  if (textAt(root, 'payload') === undefined && !cut) return undefined;
  if (textAt(signer, 'signature') === undefined && !cut) return undefined;
  const header = readHeader(textAt(signer, 'protected'));
  // With `enc` it is a JWE, which encrypts.
  if (textAt(header, 'alg') === undefined || nodeAt(header, 'enc') !== undefined) return undefined;
  if (textAt(header, 'cty') !== NOTARY_PAYLOAD)
    return plainDocument('application/jose+json', 'signature', 'a JWS (JSON)');
  const created = toUtc(textAt(header, 'io.cncf.notary.signingTime'));
  const more = plainDocument('application/jose+json', 'signature', 'a Notary Project signature (JWS)', {
    format: 'notation',
    created,
  });
  return { ...more, artifactType: NOTARY_ARTIFACT };
}

/**
 * A JWS in one line (RFC 7515 §7.1). Access tokens have the same form and sign no file: a
 * JWS with a token's type or a token's claims is not recognised.
 */
export function jwsCompact(text: string, complete: boolean): Recognised | undefined {
  if (!complete) return undefined;
  const [, protectedPart = '', payload = ''] = /^([\w-]+)\.([\w-]*)\.[\w-]+\s*$/.exec(text) ?? [];
  const header = readHeader(protectedPart);
  const algorithm = textAt(header, 'alg');
  if (algorithm === undefined || algorithm === 'none') return undefined;
  if (fits(/jwt$/i, textAt(header, 'typ'))) return undefined;
  const claims = readHeader(payload);
  if (['iss', 'sub', 'aud', 'exp', 'iat'].some((name) => nodeAt(claims, name) !== undefined)) return undefined;
  return plainDocument('application/jose', 'signature', 'a JWS');
}

function readHeader(base64: string | undefined): JsonNode | undefined {
  const bytes = base64 === undefined || base64 === '' ? undefined : fromBase64(base64);
  const text = bytes === undefined ? undefined : decodeText(bytes, true);
  return text === undefined ? undefined : outlineJson(text, true)?.root;
}

/**
 * A COSE_Sign1 with its tag (RFC 9052 §4.2): an array of four. The first element is a map in a byte string, the second
 * a map. Notary's envelope names the type of its payload in the first.
 */
export function coseSign1(bytes: Uint8Array): Recognised | undefined {
  if (bytes[0] !== 0xd2 || bytes[1] !== 0x84) return undefined;
  const head = byteString(bytes, 2);
  if (head === undefined || !isMap(bytes[head.start]) || !isMap(bytes[head.end])) return undefined;
  const text = Buffer.from(bytes.subarray(head.start, head.end)).toString('latin1');
  if (!text.includes(NOTARY_PAYLOAD)) return plainDocument('application/cose', 'signature', 'a COSE signature');
  const more = plainDocument('application/cose', 'signature', 'a Notary Project signature (COSE)', {
    format: 'notation',
  });
  return { ...more, artifactType: NOTARY_ARTIFACT };
}

/** Where the content of a byte string stands (RFC 8949 §3), of up to 64 KiB. */
function byteString(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const initial = bytes[at] ?? 0;
  if (initial >= 0x40 && initial < 0x58) return { start: at + 1, end: at + 1 + initial - 0x40 };
  if (initial === 0x58) return { start: at + 2, end: at + 2 + (bytes[at + 1] ?? 0) };
  if (initial === 0x59) return { start: at + 3, end: at + 3 + (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0) };
  return undefined;
}

function isMap(initial: number | undefined): boolean {
  return initial !== undefined && initial >= 0xa0 && initial <= 0xbb;
}
