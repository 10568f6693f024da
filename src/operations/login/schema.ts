import * as z from 'zod';
import { incompleteSchema } from '../results/incomplete.js';

export const unaskedSchema = z
  .array(incompleteSchema)
  .exactOptional()
  .describe('Files and credential helpers that could not be asked');

export const loginSchema = z.strictObject({
  registry: z.string(),
  username: z.string().exactOptional(),
  stored: z.string().describe('Path of the file, or name of the credential helper'),
  verified: z.boolean().describe('false: the registry asks nobody for credentials'),
});

export const loginsSchema = z.strictObject({
  credentials: z.array(
    z.strictObject({
      registry: z.string().describe('As in references, with a namespace behind it if it is for that alone'),
      username: z.string().exactOptional(),
      kind: z.enum(['password', 'identity-token', 'registry-token']),
      from: z.string().describe('File, variable or credential helper'),
    }),
  ),
  incomplete: unaskedSchema,
});

/** A credential that was stored. */
export type LoginResult = Readonly<z.infer<typeof loginSchema>> & {
  /** Whether a credential helper keeps it: a file keeps it without encryption. Not enumerable. */
  readonly isHelper: boolean;
  /** Files and variables that have a credential for the registry, too, and are asked first. Not enumerable. */
  readonly askedFirst: readonly string[];
};
/** All credentials that are kept, in the order in which they are looked for, without their secrets. */
export type LoginsResult = Readonly<z.infer<typeof loginsSchema>>;
