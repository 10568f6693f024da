import * as z from 'zod/mini';
import { listOf } from '../text/json.js';
import { annotationsSchema } from '../values/annotations-schema.js';
import { descriptorSchema } from '../values/descriptor-schema.js';
import type { ImageManifest } from './image-manifest.js';

/** The grammar of new manifests. */
export const imageManifestSchema: z.ZodMiniType<ImageManifest> = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  artifactType: z.optional(z.string()),
  config: descriptorSchema,
  layers: listOf(descriptorSchema),
  subject: z.optional(descriptorSchema),
  annotations: z.optional(annotationsSchema),
});
