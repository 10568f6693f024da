import * as z from 'zod';
import { listOf } from '../text/json.js';
import { type Annotations, annotationsSchema } from '../values/annotations.js';
import { type Descriptor, entrySchema } from '../values/descriptor.js';

/** An image index: a list of manifests (image-spec image-index.md). Docker's manifest list has the same shape. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

export const imageIndexSchema: z.ZodType<ImageIndex> = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  // olareg answers `"manifests": null` when there are none. The name itself must be there.
  manifests: listOf(entrySchema)
    .nullable()
    .transform((entries) => entries ?? []),
  subject: entrySchema.optional(),
  annotations: annotationsSchema.optional(),
});
