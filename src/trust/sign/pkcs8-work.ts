import { ASN1Obj } from '@sigstore/core';

/** OpenSSL writes 2048 rounds; the most that OWASP advises are 1,300,000. These take some seconds. */
const MAX_ROUNDS = 10_000_000n;

/**
 * Whether the parameters of an encrypted PKCS #8 key (RFC 5958, section 3) ask for more rounds than is sane: OpenSSL does them
 * all, and nothing can stop it. It limits the memory of scrypt itself.
 *
 * @param der an EncryptedPrivateKeyInfo; bytes that are not one ask for nothing
 */
export function asksForTooMuch(der: Uint8Array): boolean {
  try {
    const [algorithm] = ASN1Obj.parseBuffer(Buffer.from(der)).subs;
    return algorithm !== undefined && integersIn(algorithm).some((value) => value > MAX_ROUNDS);
  } catch (error) {
    // The reader has an error for each way in which bytes are not DER; OpenSSL refuses them as well.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

function integersIn(value: ASN1Obj): readonly bigint[] {
  return value.tag.isInteger() ? [value.toInteger()] : value.subs.flatMap(integersIn);
}
