import * as z from 'zod/mini';
import { listOf } from '../text/json.js';
import type { Annotations } from '../values/annotations.js';
import { annotationsSchema } from '../values/annotations-schema.js';
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

/** The grammar of new indexes. */
export const imageIndexSchema: z.ZodMiniType<ImageIndex> = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  manifests: listOf(entrySchema),
  subject: z.optional(entrySchema),
  annotations: z.optional(annotationsSchema),
});
