import * as z from 'zod';
import { annotations, document, manifestFields, via, written } from '../results/schema.js';

const { artifactType, ...readFields } = manifestFields;

export const readManifestSchema = z.strictObject({
  ...readFields,
  manifest: document.describe('What the bytes say; their digest is not that of this text'),
});

export const putManifestSchema = z.strictObject({
  ...readFields,
  artifactType,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: it was there already'),
  listedBy: via.exactOptional().describe('For a manifest with a subject: where it is listed'),
});

/** A manifest that was read. */
export type ReadManifestResult = Readonly<z.infer<typeof readManifestSchema>> & {
  /** Exactly as they are stored, and verified; not enumerable, so that JSON has none. */
  readonly bytes: Uint8Array;
};
/** A manifest that was put. */
export type PutManifestResult = Readonly<z.infer<typeof putManifestSchema>>;
