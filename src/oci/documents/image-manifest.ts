import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';

/** An image manifest: an image, or an artifact (image-spec manifest.md). Docker's manifest v2 has the same shape. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  /** Absent where the document lacks it: the specification asks for one. */
  readonly config?: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/** An artifact manifest, withdrawn before OCI 1.1: `blobs` and no config. remora reads it and never writes it. */
export interface ArtifactManifest {
  readonly mediaType: string;
  readonly artifactType?: string | undefined;
  readonly blobs: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}
