import * as z from 'zod';
import { RemoraError } from '../../../errors.js';
import { checkShape, parseJson } from '../../../oci/text/json.js';
import type { LayoutFiles } from './files.js';
import { LAYOUT_FILE } from './paths.js';

/** The only version of image layouts that there is. */
export const LAYOUT_VERSION = '1.0.0';

const MAX_BYTES = 1024 * 1024;
const schema = z.looseObject({ imageLayoutVersion: z.string() });

/**
 * Whether there is an `oci-layout` file, which makes an image layout of what lies beside it (image-spec image-layout.md,
 * "oci-layout file").
 *
 * @throws RemoraError `MALFORMED`, `UNSUPPORTED` (another version)
 */
export async function hasLayoutFile(files: LayoutFiles): Promise<boolean> {
  const bytes = await files.read(LAYOUT_FILE, MAX_BYTES);
  if (bytes === undefined) return false;
  const path = files.describe(LAYOUT_FILE);
  const { imageLayoutVersion } = checkShape(schema, parseJson(bytes, path), path);
  if (imageLayoutVersion === LAYOUT_VERSION) return true;
  throw new RemoraError('UNSUPPORTED', `${path} has layout version ${imageLayoutVersion}, wanted ${LAYOUT_VERSION}`, {
    expected: LAYOUT_VERSION,
    found: imageLayoutVersion,
  });
}
