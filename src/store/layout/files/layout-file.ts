import * as z from 'zod';
import { isRemoraError, RemoraError } from '../../../errors.js';
import { checkShape, parseJson } from '../../../oci/text/json.js';
import { isObject } from '../../../oci/text/lenient.js';
import { quote } from '../../../oci/text/quote.js';
import type { LayoutFiles } from './files.js';
import { LAYOUT_FILE } from './paths.js';

/** The version of image layouts that is written. */
export const LAYOUT_VERSION = '1.0.0';

/** A later version of the same major one adds, and takes nothing away. */
const READABLE_VERSION = /^1(\.\d+){0,2}$/;

const MAX_BYTES = 1024 * 1024;
const schema = () => z.looseObject({ imageLayoutVersion: z.string() });

/**
 * Whether there is an `oci-layout` file, which makes an image layout of what lies beside it (image-spec image-layout.md,
 * "oci-layout file").
 *
 * @throws RemoraError `MALFORMED`, `UNSUPPORTED` (another version)
 */
export async function hasLayoutFile(files: LayoutFiles): Promise<boolean> {
  const version = await layoutVersion(files);
  if (version === undefined) return false;
  if (READABLE_VERSION.test(version)) return true;
  const path = files.describe(LAYOUT_FILE);
  throw new RemoraError('UNSUPPORTED', `${path} has layout version ${quote(version)}, wanted ${LAYOUT_VERSION}`, {
    expected: LAYOUT_VERSION,
    found: version,
    hint: 'Use a tool that knows this version; remora check shows what is there all the same',
  });
}

/** The version in the `oci-layout` file, undefined without one. @throws RemoraError `MALFORMED` */
export async function layoutVersion(files: LayoutFiles): Promise<string | undefined> {
  const bytes = await files.read(LAYOUT_FILE, MAX_BYTES);
  if (bytes === undefined) return undefined;
  const path = files.describe(LAYOUT_FILE);
  try {
    if (bytes.length === 0) throw new RemoraError('MALFORMED', `${path} is empty`);
    const document = parseJson(bytes, path);
    // Each command reads this file: to build a schema for it takes longer than to read it.
    if (isObject(document) && typeof document.imageLayoutVersion === 'string') return document.imageLayoutVersion;
    return checkShape(schema(), document, path).imageLayoutVersion;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    throw new RemoraError(error.code, error.message, {
      cause: error,
      hint: 'remora check --fix writes the file anew in a layout directory',
    });
  }
}
