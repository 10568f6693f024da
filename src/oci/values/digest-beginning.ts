import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { algorithmOf, type Digest, encodedOf } from './digest.js';

/** Fewer digits fit many digests of a place with some ten thousand blobs. */
const LEAST_DIGITS = 8;

/** The digits of the longest registered digest, sha512. */
const MOST_DIGITS = 128;

/** The beginning of a digest: at least 8 lower-case hexadecimal digits, with or without an algorithm. */
export interface DigestBeginning {
  /** @default any algorithm */
  readonly algorithm?: string;
  readonly digits: string;
}

/**
 * Parses the beginning of a digest, like `4f4f2ce8` or `sha256:4f4f2ce8bc05`.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for fewer than 8 digits, and for other characters than lower-case hexadecimal digits
 */
export function parseBeginning(text: string): DigestBeginning {
  const [, algorithm, digits = ''] = /^(?:(sha256|sha512|blake3):)?(.*)$/s.exec(text) ?? [];
  const fail = (why: string, hint: string) =>
    new RemoraError('INVALID_ARGUMENT', `digest ${quote(text)} is not well formed: ${why}`, { found: text, hint });
  if (!/^[0-9a-f]*$/i.test(digits))
    throw fail('it has characters that are not hexadecimal digits', 'Write a digest, or at least 8 digits of it');
  if (digits !== digits.toLowerCase())
    throw fail('its digits are not all lower-case', `Write it as ${text.toLowerCase()}`);
  if (digits.length < LEAST_DIGITS)
    throw fail(
      `a beginning needs at least ${LEAST_DIGITS} hexadecimal digits, got ${digits.length}`,
      'Write more digits of it, or all of them',
    );
  if (digits.length > MOST_DIGITS) throw fail(`it has ${digits.length} digits`, 'Write a digest, or its beginning');
  return algorithm === undefined ? { digits } : { algorithm, digits };
}

/** Whether a digest begins so. */
export function beginsWith(digest: Digest, { algorithm, digits }: DigestBeginning): boolean {
  return encodedOf(digest).startsWith(digits) && (algorithm === undefined || algorithmOf(digest) === algorithm);
}

/** The beginning as it is written in messages. */
export function formatBeginning({ algorithm, digits }: DigestBeginning): string {
  return algorithm === undefined ? digits : `${algorithm}:${digits}`;
}
