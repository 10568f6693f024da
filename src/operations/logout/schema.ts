import * as z from 'zod';
import { unaskedSchema } from '../login/schema.js';

export const logoutSchema = z.strictObject({
  registry: z.string(),
  removed: z
    .array(z.string())
    .readonly()
    .describe('Files and credential helpers that had credentials; empty without a login'),
  kept: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Variables with credentials, which remora cannot change'),
  incomplete: unaskedSchema,
});

/** The places from which credentials were removed, and those that keep some. */
export type LogoutResult = Readonly<z.infer<typeof logoutSchema>>;
