import * as z from 'zod';
import { KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from './digest-schema.js';
import { errorFieldsSchema } from './incomplete.js';
import { manifestFields, via } from './schema.js';

/** An attachment that is removed. */
export const removalSchema = z.strictObject({
  ...manifestFields,
  reference: z.string().describe('The manifest, even if the attachment is one of its layers'),
  digest: digestSchema.describe('The digest of the manifest or of the layer'),
  kind: z.enum(KINDS).exactOptional().describe('Common name, like sbom or signature'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('The manifest that it is, or was, attached to'),
  platform: z.string().exactOptional().describe('The platform of the subject, if that is a child of an index'),
  via: z.array(via).readonly().describe('The ways that name it'),
});

/** The space that a removal freed in a layout. */
export const freedFields = {
  pruned: z
    .strictObject({ blobs: z.int().nonnegative(), bytes: z.int().nonnegative() })
    .exactOptional()
    .describe('In a layout that was pruned: unreachable blobs that were removed'),
  unpruned: errorFieldsSchema.exactOptional().describe('In a layout: why blobs could not be removed'),
};
