import { type TrustMaterial, Verifier } from '@sigstore/verify';
import { Refusal } from '../values/refusal.js';
import { type Evidence, signatureContent } from './evidence.js';
import { checkUse, type Leaf } from './leaf.js';
import { isUntrusted, isWrong, refuseErrors } from './refusal.js';
import { type Proven, type ProvenTime, rfc3339 } from './times.js';

type Authority = TrustMaterial['certificateAuthorities'][number];

/**
 * Verifies that a certificate is of an authority, was valid at each proven time, and is in a log of certificates.
 *
 * @param authorities those of the root that {@link issuersOf} found
 * @throws Refusal
 */
export function checkCertificate(
  evidence: Evidence,
  leaf: Leaf,
  authorities: readonly Authority[],
  { times, timestamps }: Proven,
  material: TrustMaterial,
): void {
  if (times.length === 0) {
    throw isWrong('timestamp', 'signature has neither a time of a log nor a timestamp, wanted one for its certificate');
  }
  checkUse(leaf);
  for (const proven of times) checkTime(leaf, authorities, proven);
  checkIsLogged(leaf, material);
  const verifier = new Verifier(
    { ...material, certificateAuthorities: [...authorities] },
    { tlogThreshold: 0, ctlogThreshold: 1, timestampThreshold: 1 },
  );
  const { certificate } = leaf;
  refuseErrors(() =>
    verifier.verify({
      signature: signatureContent(evidence),
      key: { $case: 'certificate', certificate },
      tlogEntries: [],
      timestamps,
    }),
  );
}

/**
 * The authorities that issued a certificate, whenever they were valid.
 *
 * @throws Refusal where there is none
 */
export function issuersOf({ certificate }: Leaf, { certificateAuthorities }: TrustMaterial): readonly Authority[] {
  const authorities = refuseErrors(() =>
    certificateAuthorities.filter(({ certChain }) =>
      certChain.some((issuer) => issuer.subject.equals(certificate.issuer) && certificate.verify(issuer)),
    ),
  );
  if (authorities.length === 0) throw isUntrusted('certificate is of no authority of the trusted root');
  if (authorities.some(({ certChain }) => certChain.at(-1)?.subject.equals(certChain.at(-1)?.issuer ?? NONE))) {
    return authorities;
  }
  const message = "chain of the certificate's authority in the trusted root ends before a self-signed certificate";
  throw new Refusal('unchecked', 'unsupported', message);
}

const NONE = Buffer.alloc(0);

/** A log of certificates that is not known is told from a certificate that none has, and from a promise that does not hold. */
function checkIsLogged({ certificate }: Leaf, { ctlogs }: TrustMaterial): void {
  const promises = refuseErrors(() => certificate.extSCT?.signedCertificateTimestamps ?? []);
  if (promises.length === 0) throw isWrong('certificate', 'certificate is in no log of certificates, wanted an SCT');
  if (promises.every(({ logID: own }) => ctlogs.some(({ logID }) => logID.equals(own)))) return;
  throw isUntrusted('certificate is in a log of certificates that the trusted root does not know');
}

function checkTime({ certificate }: Leaf, authorities: readonly Authority[], { time, signed }: ProvenTime): void {
  const when = signed.from === 'log' ? 'was logged' : 'has a timestamp';
  const { notBefore, notAfter } = certificate;
  if (time < notBefore || time > notAfter) {
    const validity = `${rfc3339(notBefore)} until ${rfc3339(notAfter)}`;
    throw isWrong('expired', `certificate was valid from ${validity}, and its signature ${when} at ${rfc3339(time)}`);
  }
  if (authorities.some(({ validFor: { start, end } }) => start <= time && time <= end)) return;
  throw isWrong('expired', `certificate's authority was not valid at ${rfc3339(time)}, when the signature ${when}`);
}
