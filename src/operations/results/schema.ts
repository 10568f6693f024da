import * as z from 'zod';
import type { Manifest } from '../../oci/documents/manifest.js';
import { VIAS } from '../../store/interfaces/store.js';
import { digestSchema } from './digest-schema.js';

export const annotations = z.record(z.string(), z.string());
export const written = z.enum(['written', 'exists']);
export const via = z.enum(VIAS);

/** The parsed document of a manifest or index. */
export const document = z.custom<Manifest['content']>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** The first members of every result that describes a manifest, in this order. */
export const manifestFields = {
  reference: z.string().describe('The full reference, with the digest'),
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative().describe('Bytes'),
  artifactType: z.string().exactOptional(),
};

/** The members of a descriptor, without its platform: results differ in its form. */
export const descriptorFields = {
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative().describe('Bytes'),
  urls: z.array(z.string()).readonly().optional(),
  annotations: annotations.optional(),
  data: z.string().optional().describe('The content, in base64'),
  artifactType: z.string().optional(),
};
