import { RemoraError } from '../../errors.js';
import { modelPath } from '../../formats/names/model-pack.js';
import { layersOf, type Manifest } from '../../oci/documents/manifest.js';
import { Annotation, OrasAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { Source } from '../../store/interfaces/store.js';

/**
 * The layers of an artifact that are files, each once: the same content under the same title is one file.
 *
 * @throws RemoraError `AMBIGUOUS` for an index
 */
export function filesOf(source: Source, manifest: Manifest, hasPlatform = false): readonly Descriptor[] {
  if (manifest.kind !== 'index') return distinctFiles(layersOf(manifest));
  const reference = source.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('AMBIGUOUS', `${reference} is an index, wanted one artifact`, {
    candidates: manifest.content.manifests.map(({ platform, digest }) =>
      platform ? formatPlatform(platform) : digest,
    ),
    hint: `Choose with ${hasPlatform ? '' : '--platform or '}a digest; for its attachments give --artifact-type or --all`,
  });
}

/** Layers without the empty one, and without those that name a file again. */
export function distinctFiles(layers: readonly Descriptor[]): readonly Descriptor[] {
  const files = new Map<string, Descriptor>();
  for (const layer of layers) {
    const key = fileKey(layer);
    if (!isEmpty(layer) && !files.has(key)) files.set(key, layer);
  }
  return [...files.values()];
}

/** The same for layers that give the same file; without a title or path the type is a part of its name. */
export function fileKey({ digest, size, mediaType, annotations }: Descriptor): string {
  const name = annotations?.[Annotation.title] ?? modelPath(annotations);
  return JSON.stringify([
    digest,
    size,
    name ?? null,
    name ?? mediaType,
    annotations?.[OrasAnnotation.unpack] === 'true',
  ]);
}
