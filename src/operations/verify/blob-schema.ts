import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { revocation, trustedRoot, verdictFields } from './schema.js';

const { coveredBy: _, ...verdict } = verdictFields;

/** The schema of `verify --blob --json`. */
export const verifyBlobSchema = z.strictObject({
  blob: z.string().describe('The path, or the name of the content'),
  digest: digestSchema,
  size: z.int().nonnegative().describe('Bytes'),
  bundle: z.string().describe('The path, or the name of the content'),
  outcome: z.enum(['verified', 'not-verified']),
  kind: z.enum(KINDS).exactOptional().describe('Of a verified bundle: as its payload says'),
  formats: z.array(z.enum(FORMATS)).readonly().exactOptional().describe('The outermost wrapper first'),
  predicateType: z.string().exactOptional().describe('Of a verified bundle: as its payload says'),
  ...verdict,
  revocation,
  trustedRoot: trustedRoot.exactOptional(),
});

/** Whether a bundle verifies a file. */
export type VerifyBlobResult = Readonly<z.infer<typeof verifyBlobSchema>>;
