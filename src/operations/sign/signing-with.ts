import { RemoraError } from '../../errors.js';
import { isDateTime } from '../../oci/values/annotations.js';
import type { PrivateKeySource } from '../../trust/sign/read-signing-key.js';
import type { SigningKey } from '../../trust/sign/signing-key.js';

/** The key that signs. */
export interface SigningOptions {
  /** A private key: PEM (PKCS #8, SEC 1, PKCS #1), a key file of cosign, or a key of `node:crypto`. */
  readonly key: PrivateKeySource;
  /** Of an encrypted key; a function is asked only where the key is encrypted. @default none */
  readonly passphrase?: string | (() => string | Promise<string>) | undefined;
  /** The key's name in messages, such as its path. @default `key` */
  readonly keyName?: string | undefined;
}

/**
 * Reads the key, and the date that its signatures will have.
 *
 * @param created RFC 3339. @default the clock's time
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function signingWith(
  { key, passphrase, keyName }: SigningOptions,
  created: string = now(),
): Promise<{ readonly key: SigningKey; readonly created: string }> {
  if (!isDateTime(created)) {
    throw new RemoraError('INVALID_ARGUMENT', `created is ${JSON.stringify(created)}, wanted an RFC 3339 date-time`, {
      found: created,
      hint: 'Write it like 2026-01-31T12:00:00Z',
    });
  }
  // The library loads what reads keys when it signs.
  const { readSigningKey } = await import('../../trust/sign/read-signing-key.js');
  return { key: await readSigningKey(key, { passphrase, name: keyName }), created };
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
