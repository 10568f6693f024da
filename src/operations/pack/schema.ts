import * as z from 'zod';
import { descriptorSchema } from '../../oci/values/descriptor.js';
import { annotations, descriptorFields, document, manifestFields, via, written } from '../results/schema.js';

export const packedFields = {
  ...manifestFields,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: the very same artifact was there already'),
  layers: z.array(z.looseObject({ ...descriptorFields, result: written })).readonly(),
  listedBy: via.exactOptional().describe('For an artifact with a subject: where it is listed'),
};

export const dryRunSchema = z.strictObject({
  dryRun: z.literal(true).describe('Nothing was written'),
  ...descriptorFields,
  manifest: document.describe('The document that would be written'),
  layers: z.array(descriptorSchema).readonly(),
});

/** The outcome of a dry run of push or attach. */
export type DryRunResult = Readonly<z.infer<typeof dryRunSchema>> & {
  /** The exact bytes of the manifest; not enumerable, so that JSON has none. */
  readonly bytes: Uint8Array;
};
