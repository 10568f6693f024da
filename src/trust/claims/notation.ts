import { decode } from 'cborg';
import { given } from '../../oci/values/given.js';
import type { Claimed } from '../values/claimed.js';
import { bytesOf, ifReadable, jsonIn, listIn, memberOf } from './lenient.js';
import { signerOfAuthority } from './signer.js';
import { ownTimes } from './times.js';

const TIMES = ['io.cncf.notary.authenticSigningTime', 'io.cncf.notary.signingTime'];

/** Claims of an envelope of Notary Project's, JWS (signature-envelope-jws.md) or COSE (signature-envelope-cose.md). */
export function claimsOfNotation(content: Uint8Array): Claimed {
  const document = jsonIn(content);
  return document === undefined ? (ifReadable(() => ofCose(content)) ?? {}) : ofJws(document);
}

function ofJws(document: unknown): Claimed {
  const signed = jsonIn(bytesOf(memberOf(document, 'protected')) ?? '');
  const der = bytesOf(listIn(memberOf(document, 'header', 'x5c'))[0]);
  return claims(
    der,
    TIMES.map((name) => memberOf(signed, name)),
  );
}

/** The labels of COSE's headers: 33 is the chain of certificates (RFC 9360). */
const CHAIN = 33;

function ofCose(content: Uint8Array): Claimed {
  const [signed, unsigned] = listIn(cbor(content));
  const chain = unsigned instanceof Map ? unsigned.get(CHAIN) : undefined;
  const certificate: unknown = Array.isArray(chain) ? chain[0] : chain;
  const attributes = signed instanceof Uint8Array ? cbor(signed) : undefined;
  const times = TIMES.map((name): unknown => (attributes instanceof Map ? attributes.get(name) : undefined));
  return claims(
    certificate instanceof Uint8Array ? Buffer.from(certificate) : undefined,
    times.map((seconds) => (typeof seconds === 'number' ? seconds * 1000 : undefined)),
  );
}

/** Tags of a COSE message with one signature, and of a time in seconds since 1970: their content stands for them. */
function cbor(bytes: Uint8Array): unknown {
  return decode(bytes, { useMaps: true, tags: { 18: (content) => content(), 1: (content) => content() } });
}

function claims(certificate: Buffer<ArrayBuffer> | undefined, times: readonly unknown[]): Claimed {
  return given({
    signer: certificate && signerOfAuthority(certificate),
    times: ownTimes(times.find((time) => time !== undefined)),
  });
}
