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
  verified: z.boolean().describe('false: the registry does not ask for credentials'),
});

export const loginsSchema = z.strictObject({
  credentials: z.array(
    z.strictObject({
      registry: z.string().describe('As in references; with a namespace if the credential is only for that'),
      username: z.string().exactOptional(),
      kind: z.enum(['password', 'identity-token', 'registry-token']),
      from: z.string().describe('File, variable or credential helper'),
      used: z.boolean().describe('false: another place, which is asked before, has a credential for the same registry'),
    }),
  ),
  places: z
    .array(z.strictObject({ from: z.string(), found: z.boolean() }))
    .describe('The files and variables that are asked, in this order'),
  certificates: z
    .array(
      z.strictObject({
        host: z.string().describe('host[:port], the name of the directory'),
        directory: z.string(),
        files: z.array(z.string()).readonly().describe('Paths of the files that are read'),
        used: z.boolean().describe('false: a directory that comes before has the same host'),
      }),
    )
    .describe('The directories of hosts below certs.d, of containers and Docker'),
  incomplete: unaskedSchema,
});

/** A stored credential: its registry and its place, without the secret. */
export type LoginResult = Readonly<z.infer<typeof loginSchema>> & {
  /** True for a credential helper; a file is not encrypted. Not enumerable. */
  readonly isHelper: boolean;
  /** Files and variables with a credential for the same registry that take precedence. Not enumerable. */
  readonly askedFirst: readonly string[];
};
/** All stored credentials, in the order in which they are looked for, without their secrets. */
export type LoginsResult = Readonly<z.infer<typeof loginsSchema>>;
