import * as z from 'zod';
import { manifestFields } from '../results/schema.js';

export const resolveSchema = z.strictObject({ ...manifestFields });

/** A manifest by its digest. */
export type ResolveResult = Readonly<z.infer<typeof resolveSchema>>;
