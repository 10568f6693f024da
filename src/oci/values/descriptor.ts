import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { checkShape, listOf, wanted } from '../text/json.js';
import type { Annotations } from './annotations.js';
import { annotationsSchema } from './annotations-schema.js';
import { checkDigest, type Digest, digestOf, isDigest } from './digest.js';
import { isMediaType } from './media-types.js';
import type { Platform } from './platform.js';
import { platformSchema } from './platform-schema.js';

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

const mediaTypeSchema = z
  .string()
  .check(z.refine(isMediaType, { error: wanted('a media type (RFC 6838, without parameters)') }));

const digestSchema = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), {
  error: wanted('a digest'),
});

const BASE64 = 'base64 (RFC 4648 §4, with padding)';

/** Does not repeat a group of the expression: on megabytes of data that overflows the engine's stack. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

const uri = z
  .string()
  .check(z.refine((text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text), { error: wanted('a URI') }));

/** The size that a descriptor must have. */
export const SIZE = 'a number of bytes from 0 to 2^53-1';

const fields = {
  mediaType: mediaTypeSchema,
  digest: digestSchema,
  size: z.int({ error: wanted(SIZE) }).check(z.nonnegative({ error: wanted(SIZE) })),
  urls: z.optional(listOf(uri)),
  annotations: z.optional(annotationsSchema),
  data: z.optional(z.string().check(z.refine(isBase64, { error: wanted(BASE64) }))),
  platform: z.optional(platformSchema),
};

export const descriptorSchema: z.ZodMiniType<Descriptor> = z.looseObject({
  ...fields,
  artifactType: z.optional(mediaTypeSchema),
});

/**
 * An entry of an index or of a list of referrers. Registries copy any `artifactType`, even an empty one: an odd entry
 * must not hide the others.
 */
export const entrySchema: z.ZodMiniType<Descriptor> = z.looseObject({
  ...fields,
  artifactType: z.optional(z.string()),
});

/**
 * Checks a value that should be a descriptor.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseDescriptor(value: unknown, what = 'descriptor'): Descriptor {
  return checkShape(descriptorSchema, value, what);
}

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
