import * as z from 'zod';
import { digestSchema } from '../../oci/values/descriptor.js';
import type { CheckResult } from '../check/check.js';
import { FINDING_CODES, SEVERITIES } from '../check/report/findings.js';
import { incompleteSchema } from '../results/incomplete.js';

const finding = z.strictObject({
  code: z.enum(FINDING_CODES),
  severity: z.enum(SEVERITIES),
  message: z.string(),
  what: z.string().describe('The thing: a digest, a tag or a file'),
  digest: digestSchema.exactOptional(),
  place: z.string().describe('The place that has it'),
  fix: z.string().describe('One next step'),
  fixable: z.boolean().describe('--fix does that step'),
});

/** The schema of what `check` prints with `--json`. */
export const checkSchema: z.ZodType<CheckResult> = z.strictObject({
  reference: z.string(),
  digest: digestSchema.exactOptional().describe('Of what was asked for; absent for a layout as a whole'),
  checked: z.strictObject({
    manifests: z.int().nonnegative(),
    blobs: z.int().nonnegative(),
    bytes: z.int().nonnegative().describe('Of all of them'),
    bytesRead: z.int().nonnegative().describe('Bytes that were read and hashed'),
  }),
  deep: z.boolean().describe('false: of blobs only presence and size were checked'),
  findings: z.array(finding).describe('The worst first'),
  fixed: z.array(finding).exactOptional().describe('What is no more; in a dry run: would be no more'),
  incomplete: z.array(incompleteSchema).describe('What could not be read or asked; empty means that everything was'),
  dryRun: z.literal(true).exactOptional().describe('Nothing was changed'),
});
