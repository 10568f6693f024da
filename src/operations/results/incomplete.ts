import * as z from 'zod';
import { via } from './schema.js';

/** The schema of a failure in a result. */
export const errorFieldsSchema = z.strictObject({
  code: z.string().describe('A RemoraErrorCode, or FAILED for any other error'),
  message: z.string(),
  hint: z.string().exactOptional().describe('A next step'),
});

/** The schema of an entry of `incomplete`. */
export const incompleteSchema = z.strictObject({
  way: z.string().describe('The way or place, like "referrers of REFERENCE"'),
  error: errorFieldsSchema,
});

/** The schema of an entry of `asked`. */
export const askedSchema = z.strictObject({
  via,
  place: z.string().exactOptional().describe('With --referrers-in: the place that was asked'),
  subjects: z.int().describe('How many subjects were asked about'),
  found: z.int().describe('How many attachments it named'),
  unsupported: z.int().exactOptional().describe('How many of the subjects lack the way'),
});

/** A way or place that could not be asked, and its failure: the result may lack entries. */
export type Unasked = Readonly<z.infer<typeof incompleteSchema>>;

/** A way that answered, with counts of subjects and attachments. An attachment can be counted for several ways. */
export type AskedWay = Readonly<z.infer<typeof askedSchema>>;
