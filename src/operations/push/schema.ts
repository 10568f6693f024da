import * as z from 'zod';
import type { Manifest } from '../../oci/documents/manifest.js';
import { intoIndexSchema } from '../index/schema.js';
import { packedFields } from '../pack/schema.js';

export const pushSchema = z.strictObject({
  ...packedFields,
  index: intoIndexSchema.exactOptional().describe('With --platform: the index that the artifact was put into'),
});

/** A pushed artifact: its descriptor, tags and layers. `result` tells whether it was `written` or `exists`. */
export type PushResult = Readonly<z.infer<typeof pushSchema>> & {
  /** The manifest with its exact bytes; not enumerable, so JSON lacks it. */
  readonly manifest: Manifest;
};
