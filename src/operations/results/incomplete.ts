import * as z from 'zod';

/** The schema of a failure in a result. */
export const errorFieldsSchema = z.strictObject({
  code: z.string().describe('A RemoraErrorCode, or FAILED for any other error'),
  message: z.string(),
  hint: z.string().exactOptional().describe('A next step'),
});

/** A way that could not be asked, so that a result may lack what is there. */
export const incompleteSchema = z.strictObject({ way: z.string(), error: errorFieldsSchema });
