import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { KeyTrust } from '../values/trust.js';
import { type PemBlock, pemBlocks } from './pem.js';
import { complaintOf, fingerprintOf } from './public-key.js';

/** Options of {@link trustKey}. */
export interface TrustKeyOptions {
  /** The name in results and messages. @default the key's fingerprint */
  readonly name?: string | undefined;
  /** The time at which a certificate must be valid. @default the clock's */
  readonly now?: Date | undefined;
}

const MAX_SIZE = 1024 * 1024;
const HINT = 'Give a file with one PEM block: PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE';

/**
 * Trusts a public key: PEM with a SubjectPublicKeyInfo, a PKCS #1 RSA key, or an X.509 certificate that is valid now, of
 * which only the key counts.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: the message says what the text holds instead
 */
export function trustKey(pem: string | Uint8Array, { name, now = new Date() }: TrustKeyOptions = {}): KeyTrust {
  const what = name === undefined ? 'key' : `key ${quote(name)}`;
  const key = keyOf(onlyBlock(textOf(pem, what), what), what, now);
  const complaint = complaintOf(key);
  if (complaint !== undefined) throw refusal(what, complaint);
  const fingerprint = fingerprintOf(key);
  return { type: 'key', name: name ?? fingerprint, key, fingerprint };
}

/** PEM is ASCII: other bytes stand between blocks at most. */
function textOf(pem: string | Uint8Array, what: string): string {
  if (pem.length > MAX_SIZE) throw refusal(what, `${pem.length} bytes, wanted at most ${MAX_SIZE}`);
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}

function onlyBlock(text: string, what: string): PemBlock {
  const blocks = pemBlocks(text);
  // Also one that is cut, or has headers as OpenSSL wrote them once.
  const [, secret] = /-----BEGIN ([A-Z0-9 ]{0,60}PRIVATE KEY)-----/.exec(text) ?? [];
  if (secret !== undefined) {
    const isEncrypted = text.includes('Proc-Type: 4,ENCRYPTED');
    const kind = privateKind(isEncrypted ? `ENCRYPTED ${secret}` : secret);
    throw refusal(what, `${kind}, wanted a public key`, 'Give the public key that belongs to it');
  }
  const [block, ...more] = blocks;
  if (block === undefined) throw refusal(what, `${otherKind(text)}, wanted a PEM public key or certificate`);
  if (more.length > 0)
    throw refusal(what, `${blocks.length} PEM blocks, wanted one`, 'Give each key in a file of its own');
  return block;
}

function privateKind(label: string): string {
  if (/^ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY$/.test(label)) return "cosign's encrypted private key";
  return label.startsWith('ENCRYPTED') ? 'an encrypted private key' : 'a private key';
}

function otherKind(text: string): string {
  if (text.trim() === '') return 'nothing';
  if (/^(ssh-|ecdsa-sha2-|sk-)/.test(text.trimStart())) return 'a public key of SSH';
  return text.includes('-----BEGIN ') ? 'a PEM block that is not complete' : 'no PEM';
}

function keyOf({ label, text }: PemBlock, what: string, now: Date): KeyObject {
  if (label === 'CERTIFICATE') return keyOfCertificate(text, what, now);
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') {
    throw refusal(what, `PEM of ${quote(label)}, wanted a public key or a certificate`);
  }
  return parsed(() => createPublicKey(text), what, label);
}

function keyOfCertificate(text: string, what: string, now: Date): KeyObject {
  const certificate = parsed(() => new X509Certificate(text), what, 'CERTIFICATE');
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (now < from) {
    throw refusal(what, `a certificate that is valid from ${from.toISOString()}, and now is ${now.toISOString()}`);
  }
  if (now > to) {
    throw refusal(what, `a certificate that was valid until ${to.toISOString()}, and now is ${now.toISOString()}`);
  }
  return parsed(() => certificate.publicKey, what, 'CERTIFICATE');
}

function parsed<T>(parse: () => T, what: string, label: string): T {
  try {
    return parse();
  } catch (cause) {
    // OpenSSL has a code for each way in which bytes are odd.
    throw refusal(what, `a PEM block ${quote(label)} that cannot be read`, HINT, cause);
  }
}

function refusal(what: string, found: string, hint = HINT, cause?: unknown): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${what} is not usable: it is ${found}`, { hint, cause });
}
