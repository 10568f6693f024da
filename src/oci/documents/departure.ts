import { isRemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../text/json.js';
import { imageIndexSchema } from './image-index-schema.js';
import { imageManifestSchema } from './image-manifest-schema.js';
import type { Manifest } from './manifest.js';

/**
 * The first place where a manifest or index departs from the grammar in which new ones are written.
 *
 * @returns a sentence like `manifest sha256:… is not well formed: layers: wanted an array, got null`
 */
export function departureOf({ kind, bytes, descriptor }: Manifest): string | undefined {
  const what = `manifest ${descriptor.digest}`;
  try {
    checkShape<unknown>(kind === 'index' ? imageIndexSchema : imageManifestSchema, parseJson(bytes, what), what);
    return undefined;
  } catch (error) {
    if (isRemoraError(error)) return error.message;
    throw error;
  }
}
