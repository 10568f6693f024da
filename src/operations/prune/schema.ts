import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { errorFieldsSchema } from '../results/incomplete.js';
import { freedFields, removalSchema } from '../results/removal-schema.js';

/** The rules of `prune`, by the names of their flags. */
export const PRUNE_RULES = ['orphans', 'duplicates', 'keep-latest', 'older-than'] as const;

/** The reasons why an attachment stays. */
export const KEEP_REASONS = [
  'undated',
  'signature',
  'tagged',
  'image',
  'in-index',
  'shared',
  'signed',
  'holds-kept',
  'names-elsewhere',
  'changed',
] as const;

const attachment = removalSchema.extend({
  rules: z
    .array(z.enum(PRUNE_RULES))
    .readonly()
    .describe('The rules that chose it; empty: it is attached to what goes, and goes along'),
  created: z.string().exactOptional().describe('org.opencontainers.image.created'),
});

const stays = attachment.extend({
  reason: z.enum(KEEP_REASONS).describe('Why it stays'),
  message: z.string().describe('The reason, for a person'),
});

const list = z.strictObject({
  reference: z.string().describe('The list, with its tag where it has one'),
  subject: digestSchema.describe('The manifest whose attachments it lists'),
  entries: z.array(digestSchema).readonly().describe('Entries of manifests that are gone, which are taken out'),
  removed: z.boolean().describe('true: the list goes, as it is empty and its subject is gone'),
});

const unseen = z.strictObject({
  what: z.enum(['untagged-images', 'untagged-orphans']),
  message: z.string().describe('The part of the place that it does not list, for a person'),
});

/** The schema of `prune --json`. */
export const pruneSchema = z.strictObject({
  reference: z.string().describe('The repository or layout'),
  subjectsIn: z.array(z.string()).readonly().describe('The places that were asked for subjects'),
  planned: z.array(attachment).readonly().describe('The attachments that go by the rules, in the order of removal'),
  removed: z.array(attachment).readonly().describe('In the order of removal; empty in a dry run'),
  kept: z
    .record(z.string(), z.int().positive())
    .describe('How many attachments that a rule chose stay, by the `reason` in `stays`'),
  stays: z.array(stays).readonly().describe('These attachments, each with its reason'),
  lists: z.array(list).readonly().describe('Lists of referrers that change; in a dry run, that would change'),
  incomplete: z
    .array(attachment.extend({ error: errorFieldsSchema }))
    .readonly()
    .describe('Attachments whose removal failed'),
  unmended: z
    .array(z.strictObject({ reference: z.string(), error: errorFieldsSchema }))
    .readonly()
    .describe('Lists that could not be changed'),
  unseen: z.array(unseen).readonly().describe('Parts of the place that it does not list'),
  ...freedFields,
  dryRun: z.literal(true).exactOptional().describe('The place was not changed: `planned` and `lists` are the plan'),
});

/** The outcome of `prune`: each planned attachment is in `removed`, `stays` (reason `changed`) or `incomplete`. */
export type PruneResult = Readonly<z.infer<typeof pruneSchema>>;
/** An attachment that a rule chose, or that goes along. `size` is in bytes. */
export type PrunedAttachment = Readonly<z.infer<typeof attachment>>;
/** An attachment that a rule chose, and that stays. */
export type KeptAttachment = Readonly<z.infer<typeof stays>>;
/** A list of referrers that loses entries of manifests that are gone, or goes. */
export type PrunedList = Readonly<z.infer<typeof list>>;
/** A part of the place that could not be looked at, since the place does not list it. */
export type Unseen = Readonly<z.infer<typeof unseen>>;
export type PruneRule = (typeof PRUNE_RULES)[number];
export type KeepReason = (typeof KEEP_REASONS)[number];
