import * as z from 'zod';
import type { Manifest } from '../../oci/documents/manifest.js';
import { packedFields } from '../pack/schema.js';

export const pushSchema = z.strictObject(packedFields);

/** An artifact that was pushed. */
export type PushResult = Readonly<z.infer<typeof pushSchema>> & {
  /** The manifest with its exact bytes; not enumerable, so that JSON has none. */
  readonly manifest: Manifest;
};
