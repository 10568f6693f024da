import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';
import { parseSignedJson, readMembers } from '../dsse/signed-json.js';

/** The media type of a layer with {@link readSimpleSigning cosign's payload}. */
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';

const TYPE = 'cosign container image signature';
const DIGEST = 'docker-manifest-digest';

const payloadSchema = z.object({ critical: z.unknown() });
const criticalSchema = z.object({ type: z.string(), image: z.unknown() });
const imageSchema = z.object({ [DIGEST]: z.string() });

/**
 * Reads the subject of the payload that cosign signs (its SIGNATURE_SPEC.md, "Payload").
 *
 * @throws RemoraError `MALFORMED`; `UNSUPPORTED` for a payload of another type
 */
export function readSimpleSigning(content: Uint8Array): Digest {
  const what = 'signed payload';
  const { critical } = readMembers(payloadSchema, ['critical'], parseSignedJson(content, what), what);
  const { type, image } = readMembers(criticalSchema, ['type', 'image'], critical, `${what}, critical`);
  if (type !== TYPE) throw new RemoraError('UNSUPPORTED', `${what} has the type ${quote(type)}, wanted ${quote(TYPE)}`);
  const digest = readMembers(imageSchema, [DIGEST], image, `${what}, critical.image`)[DIGEST];
  if (isDigest(digest)) return digest;
  throw new RemoraError('MALFORMED', `${what} names ${quote(digest)}, wanted a digest`);
}
