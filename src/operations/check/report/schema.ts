import * as z from 'zod';
import { digestSchema } from '../../results/digest-schema.js';
import { FINDING_CODES, SEVERITIES } from './findings.js';

export const findingSchema = z
  .strictObject({
    code: z.enum(FINDING_CODES),
    severity: z.enum(SEVERITIES),
    message: z.string().describe('Names the content, and the manifest or list that names it'),
    what: z.string().describe('The subject of the finding: a digest, a tag or a file'),
    digest: digestSchema.exactOptional(),
    place: z.string().describe('Reference of the content, with its place'),
    fix: z.string().describe('The next step'),
    fixable: z.boolean().describe('true: --fix does that step'),
  })
  .readonly();

export const checkedSchema = z
  .strictObject({
    manifests: z.int().nonnegative(),
    blobs: z.int().nonnegative(),
    bytes: z.int().nonnegative().describe('Size of all of them'),
    bytesRead: z.int().nonnegative().describe('Bytes that were read and hashed'),
  })
  .readonly();

/** A deviation that a check found, with its stable code, its severity and the next step. */
export type Finding = z.infer<typeof findingSchema>;
/** Counts of the checked manifests and blobs, and their bytes. */
export type Checked = z.infer<typeof checkedSchema>;
