import * as z from 'zod';

export const deleteSchema = z.strictObject({
  reference: z.string(),
  deleted: z.boolean().describe('false: the caller declined the deletion'),
  listUpdated: z.boolean().exactOptional().describe('true: it was removed from a referrers tag'),
  damaged: z
    .boolean()
    .exactOptional()
    .describe('true: its content did not have its digest, so that its subject is not known'),
  remaining: z.string().exactOptional().describe('The manifest of a deleted tag, which stays'),
});

/** The outcome of a deletion. */
export type DeleteResult = Readonly<z.infer<typeof deleteSchema>>;
