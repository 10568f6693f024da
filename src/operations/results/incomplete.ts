import * as z from 'zod';

/** A failure, as results and `--json` tell it. */
export const errorFieldsSchema = z.strictObject({
  code: z.string().describe('One of RemoraErrorCode, or FAILED'),
  message: z.string(),
  hint: z.string().exactOptional().describe('One next step'),
});

/** A way that could not be asked, so that a result may lack what is there. */
export const incompleteSchema = z.strictObject({ way: z.string(), error: errorFieldsSchema });
