import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';

/** An image index: a list of manifests (image-spec image-index.md). Docker's manifest list has the same shape. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}
