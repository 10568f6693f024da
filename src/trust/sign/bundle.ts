import { isDeepStrictEqual } from 'node:util';
import { isRemoraError } from '../../errors.js';
import { parseJson } from '../../oci/text/json.js';
import { preAuthEncoding } from '../dsse/envelope.js';
import { readBundle } from '../sigstore/read-bundle.js';
import { isOwnSignature, type SigningKey, signBytes } from './signing-key.js';
import { SIGNATURE_TYPE, type Statement } from './statement.js';

/** The media type of a Sigstore bundle, version 0.3 (protobuf-specs, sigstore_bundle.proto). */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Signs a statement: a bundle with a DSSE envelope and, as cosign's hint, SHA-256 of the public key. */
export function signBundle(key: SigningKey, { payload }: Statement): Buffer {
  const signature = signBytes(key, preAuthEncoding({ payloadType: PAYLOAD_TYPE, payload }));
  const bundle = {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: Buffer.from(key.fingerprint, 'hex').toString('base64') } },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString('base64'),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString('base64') }],
    },
  };
  return Buffer.from(JSON.stringify(bundle));
}

/** Whether a bundle holds a signature that {@link signBundle} could have made: by this key, over the same statement. */
export function isSignedAlready(bundle: Uint8Array, key: SigningKey, statement: Statement): boolean {
  try {
    const { content } = readBundle(bundle);
    if (!('payload' in content) || content.payloadType !== PAYLOAD_TYPE || !isSame(content.payload, statement))
      return false;
    const [signature, ...others] = content.signatures;
    if (signature === undefined || others.length > 0) return false;
    return isOwnSignature(key, preAuthEncoding(content), signature.sig);
  } catch (error) {
    // Anyone may attach what is not a bundle.
    if (!isRemoraError(error)) throw error;
    return false;
  }
}

/** Numbers of a predicate can be longer than JavaScript's; cosign's own statement has none, and white space as it likes. */
function isSame(payload: Uint8Array, statement: Statement): boolean {
  if (Buffer.from(payload).equals(statement.payload)) return true;
  if (statement.predicateType !== SIGNATURE_TYPE) return false;
  return isDeepStrictEqual(parseJson(payload, 'statement'), parseJson(statement.payload, 'statement'));
}
