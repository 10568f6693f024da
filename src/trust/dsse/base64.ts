import { RemoraError } from '../../errors.js';

/**
 * The bytes of base64 in one reading: the standard alphabet with padding, in one line, and no bits left over (RFC 4648,
 * section 4 and 3.5). DSSE allows the URL-safe alphabet too; no known signer writes it, and cosign reads no such payload.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readBase64(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  // Node.js skips what it does not know: text that it writes otherwise is another one.
  if (bytes.toString('base64') === text) return bytes;
  throw new RemoraError('MALFORMED', `${what} is not base64 of the standard alphabet with padding`);
}
