import { isRemoraError } from '../../errors.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { quote } from '../../oci/text/quote.js';
import { parseDescriptor } from '../../oci/values/descriptor-schema.js';
import type { Digest } from '../../oci/values/digest.js';
import { Refusal } from '../values/refusal.js';
import type { Envelope } from './envelope.js';
import { malformed } from './refused.js';

const CONTENT_TYPE = 'application/vnd.cncf.notary.payload.v1+json';

/**
 * The digest of the artifact that an envelope is about (signature-specification.md, "Payload").
 *
 * @throws Refusal
 */
export function readTarget({ contentType, payload }: Envelope): Digest {
  if (contentType !== CONTENT_TYPE) {
    const message = `payload has the content type ${quote(contentType)}, wanted ${CONTENT_TYPE}`;
    throw new Refusal('unchecked', 'unsupported', message);
  }
  try {
    const value = parseJson(payload, 'payload of the envelope');
    return parseDescriptor(isObject(value) ? value.targetArtifact : undefined, 'targetArtifact of the payload').digest;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    throw malformed(error.message);
  }
}
