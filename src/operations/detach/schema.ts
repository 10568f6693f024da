import * as z from 'zod';
import { KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { errorFieldsSchema } from '../results/incomplete.js';
import { manifestFields, via } from '../results/schema.js';

const attachment = z.strictObject({
  ...manifestFields,
  reference: z.string().describe('The manifest, also where the attachment is one of its layers'),
  digest: digestSchema.describe('Of the attachment: of the manifest, or of the layer'),
  kind: z.enum(KINDS).exactOptional().describe('What people call it'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('What it is, or was, attached to'),
  platform: z.string().exactOptional().describe('Of the subject, where that is a child of an index'),
  via: z.array(via).readonly().describe('How it was found'),
});

const blocked = attachment.extend({
  reason: z.string().describe('Why it stays'),
  hint: z.string().describe('How to get rid of it all the same'),
});

const failed = attachment.extend({ error: errorFieldsSchema });

/** The schema of what `detach` prints with `--json`. */
export const detachSchema = z.strictObject({
  reference: z.string().describe('The subject'),
  removed: z
    .array(attachment)
    .readonly()
    .describe('In the order in which they went; in a dry run, in which they would go'),
  orphans: z.array(attachment).readonly().describe('Attached to what went, and stays without its subject'),
  blocked: z.array(blocked).readonly().describe('Meant, and yet it stays'),
  incomplete: z.array(failed).readonly().describe('What should go and is still there; empty means that all went'),
  pruned: z
    .strictObject({ blobs: z.int().nonnegative(), bytes: z.int().nonnegative() })
    .exactOptional()
    .describe('With --prune: blobs that nothing led to any more'),
  unpruned: errorFieldsSchema.exactOptional().describe('With --prune: why blobs could not be removed'),
  dryRun: z.literal(true).exactOptional().describe('Nothing was changed: this is what would be'),
});

/** The outcome of `detach`. */
export type DetachResult = Readonly<z.infer<typeof detachSchema>>;

/** An attachment that is, or was, attached. */
export type DetachedAttachment = Readonly<z.infer<typeof attachment>>;

/** A selected attachment that cannot be detached. */
export type BlockedAttachment = Readonly<z.infer<typeof blocked>>;

/** An attachment that could not be removed. */
export type FailedAttachment = Readonly<z.infer<typeof failed>>;
