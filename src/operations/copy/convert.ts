import { type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { EMPTY_DESCRIPTOR } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { ATTESTATION_TYPE } from '../attached/buildkit.js';

/** The types that cosign itself gives to signatures, attestations and SBOMs that it attaches with a subject. */
const TYPES: Readonly<Record<string, string>> = {
  '.sig': 'application/vnd.dev.cosign.artifact.sig.v1+json',
  '.att': 'application/vnd.dev.cosign.artifact.att.v1+json',
  '.sbom': 'application/vnd.dev.cosign.artifact.sbom.v1+json',
};

/** The form for an image under tags of cosign; undefined for other tags. */
export function cosignForm(tags: readonly string[]): ReferrerForm | undefined {
  const artifactType = tags.map((tag) => TYPES[tag.slice(tag.lastIndexOf('.'))]).find((found) => found !== undefined);
  return artifactType === undefined ? undefined : { artifactType };
}

/** The types of a referrer that is made, and its config where it is another one. */
export interface ReferrerForm {
  readonly artifactType: string;
  readonly config?: Descriptor;
}

/** The form that BuildKit gives to attestations since 0.32. */
export const BUILDKIT_FORM: ReferrerForm = { artifactType: ATTESTATION_TYPE, config: EMPTY_DESCRIPTOR };

/**
 * Converts an attached image that has no subject into a referrer: the same layers and annotations, with a subject and an
 * artifact type.
 *
 * The new manifest has its own digest; equal input gives equal bytes.
 */
export function asReferrer(manifest: Manifest, subject: Descriptor, form: ReferrerForm): Manifest | undefined {
  if (manifest.kind !== 'image') return undefined;
  const { mediaType, digest, size } = subject;
  const { layers, annotations } = manifest.content;
  const document = {
    schemaVersion: 2,
    mediaType: manifest.descriptor.mediaType,
    artifactType: form.artifactType,
    config: form.config ?? manifest.content.config,
    layers,
    subject: { mediaType, digest, size },
    ...given({ annotations }),
  };
  return parseManifest(Buffer.from(JSON.stringify(document)));
}
