import * as z from 'zod/mini';
import { listOf } from '../text/json.js';
import { annotationsSchema } from '../values/annotations-schema.js';
import { entrySchema } from '../values/descriptor-schema.js';
import type { ImageIndex } from './image-index.js';

/** The grammar of new indexes. */
export const imageIndexSchema: z.ZodMiniType<ImageIndex> = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  manifests: listOf(entrySchema),
  subject: z.optional(entrySchema),
  annotations: z.optional(annotationsSchema),
});
