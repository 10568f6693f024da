import { given } from '../../oci/values/given.js';
import type { Claimed } from '../values/claimed.js';
import { bytesOf, jsonIn, listIn, memberOf, textOf } from './lenient.js';
import { signerOfCertificate, signerOfHint } from './signer.js';
import { loggedTimes, logIndexOf, stampedTimes } from './times.js';

/** Claims of a Sigstore bundle (protobuf-specs, sigstore_bundle.proto), of any version. */
export function claimsOfBundle(content: Uint8Array): Claimed {
  const material = memberOf(jsonIn(content), 'verificationMaterial');
  const certificate =
    memberOf(material, 'certificate', 'rawBytes') ??
    memberOf(listIn(memberOf(material, 'x509CertificateChain', 'certificates'))[0], 'rawBytes');
  const der = bytesOf(certificate);
  const hint = textOf(memberOf(material, 'publicKey', 'hint'));
  const entries = listIn(memberOf(material, 'tlogEntries'));
  const stamps = listIn(memberOf(material, 'timestampVerificationData', 'rfc3161Timestamps'));
  return given({
    signer: (der && signerOfCertificate(der)) ?? (hint === undefined ? undefined : signerOfHint(hint)),
    times: [
      ...entries.slice(0, 1).flatMap((entry) => loggedTimes(memberOf(entry, 'integratedTime'))),
      ...stamps.slice(0, 1).flatMap((stamp) => stampedTimes(memberOf(stamp, 'signedTimestamp'))),
    ],
    logIndex: logIndexOf(memberOf(entries[0], 'logIndex')),
  });
}
