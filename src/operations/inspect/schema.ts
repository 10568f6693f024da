import * as z from 'zod';
import type { ImageConfig } from '../../oci/documents/image-config.js';
import { descriptorSchema } from '../../oci/values/descriptor.js';
import { annotations, descriptorFields, manifestFields } from '../results/schema.js';

const image: z.ZodType<ImageConfig> = z.looseObject({ architecture: z.string(), os: z.string() });

export const inspectSchema = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(['index', 'image', 'artifact']).describe('An index of manifests, an image that can run, or an artifact'),
  subject: z.exactOptional(descriptorSchema),
  config: z.exactOptional(descriptorSchema),
  layers: z
    .array(z.looseObject({ ...descriptorFields, title: z.string().exactOptional() }))
    .exactOptional()
    .describe('Without the empty ones'),
  totalSize: z.int().exactOptional().describe('Bytes of all layers'),
  manifests: z
    .array(z.looseObject({ ...descriptorFields, platform: z.string().exactOptional() }))
    .exactOptional()
    .describe('The children of an index'),
  image: image.exactOptional().describe('The image config'),
});

/** A description of an artifact, image or index; `kind` tells which, and all sizes are in bytes. */
export type InspectResult = Readonly<z.infer<typeof inspectSchema>>;
