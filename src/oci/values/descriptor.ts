import { RemoraError } from '../../errors.js';
import type { Annotations } from './annotations.js';
import { checkDigest, type Digest, digestOf } from './digest.js';
import type { Platform } from './platform.js';

/** A reference to content by type, digest and size in bytes (image-spec descriptor.md). Unknown fields are kept. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes of the raw content. */
  readonly size: number;
  readonly urls?: readonly string[] | undefined;
  readonly annotations?: Annotations | undefined;
  /** The content itself, base64 with padding. */
  readonly data?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly platform?: Platform | undefined;
}

/** The form of `data`. */
export const BASE64 = 'base64 (RFC 4648 §4, with padding)';

/** The expression repeats no group: on megabytes of data that overflows the engine's stack. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** The size that a descriptor must have. */
export const SIZE = 'a number of bytes from 0 to 2^53-1';

/** The descriptor of bytes in memory. */
export function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

/**
 * The content in a descriptor's `data`, or `undefined` without one. Data that is not the content is an error.
 *
 * @throws RemoraError `MALFORMED` (not base64), `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `UNSUPPORTED` (digest algorithm)
 */
export function embeddedData({ data, digest, size }: Descriptor): Uint8Array | undefined {
  if (data === undefined) return undefined;
  const what = `data of ${digest}`;
  if (!isBase64(data)) throw new RemoraError('MALFORMED', `${what} is not ${BASE64}`, { expected: BASE64 });
  const bytes = Buffer.from(data, 'base64');
  if (bytes.byteLength !== size) {
    throw new RemoraError('SIZE_MISMATCH', `${what} has ${bytes.byteLength} bytes, wanted ${size}`, {
      expected: size,
      found: bytes.byteLength,
    });
  }
  checkDigest(bytes, digest, what);
  return bytes;
}
