import { Annotation } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { type Manifest, referrerEntry, subjectOf } from './manifest.js';

/**
 * The untagged entry for a manifest in a layout's `index.json`, as ORAS writes it.
 *
 * The entry of a referrer carries its artifact type and annotations; that of another manifest only its artifact type.
 */
export function layoutEntry(manifest: Manifest): Descriptor {
  const { annotations, ...entry } = referrerEntry(manifest);
  if (subjectOf(manifest) === undefined) return manifest.content.artifactType ? entry : manifest.descriptor;
  // In index.json a ref.name is a tag, and this entry is untagged.
  const { [Annotation.refName]: _, ...rest } = annotations ?? {};
  return Object.keys(rest).length === 0 ? entry : { ...entry, annotations: rest };
}
