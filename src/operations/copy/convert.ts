import { type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';

/** The types that cosign itself gives to signatures, attestations and SBOMs that it attaches with a subject. */
const TYPES: Readonly<Record<string, string>> = {
  '.sig': 'application/vnd.dev.cosign.artifact.sig.v1+json',
  '.att': 'application/vnd.dev.cosign.artifact.att.v1+json',
  '.sbom': 'application/vnd.dev.cosign.artifact.sbom.v1+json',
};

/** The artifact type for an image under tags of cosign; undefined for other tags. */
export function cosignType(tags: readonly string[]): string | undefined {
  return tags.map((tag) => TYPES[tag.slice(tag.lastIndexOf('.'))]).find((found) => found !== undefined);
}

/**
 * Converts an attached image that has no subject into a referrer: the same config, layers and annotations, with a subject
 * and an artifact type.
 *
 * The new manifest has its own digest; equal input gives equal bytes.
 */
export function asReferrer(manifest: Manifest, subject: Descriptor, artifactType: string): Manifest | undefined {
  if (manifest.kind !== 'image') return undefined;
  const { mediaType, digest, size } = subject;
  const { config, layers, annotations } = manifest.content;
  const document = {
    schemaVersion: 2,
    mediaType: manifest.descriptor.mediaType,
    artifactType,
    config,
    layers,
    subject: { mediaType, digest, size },
    ...given({ annotations }),
  };
  return parseManifest(Buffer.from(JSON.stringify(document)));
}
