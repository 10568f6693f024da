import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { checkedSchema, findingSchema } from './report/schema.js';

/** The schema of what `check` prints with `--json`. */
export const checkSchema = z
  .strictObject({
    reference: z.string(),
    digest: digestSchema.exactOptional().describe('Of the checked manifest; absent for a layout as a whole'),
    checked: checkedSchema,
    deep: z.boolean().describe('false: only presence and size of blobs were checked'),
    findings: z.array(findingSchema).readonly().describe('The worst first'),
    fixed: z
      .array(findingSchema)
      .readonly()
      .exactOptional()
      .describe('Findings that were fetched or repaired; in a dry run: that would be'),
    incomplete: z
      .array(incompleteSchema.readonly())
      .readonly()
      .describe('Questions that failed; empty: the check is complete'),
    dryRun: z.literal(true).exactOptional().describe('A dry run: the layout is unchanged'),
  })
  .readonly();

/** The result of a check. Content is whole without errors in `findings` and with an empty `incomplete`. */
export type CheckResult = z.infer<typeof checkSchema>;

/** The schema of what `check --gc` prints with `--json`. */
export const garbageSchema = z
  .strictObject({
    reference: z.string(),
    blobs: z
      .array(z.strictObject({ digest: digestSchema, size: z.int().describe('In bytes') }).readonly())
      .readonly()
      .describe('Blobs that nothing names, and that were removed; in a dry run: that would be'),
    leftOvers: z
      .array(z.strictObject({ name: z.string(), size: z.int().describe('In bytes') }).readonly())
      .readonly()
      .describe('Temporary files whose makers are gone, and unfinished uploads; removed as well'),
    bytes: z.int().describe('The sum of all sizes'),
    young: z.int().describe('How many blobs stay that nothing names, since they are younger than --grace'),
    foreign: z.array(z.string()).readonly().describe('Files that are not part of the layout: they stay'),
    dryRun: z.literal(true).exactOptional().describe('A dry run: the layout is unchanged'),
  })
  .readonly();

/** The result of a collection of garbage. */
export type GarbageResult = z.infer<typeof garbageSchema>;
