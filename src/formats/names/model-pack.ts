import type { Annotations } from '../../oci/values/annotations.js';
import { type Naming, namedByType } from './naming.js';

/** The path of a layer's file or directory (CNCF model-spec, "Layer Annotation Keys"); the second is the older name. */
const PATH_KEYS: readonly string[] = ['org.cncf.model.filepath', 'org.cnai.model.filepath'];

/** The path that an annotation gives a layer. */
export function modelPath(annotations: Annotations = {}): string | undefined {
  return PATH_KEYS.map((key) => annotations[key]).find((path) => path !== undefined);
}

/**
 * ModelPack: each layer names its path, and its media type ends in `.raw` or in that of a tar archive, whose entries have
 * that path, too.
 */
export const modelPackNaming: Naming = {
  fits: ({ layers }) => layers.some(({ annotations }) => modelPath(annotations) !== undefined),
  needsConfig: () => false,
  names: ({ layers }) => layers.map((layer) => namedByType(layer, modelPath(layer.annotations))),
};
