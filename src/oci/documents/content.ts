import { Annotation } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { isEmpty } from '../values/empty.js';
import { layersOf, type Manifest } from './manifest.js';

/** The facts of the files in a manifest that lists show. */
export interface ContentFacts {
  /** Bytes of all files. */
  readonly size: number;
  /** `org.opencontainers.image.title` of those that have it, in their order. */
  readonly titles: readonly string[];
}

/** Characters of all titles that are kept of one manifest: a list holds thousands of manifests in memory. */
const MAX_TITLES = 16 * 1024;

/** The facts of the files of a manifest; undefined for an index, which has none. */
export function contentOf(manifest: Manifest): ContentFacts | undefined {
  return manifest.kind === 'index' ? undefined : contentOfLayers(layersOf(manifest));
}

/** The same of layers. The empty descriptor is not a file. */
export function contentOfLayers(layers: readonly Descriptor[]): ContentFacts {
  let size = 0;
  let left = MAX_TITLES;
  const titles: string[] = [];
  for (const layer of layers) {
    if (isEmpty(layer)) continue;
    size += layer.size;
    const title = layer.annotations?.[Annotation.title];
    left -= title?.length ?? 0;
    if (title !== undefined && left >= 0) titles.push(title);
  }
  return { size, titles };
}
