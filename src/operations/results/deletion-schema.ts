import * as z from 'zod';

export const deleteSchema = z.strictObject({
  reference: z.string(),
  deleted: z.boolean().describe('false: the answer to the question was no'),
  listUpdated: z.boolean().exactOptional().describe('A referrers tag named it, and does so no longer'),
  remaining: z.string().exactOptional().describe('The manifest that a deleted tag pointed at, which stays'),
});

/** The outcome of a deletion. */
export type DeleteResult = Readonly<z.infer<typeof deleteSchema>>;
