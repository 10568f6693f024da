import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { checkedSchema, findingSchema } from './report/schema.js';

/** The schema of what `check` prints with `--json`. */
export const checkSchema = z
  .strictObject({
    reference: z.string(),
    digest: digestSchema.exactOptional().describe('Of what was asked for; absent for a layout as a whole'),
    checked: checkedSchema,
    deep: z.boolean().describe('false: of blobs only presence and size were checked'),
    findings: z.array(findingSchema).readonly().describe('The worst first'),
    fixed: z
      .array(findingSchema)
      .readonly()
      .exactOptional()
      .describe('What was brought back or repaired; in a dry run: would be'),
    incomplete: z
      .array(incompleteSchema.readonly())
      .readonly()
      .describe('What could not be read or asked; empty means that everything was'),
    dryRun: z.literal(true).exactOptional().describe('Nothing was changed'),
  })
  .readonly();

/** What a check found. Without errors in `findings`, and with an empty `incomplete`, what was checked is whole. */
export type CheckResult = z.infer<typeof checkSchema>;
