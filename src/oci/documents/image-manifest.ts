import * as z from 'zod';
import { listOf } from '../text/json.js';
import { type Annotations, annotationsSchema } from '../values/annotations.js';
import { type Descriptor, descriptorSchema } from '../values/descriptor.js';

/** An image manifest: an image, or an artifact (image-spec manifest.md). Docker's manifest v2 has the same shape. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

export const imageManifestSchema: z.ZodType<ImageManifest> = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  // Any string: manifests that exist must stay readable. What we write is checked by the builder.
  artifactType: z.string().optional(),
  config: descriptorSchema,
  layers: listOf(descriptorSchema),
  subject: descriptorSchema.optional(),
  annotations: annotationsSchema.optional(),
});

/** The artifact manifests that were withdrawn before OCI 1.1: `blobs` and no config. Read, never written. */
export interface ArtifactManifest {
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly blobs: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

export const artifactManifestSchema: z.ZodType<ArtifactManifest> = z.looseObject({
  mediaType: z.string(),
  artifactType: z.string().optional(),
  blobs: listOf(descriptorSchema)
    .nullish()
    .transform((blobs) => blobs ?? []),
  subject: descriptorSchema.optional(),
  annotations: annotationsSchema.optional(),
});
