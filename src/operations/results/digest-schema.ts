import * as z from 'zod';
import { wanted } from '../../oci/text/json.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';

/** The digest in a result. */
export const digestSchema = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), {
  error: wanted('a digest'),
});
