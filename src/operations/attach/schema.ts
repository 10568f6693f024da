import * as z from 'zod';
import type { Manifest } from '../../oci/documents/manifest.js';
import { type DryRunResult, dryRunSchema, packedFields } from '../pack/schema.js';
import { digestSchema } from '../results/digest-schema.js';
import { manifestFields } from '../results/schema.js';
import { signatureSchema } from '../sign/schema.js';

const sameContentSchema = z.strictObject({
  reference: z.string().describe('The other attachment'),
  digest: digestSchema,
  artifactType: z.string().exactOptional(),
  title: z.string().exactOptional().describe('The name of the file there'),
  layer: digestSchema.describe('The content that both have'),
  name: z.string().exactOptional().describe('The name of the file here'),
});

/** Another attachment of the subject with the same content. */
export type SameContent = Readonly<z.infer<typeof sameContentSchema>>;

export const attachSchema = z.strictObject({
  ...packedFields,
  subject: z.strictObject({ ...manifestFields }),
  sameContent: z
    .array(sameContentSchema)
    .readonly()
    .exactOptional()
    .describe('Other attachments of the subject that hold a file of this one'),
  signature: signatureSchema.exactOptional().describe('With a key: the signature of the attached artifact'),
});

/** An attached artifact, its subject, and in `listedBy` the way by which it is listed. */
export type AttachResult = Readonly<z.infer<typeof attachSchema>> & {
  /** The manifest with its exact bytes; not enumerable, so JSON lacks it. */
  readonly manifest: Manifest;
};

const platform = z
  .string()
  .exactOptional()
  .describe("os[:version]/architecture[/variant], as the index or the image's config names it");

const eachFields = {
  reference: z.string().describe('The full reference of the index or image'),
  subject: z
    .strictObject({ ...manifestFields })
    .exactOptional()
    .describe('The index or image; absent for a layout with one of that name for each platform'),
  withoutPlatform: z
    .array(z.strictObject({ ...manifestFields }))
    .readonly()
    .exactOptional()
    .describe('With a file for each platform: entries that name none, which got nothing'),
};

export const attachEachSchema = z.strictObject({
  ...eachFields,
  attachments: z
    .array(attachSchema.extend({ platform }))
    .readonly()
    .describe('The artifact of the index itself first, then that of each platform, in the order of the index'),
});

/** The artifacts that were attached to the platforms of an index, to itself, or to both. */
export type AttachEachResult = Readonly<Omit<z.infer<typeof attachEachSchema>, 'attachments'>> & {
  readonly attachments: readonly (AttachResult & { readonly platform?: string })[];
};

export const attachEachDryRunSchema = z.strictObject({
  dryRun: z.literal(true).describe('A dry run: the destination is unchanged'),
  ...eachFields,
  attachments: z.array(dryRunSchema.extend({ platform })).readonly().describe('The artifacts that would be attached'),
});

/** The outcome of a dry run with several subjects. */
export type AttachEachDryRunResult = Readonly<Omit<z.infer<typeof attachEachDryRunSchema>, 'attachments'>> & {
  readonly attachments: readonly (DryRunResult & { readonly platform?: string })[];
};
