import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';

/**
 * BuildKit's annotations on an entry that belongs to another entry (its documentation, "Image attestation storage"); other
 * tools write them with other prefixes than `vnd.docker.`.
 */
const REFERENCE_TYPE = /(?:^|\.)reference\.type$/;
const REFERENCE_DIGEST = /(?:^|\.)reference\.digest$/;
const ATTESTATION = 'attestation-manifest';

/** The artifact type of BuildKit's attestation manifests since 0.32, which have their platform as subject. */
export const ATTESTATION_TYPE = 'application/vnd.docker.attestation.manifest.v1+json';

/** True for entries of an index that belong to another entry: they are not platforms. */
export function isReference(entry: Descriptor): boolean {
  return isAttestation(entry) || referenced(entry, REFERENCE_TYPE) !== undefined || hasReferenceDigest(entry);
}

/** The manifest that an entry of an index is an attestation of; undefined where it is not one, or names no manifest. */
export function attestedBy(entry: Descriptor): Digest | undefined {
  const subject = referenced(entry, REFERENCE_DIGEST);
  return isAttestation(entry) && subject !== undefined && isDigest(subject) ? subject : undefined;
}

/** True for BuildKit's attestation manifests, as entries of an index or of a list of referrers. */
export function isAttestation(entry: Descriptor): boolean {
  return referenced(entry, REFERENCE_TYPE) === ATTESTATION || entry.artifactType === ATTESTATION_TYPE;
}

function hasReferenceDigest(entry: Descriptor): boolean {
  return referenced(entry, REFERENCE_DIGEST) !== undefined;
}

function referenced({ annotations = {} }: Descriptor, name: RegExp): string | undefined {
  return Object.entries(annotations).find(([key]) => name.test(key))?.[1];
}
