import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';

export const knownValueSchema = z.strictObject({
  where: z.enum(['type', 'predicate', 'cosign-tag']),
  value: z.string().describe('A value that ends in * matches all that begin with the rest'),
  kind: z.enum(KINDS).exactOptional().describe('Missing for wrappers, whose content decides'),
  format: z.enum(FORMATS).exactOptional(),
});

export const kindsSchema = z.strictObject({ kinds: z.array(knownValueSchema).readonly() });

/** A row of the table, as it is printed. */
export type KnownValue = Readonly<z.infer<typeof knownValueSchema>>;
/** The table of kinds, or its row for one value. */
export type KindsResult = Readonly<z.infer<typeof kindsSchema>>;
