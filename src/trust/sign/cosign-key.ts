import { scrypt } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { type CosignKey, cosignKeySchema } from './cosign-key-schema.js';

/** cosign writes N = 65536, older versions 32768; both take 64 MiB or less with r = 8. */
const MAX_MEMORY = 256 * 1024 * 1024;
/** cosign's take 0.2 s; a file with the most that is allowed takes some seconds. */
const MAX_WORK = 2 ** 24;
const NONCE_BYTES = 24;

/**
 * Decrypts the content of a PEM block `ENCRYPTED SIGSTORE PRIVATE KEY` or `ENCRYPTED COSIGN PRIVATE KEY`.
 *
 * @param what name of the file, for messages
 * @returns PKCS #8, DER; undefined for a passphrase that does not fit
 * @throws RemoraError `INVALID_ARGUMENT` for parameters that cosign does not write, `MALFORMED`
 */
export async function decryptCosignKey(
  content: Uint8Array,
  passphrase: string,
  what: string,
): Promise<Uint8Array | undefined> {
  const { kdf, cipher, ciphertext } = checkShape(cosignKeySchema, parseJson(content, what), what);
  const nonce = Buffer.from(cipher.nonce, 'base64');
  if (nonce.length !== NONCE_BYTES)
    throw new RemoraError('MALFORMED', `${what} has a nonce of ${nonce.length} bytes, wanted ${NONCE_BYTES}`);
  const secret = await deriveKey(passphrase, kdf, what);
  try {
    return xsalsa20poly1305(secret, nonce).decrypt(Buffer.from(ciphertext, 'base64'));
  } catch (error) {
    // The library has an error for a text that is too short, and one for a tag that does not fit.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

function deriveKey(passphrase: string, { params: { N, r, p }, salt }: CosignKey['kdf'], what: string): Promise<Buffer> {
  const isPower = N >= 2 && Number.isInteger(Math.log2(N));
  if (!isPower || r < 1 || p < 1 || 128 * N * r > MAX_MEMORY || N * r * p > MAX_WORK) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `${what} asks for scrypt with N=${N}, r=${r}, p=${p}, which is too much`,
      {
        expected: 'N=65536, r=8, p=1, as cosign writes it',
        hint: 'Import the key into a new file: cosign import-key-pair',
      },
    );
  }
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: MAX_MEMORY + 1024 * 1024 };
    scrypt(passphrase, Buffer.from(salt, 'base64'), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
