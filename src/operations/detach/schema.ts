import * as z from 'zod';
import { errorFieldsSchema, incompleteSchema } from '../results/incomplete.js';
import { freedFields, removalSchema } from '../results/removal-schema.js';

const attachment = removalSchema.extend({
  place: z.string().exactOptional().describe('With --referrers-in: the place that has it'),
});

const blocked = attachment.extend({
  reason: z.string().describe('Why it stays'),
  hint: z.string().describe('A way to remove it'),
});

const failed = attachment.extend({ error: errorFieldsSchema });

/** The schema of `detach --json`. */
export const detachSchema = z.strictObject({
  reference: z.string().describe('The subject'),
  removed: z.array(attachment).readonly().describe('In the order of removal; in a dry run, of the planned removal'),
  orphans: z
    .array(attachment)
    .readonly()
    .describe('Attachments of removed attachments, which stay without their subject'),
  deeper: z
    .strictObject({
      attachments: z.array(attachment).readonly(),
      incomplete: z.array(incompleteSchema.readonly()).readonly().describe('Ways that could not be asked for more'),
    })
    .readonly()
    .exactOptional()
    .describe('Attachments of attachments that stay, which fit the selection and stay, too'),
  blocked: z.array(blocked).readonly().describe('Selected attachments that cannot be removed'),
  incomplete: z.array(failed).readonly().describe('Attachments whose removal failed; empty: all were removed'),
  ...freedFields,
  dryRun: z.literal(true).exactOptional().describe('The store was not changed: the result is the plan'),
});

/** Attachments of attachments that fit a selection of `detach`, which never removes them. */
export type DeeperAttachments = NonNullable<DetachResult['deeper']>;

/** The outcome of `detach`: each selected attachment is in `removed`, `blocked` or `incomplete`. */
export type DetachResult = Readonly<z.infer<typeof detachSchema>>;

/** An attachment that was removed, or stays without its subject. `size` is in bytes. */
export type DetachedAttachment = Readonly<z.infer<typeof attachment>>;

/** A selected attachment that cannot be removed, with the reason and a way to remove it. */
export type BlockedAttachment = Readonly<z.infer<typeof blocked>>;

/** A selected attachment whose removal failed, with the failure. */
export type FailedAttachment = Readonly<z.infer<typeof failed>>;
