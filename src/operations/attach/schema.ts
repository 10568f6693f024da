import * as z from 'zod';
import type { Manifest } from '../../oci/documents/manifest.js';
import { packedFields } from '../pack/schema.js';
import { manifestFields } from '../results/schema.js';
import { signatureSchema } from '../sign/schema.js';

export const attachSchema = z.strictObject({
  ...packedFields,
  subject: z.strictObject({ ...manifestFields }),
  signature: signatureSchema.exactOptional().describe('With a key: the signature of the attached artifact'),
});

/** An attached artifact, its subject, and in `listedBy` the way by which it is listed. */
export type AttachResult = Readonly<z.infer<typeof attachSchema>> & {
  /** The manifest with its exact bytes; not enumerable, so JSON lacks it. */
  readonly manifest: Manifest;
};
