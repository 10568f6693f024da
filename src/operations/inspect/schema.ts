import * as z from 'zod';
import type { ImageConfig } from '../../oci/documents/image-config.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { annotations, descriptorFields, manifestFields } from '../results/schema.js';
import { claimedSchema } from '../results/signer.js';

const platform = z.looseObject({ architecture: z.string(), os: z.string() });
const descriptor: z.ZodType<Descriptor> = z.looseObject({ ...descriptorFields, platform: platform.optional() });
const image: z.ZodType<ImageConfig> = z.looseObject({ architecture: z.string().nullish(), os: z.string().nullish() });

export const inspectSchema = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(['index', 'image', 'artifact']).describe('An index of manifests, an image that can run, or an artifact'),
  subject: descriptor.exactOptional(),
  config: descriptor.exactOptional(),
  layers: z
    .array(
      z.looseObject({ ...descriptorFields, title: z.string().exactOptional(), claimed: claimedSchema.exactOptional() }),
    )
    .exactOptional()
    .describe('Without the empty ones'),
  totalSize: z.int().exactOptional().describe('Bytes of all layers'),
  manifests: z
    .array(z.looseObject({ ...descriptorFields, platform: z.string().exactOptional() }))
    .exactOptional()
    .describe('The children of an index'),
  remarks: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Odd members and entries of the document, which the result lacks'),
  image: image.exactOptional().describe('The image config'),
});

/** A description of an artifact, image or index; `kind` tells which, and all sizes are in bytes. */
export type InspectResult = Readonly<z.infer<typeof inspectSchema>>;
