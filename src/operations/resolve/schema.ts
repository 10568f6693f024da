import * as z from 'zod';
import { manifestFields } from '../results/schema.js';

export const resolveSchema = z.strictObject({ ...manifestFields });

/** The descriptor of a manifest (`size` in bytes), with its reference by digest. */
export type ResolveResult = Readonly<z.infer<typeof resolveSchema>>;
