import { Annotation } from '../../oci/values/annotations.js';
import type { SelectedAttachment } from './attachment.js';

/**
 * Attachments of which one is chosen: a layer that two manifests attach to a subject is one document, as after a copy with
 * `convert`, and the first stands for both.
 */
export function eachLayerOnce<T extends SelectedAttachment>(found: readonly T[]): readonly T[] {
  const known = new Set<string>();
  return found.filter(({ holder, descriptor: { digest, mediaType, annotations }, subject }) => {
    const key = JSON.stringify([subject, digest, mediaType, annotations?.[Annotation.title]]);
    return holder === undefined || (!known.has(key) && known.add(key).has(key));
  });
}
