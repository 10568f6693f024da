import * as z from 'zod/mini';
import { checkShape, listOf, wanted } from '../text/json.js';
import { annotationsSchema } from './annotations-schema.js';
import { BASE64, type Descriptor, isBase64, SIZE } from './descriptor.js';
import { type Digest, isDigest } from './digest.js';
import { isMediaType } from './media-types.js';
import { platformSchema } from './platform-schema.js';

const mediaTypeSchema = z
  .string()
  .check(z.refine(isMediaType, { error: wanted('a media type (RFC 6838, without parameters)') }));

const digestSchema = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), {
  error: wanted('a digest'),
});

const uri = z
  .string()
  .check(z.refine((text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text), { error: wanted('a URI') }));

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
