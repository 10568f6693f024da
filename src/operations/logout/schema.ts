import * as z from 'zod';
import { unaskedSchema } from '../login/schema.js';

export const logoutSchema = z.strictObject({
  registry: z.string(),
  removed: z
    .array(z.string())
    .readonly()
    .describe('Files and credential helpers that had credentials; empty: not logged in'),
  kept: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Variables that have credentials and cannot be changed'),
  incomplete: unaskedSchema,
});

/** Where credentials were removed. */
export type LogoutResult = Readonly<z.infer<typeof logoutSchema>>;
