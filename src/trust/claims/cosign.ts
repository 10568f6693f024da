import type { Annotations } from '../../oci/values/annotations.js';
import { given } from '../../oci/values/given.js';
import type { Claimed } from '../values/claimed.js';
import { jsonIn, listIn, memberOf, textOf } from './lenient.js';
import { signerOfCertificate, signerOfHint } from './signer.js';
import { loggedTimes, logIndexOf, stampedTimes } from './times.js';

/** Claims in the annotations that cosign writes beside a signature (its SIGNATURE_SPEC.md). */
export function claimsOfAnnotations(annotations: Annotations): Claimed {
  const certificate = annotations['dev.sigstore.cosign/certificate'];
  const entry = jsonIn(annotations['dev.sigstore.cosign/bundle'] ?? '');
  const stamp = jsonIn(annotations['dev.sigstore.cosign/rfc3161timestamp'] ?? '');
  return given({
    signer: certificate ? signerOfCertificate(certificate) : undefined,
    times: [
      ...loggedTimes(memberOf(entry, 'Payload', 'integratedTime')),
      ...stampedTimes(memberOf(stamp, 'SignedRFC3161Timestamp')),
    ],
    logIndex: logIndexOf(memberOf(entry, 'Payload', 'logIndex')),
  });
}

/** Claims of a DSSE envelope, and of the annotations beside it. */
export function claimsOfEnvelope(content: Uint8Array, annotations: Annotations): Claimed {
  const beside = claimsOfAnnotations(annotations);
  const [first] = listIn(memberOf(jsonIn(content), 'signatures'));
  const keyId = textOf(memberOf(first, 'keyid'));
  return beside.signer !== undefined || keyId === undefined ? beside : { ...beside, signer: signerOfHint(keyId) };
}
