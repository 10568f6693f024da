import * as z from 'zod';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Platform } from '../../oci/values/platform.js';
import { digestSchema } from '../results/digest-schema.js';
import { descriptorFields } from '../results/schema.js';

const platform: z.ZodType<Platform> = z.looseObject({ architecture: z.string(), os: z.string() });
const descriptor = z.looseObject({ ...descriptorFields, platform: platform.optional() });
const leftSchema: z.ZodType<Descriptor> = descriptor;

const copiedObjectSchema = z.strictObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().describe('Bytes'),
  result: z
    .enum(['copied', 'mounted', 'exists', 'skipped'])
    .describe('skipped: not looked at, since the manifest that needs it was assumed to be complete'),
});

const copiedTagSchema = z.strictObject({
  tag: z.string(),
  digest: digestSchema,
  replaced: digestSchema.exactOptional().describe('What it stood for before'),
});

/** The schema of what `copy` prints with `--json`. */
export const copySchema = z.strictObject({
  roots: z
    .array(descriptor.extend({ reference: z.string() }))
    .readonly()
    .describe('What was asked for, in the destination'),
  tags: z.array(copiedTagSchema.readonly()).readonly().describe('Tags in the destination, by name'),
  attached: z.int().describe('How many manifests came along since they are attached'),
  bytes: z.int().describe('How many were moved; mounted and existing ones do not count'),
  objects: z.array(copiedObjectSchema.readonly()).readonly(),
  left: z
    .array(leftSchema)
    .readonly()
    .describe('Attached by way of an index that was not copied, so that it stayed behind'),
  dryRun: z.literal(true).exactOptional().describe('Nothing was written'),
});

/** The outcome for one blob or manifest. */
export type CopiedObject = Readonly<z.infer<typeof copiedObjectSchema>>;
/** A tag in the destination. */
export type CopiedTag = Readonly<z.infer<typeof copiedTagSchema>>;
/** What was copied. */
export type CopyResult = Readonly<z.infer<typeof copySchema>>;
