import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { written } from '../results/schema.js';

const blobFields = { reference: z.string(), digest: digestSchema, size: z.int().nonnegative().describe('Bytes') };

export const fetchBlobSchema = z.strictObject({
  ...blobFields,
  path: z.string().exactOptional().describe('The file that was written; missing for a stream'),
});
export const putBlobSchema = z.strictObject({
  ...blobFields,
  result: written.describe('exists: it was there already'),
});

/** A fetched blob; `size` is in bytes. */
export type FetchBlobResult = Readonly<z.infer<typeof fetchBlobSchema>>;
/** A written blob; `size` is in bytes. */
export type PutBlobResult = Readonly<z.infer<typeof putBlobSchema>>;
