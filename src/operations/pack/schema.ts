import * as z from 'zod';
import { descriptorSchema } from '../../oci/values/descriptor-schema.js';
import { annotations, descriptorFields, document, manifestFields, via, written } from '../results/schema.js';

export const packedFields = {
  ...manifestFields,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: the same artifact was there already'),
  layers: z.array(z.looseObject({ ...descriptorFields, result: written })).readonly(),
  listedBy: via.exactOptional().describe('For an artifact with a subject: where it is listed'),
};

export const dryRunSchema = z.strictObject({
  dryRun: z.literal(true).describe('A dry run: the destination is unchanged'),
  ...descriptorFields,
  manifest: document.describe('The document that would be written'),
  layers: z.array(descriptorSchema).readonly(),
});

/** The outcome of a dry run of push or attach: the descriptor of the manifest, its document and its layers. */
export type DryRunResult = Readonly<z.infer<typeof dryRunSchema>> & {
  /** The exact bytes of the manifest; not enumerable, so JSON lacks them. */
  readonly bytes: Uint8Array;
};
