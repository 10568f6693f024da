import * as z from 'zod';
import { digestSchema } from '../../results/digest-schema.js';
import { FINDING_CODES, SEVERITIES } from './findings.js';

export const findingSchema = z
  .strictObject({
    code: z.enum(FINDING_CODES),
    severity: z.enum(SEVERITIES),
    message: z.string().describe('What was found; it names the content and what names that'),
    what: z.string().describe('What it is about: a digest, a tag or a file'),
    digest: digestSchema.exactOptional(),
    place: z.string().describe('The place that has it'),
    fix: z.string().describe('One next step'),
    fixable: z.boolean().describe('--fix does that step'),
  })
  .readonly();

export const checkedSchema = z
  .strictObject({
    manifests: z.int().nonnegative(),
    blobs: z.int().nonnegative(),
    bytes: z.int().nonnegative().describe('Of all of them'),
    bytesRead: z.int().nonnegative().describe('Bytes that were read and hashed'),
  })
  .readonly();

/** Something that is not as it should be. */
export type Finding = z.infer<typeof findingSchema>;
/** What was looked at. */
export type Checked = z.infer<typeof checkedSchema>;
