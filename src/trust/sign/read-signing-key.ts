import { createPrivateKey, KeyObject } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import { systemCode } from '../../io/files/system-error.js';
import { keepSecret } from '../../io/redact.js';
import { quote } from '../../oci/text/quote.js';
import { type PemBlock, pemBlocks } from '../keys/pem.js';
import { decryptCosignKey } from './cosign-key.js';
import { asksForTooMuch } from './pkcs8-work.js';
import { type SigningKey, signingKeyOf } from './signing-key.js';

/** A private key: PEM, or a key of `node:crypto`. */
export type PrivateKeySource = string | Uint8Array | KeyObject;

/** Options of {@link readSigningKey}. */
export interface ReadKeyOptions {
  /** Of an encrypted key; a function is asked only where the key is encrypted. */
  readonly passphrase?: string | (() => string | Promise<string>) | undefined;
  /** The name in messages, such as a path. @default `key` */
  readonly name?: string | undefined;
}

const MAX_SIZE = 1024 * 1024;
const COSIGN = /^ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY$/;
const HINT = 'Give a private key in PEM, or one of cosign generate-key-pair';
const PBKDF2 = 'Write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc';

/**
 * Reads a private key: PKCS #8 (plain or encrypted), SEC 1 or PKCS #1 in PEM, or an encrypted key file of cosign; ECDSA on
 * P-256, P-384 or P-521, Ed25519, or RSA of at least 2048 bits.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: the message says what the source holds instead, or that the passphrase is wrong
 */
export async function readSigningKey(source: PrivateKeySource, options: ReadKeyOptions = {}): Promise<SigningKey> {
  const what = options.name ?? 'key';
  const privateKey = source instanceof KeyObject ? source : await keyOfPem(textOf(source, what), what, options);
  if (privateKey.type !== 'private') throw refusal(`${what} is a ${privateKey.type} key, wanted a private key`);
  const key = signingKeyOf(privateKey);
  if ('complaint' in key) throw refusal(`${what} is ${key.complaint}`);
  return key;
}

/** PEM is ASCII: other bytes stand between blocks at most. */
function textOf(source: string | Uint8Array, what: string): string {
  if (source.length > MAX_SIZE) throw refusal(`${what} has ${source.length} bytes, wanted at most ${MAX_SIZE}`);
  return typeof source === 'string' ? source : Buffer.from(source).toString('latin1');
}

async function keyOfPem(text: string, what: string, options: ReadKeyOptions): Promise<KeyObject> {
  const blocks = pemBlocks(text);
  const [block, another] = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) throw refusal(`${what} is ${otherKind(text, blocks)}, wanted a private key`);
  if (another !== undefined) throw refusal(`${what} has several private keys, wanted one`);
  if (COSIGN.test(block.label)) return keyOfCosign(block, what, await passphraseFor(what, options));
  if (block.label === 'ENCRYPTED PRIVATE KEY') return keyOfEncrypted(block, what, await passphraseFor(what, options));
  if (!['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'].includes(block.label)) {
    throw refusal(
      `${what} is a PEM block ${quote(block.label)}, wanted PRIVATE KEY`,
      block.label.startsWith('OPENSSH') ? 'Convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY' : HINT,
    );
  }
  return parsed(() => createPrivateKey(block.text), `${what} is a private key that cannot be read`);
}

function otherKind(text: string, blocks: readonly PemBlock[]): string {
  const label = blocks[0]?.label;
  if (label === undefined) {
    if (text.trim() === '') return 'empty';
    if (/^Proc-Type: 4,ENCRYPTED/m.test(text)) return 'encrypted as OpenSSL did before PKCS #8';
    return text.includes('-----BEGIN ') ? 'a PEM block that is not complete' : 'not PEM';
  }
  if (label.endsWith('PUBLIC KEY')) return 'a public key';
  return label === 'CERTIFICATE' ? 'a certificate' : `a PEM block ${quote(label)}`;
}

async function passphraseFor(what: string, { passphrase }: ReadKeyOptions): Promise<string> {
  const secret = typeof passphrase === 'function' ? await passphrase() : passphrase;
  if (secret === undefined) {
    throw new RemoraError('INVALID_ARGUMENT', `${what} is encrypted, and no passphrase is given`, {
      hint: 'Give its passphrase',
    });
  }
  keepSecret(secret);
  return secret;
}

function contentOf({ text }: PemBlock): Buffer {
  return Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64');
}

async function keyOfCosign(block: PemBlock, what: string, passphrase: string): Promise<KeyObject> {
  const der = await decryptCosignKey(contentOf(block), passphrase, what).catch((cause: unknown) => {
    throw cause instanceof RemoraError && cause.code === 'MALFORMED' ? refusal(cause.message, HINT, cause) : cause;
  });
  if (der === undefined) throw wrongPassphrase(what);
  return parsed(
    () => createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }),
    `${what} is an encrypted key of cosign with something else inside than PKCS #8`,
  );
}

function keyOfEncrypted(block: PemBlock, what: string, passphrase: string): KeyObject {
  if (asksForTooMuch(contentOf(block))) {
    throw refusal(`${what} asks for too many rounds to decrypt it`, 'Write it anew: openssl pkcs8 -topk8');
  }
  try {
    return createPrivateKey({ key: block.text, passphrase });
  } catch (cause) {
    if (systemCode(cause) === 'ERR_OSSL_UNSUPPORTED_KEY_DERIVATION_FUNCTION')
      throw refusal(`${what} is encrypted with scrypt, which this executable cannot undo`, PBKDF2, cause);
    // OpenSSL has a code for each cipher that cannot be undone with a passphrase.
    throw wrongPassphrase(what, cause);
  }
}

function wrongPassphrase(what: string, cause?: unknown): RemoraError {
  return refusal(`${what} cannot be decrypted with this passphrase, or was altered`, 'Check the passphrase', cause);
}

function parsed<T>(parse: () => T, message: string): T {
  try {
    return parse();
  } catch (cause) {
    // OpenSSL has a code for each way in which bytes are odd.
    throw refusal(message, HINT, cause);
  }
}

function refusal(message: string, hint = HINT, cause?: unknown): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { hint, cause });
}
