import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';

/** BuildKit's annotations on the entry of an attestation (its documentation, "Image attestation storage"). */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';
const ATTESTATION = 'attestation-manifest';

/** BuildKit's attestation manifests in an index, by the digest of the platform's manifest that they describe. */
export function attestationsIn(index: Manifest): ReadonlyMap<Digest, readonly Descriptor[]> {
  const found = new Map<Digest, Descriptor[]>();
  for (const entry of index.kind === 'index' ? index.content.manifests : []) {
    const subject = entry.annotations?.[REFERENCE_DIGEST];
    if (!isAttestation(entry) || subject === undefined || !isDigest(subject)) continue;
    const siblings = found.get(subject) ?? [];
    found.set(subject, siblings);
    siblings.push(entry);
  }
  return found;
}

/** The entries of an index without attestations, each digest once. */
export function platformsIn(index: Manifest): readonly Descriptor[] {
  const entries = index.kind === 'index' ? index.content.manifests.filter((entry) => !isAttestation(entry)) : [];
  return [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
}

/** True for BuildKit's attestation manifests, as entries of an index or of a list of referrers. */
export function isAttestation({ annotations, artifactType }: Descriptor): boolean {
  return (
    annotations?.[REFERENCE_TYPE] === ATTESTATION ||
    artifactType === 'application/vnd.docker.attestation.manifest.v1+json'
  );
}
