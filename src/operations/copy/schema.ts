import * as z from 'zod';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Platform } from '../../oci/values/platform.js';
import { digestSchema } from '../results/digest-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { descriptorFields } from '../results/schema.js';
import { proofSchema, unverifiedSchema } from '../verified/schema.js';

const platform: z.ZodType<Platform> = z.looseObject({ architecture: z.string(), os: z.string() });
const descriptor = z.looseObject({ ...descriptorFields, platform: platform.optional() });
const leftSchema: z.ZodType<Descriptor> = descriptor;

const copiedObjectSchema = z.strictObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().describe('Bytes'),
  result: z
    .enum(['copied', 'mounted', 'exists', 'skipped'])
    .describe('skipped: not looked for, since its manifest was assumed to be complete'),
});

const copiedTagSchema = z.strictObject({
  tag: z.string(),
  digest: digestSchema,
  replaced: digestSchema.exactOptional().describe('The digest that it named before'),
});

const keptTagSchema = z.strictObject({
  tag: z.string(),
  digest: digestSchema.describe('The digest that it names in the destination'),
  wanted: digestSchema.describe('The digest that it would name'),
});

const leftBehindSchema = z
  .strictObject({
    count: z.int().describe('Attachments of the roots themselves; their children and attachments can have more'),
    incomplete: z.array(incompleteSchema.readonly()).readonly().describe('Questions that failed: there may be more'),
  })
  .readonly();

/** The schema of what `copy` prints with `--json`. */
export const copySchema = z.strictObject({
  roots: z
    .array(descriptor.extend({ reference: z.string(), verified: proofSchema.exactOptional() }))
    .readonly()
    .describe('The manifests that the source names, in the destination'),
  tags: z.array(copiedTagSchema.readonly()).readonly().describe('Tags in the destination, by name'),
  kept: z
    .array(keptTagSchema.readonly())
    .readonly()
    .exactOptional()
    .describe('With noClobber: tags that stay, since they name other manifests in the destination'),
  attached: z.int().describe('Number of attachments that were copied'),
  bytes: z.int().describe('Bytes that were moved; mounted and existing objects do not count'),
  objects: z.array(copiedObjectSchema.readonly()).readonly(),
  left: z
    .array(leftSchema)
    .readonly()
    .describe('Attachments named only by an index that was not copied: they stayed behind'),
  attachedLeft: leftBehindSchema
    .exactOptional()
    .describe('Without recursive, where countLeft asks for it: attachments that stayed behind'),
  incomplete: z
    .array(incompleteSchema.readonly())
    .readonly()
    .describe('Of several roots: those that stayed behind, and attachments, each with the failure'),
  unverified: z
    .array(unverifiedSchema)
    .readonly()
    .exactOptional()
    .describe('With verify and recursive: attachments that are not verified, and stayed behind'),
  dryRun: z.literal(true).exactOptional().describe('A dry run: the destination is unchanged'),
});

/** The outcome for a blob or manifest; `size` is in bytes. */
export type CopiedObject = Readonly<z.infer<typeof copiedObjectSchema>>;
/** A tag in the destination, with the digest that it names and the one that it named before. */
export type CopiedTag = Readonly<z.infer<typeof copiedTagSchema>>;
/** A tag that stays, with the digest that it names, and the one that it would name. */
export type KeptTag = Readonly<z.infer<typeof keptTagSchema>>;
/** The outcome of a copy: its roots, tags, and every blob and manifest with its outcome. */
export type CopyResult = Readonly<z.infer<typeof copySchema>>;
/** The attachments that a copy without `recursive` left behind. */
export type AttachedLeft = z.infer<typeof leftBehindSchema>;
