import { z } from 'zod';
import { type Annotations, annotationsSchema } from './annotations.js';
import { type Digest, digestOf, isDigest } from './digest.js';
import { checkShape } from './json.js';
import { isMediaType } from './media-types.js';
import { type Platform, platformSchema } from './platform.js';

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

export const mediaTypeSchema = z.string().refine(isMediaType, 'not a media type (RFC 6838, without parameters)');

export const digestSchema = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'not a digest');

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const uri = z.string().refine((text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text), 'not a URI');

const fields = {
  mediaType: mediaTypeSchema,
  digest: digestSchema,
  size: z.int('not an integer that can be held exactly').nonnegative(),
  urls: z.array(uri).optional(),
  annotations: annotationsSchema.optional(),
  data: z.string().regex(BASE64, 'not base64 (RFC 4648 §4, with padding)').optional(),
  platform: platformSchema.optional(),
};

export const descriptorSchema: z.ZodType<Descriptor> = z.looseObject({
  ...fields,
  artifactType: mediaTypeSchema.optional(),
});

/**
 * An entry of an index or of a list of referrers. Registries copy whatever `artifactType` was pushed, an empty
 * string too: one odd entry must not hide the others.
 */
export const entrySchema: z.ZodType<Descriptor> = z.looseObject({ ...fields, artifactType: z.string().optional() });

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
