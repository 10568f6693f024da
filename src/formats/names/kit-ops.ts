import { posix } from 'node:path';
import { isObject } from '../../oci/text/lenient.js';
import { modelPath } from './model-pack.js';
import { type LayerName, type Naming, namedByType } from './naming.js';

const CONFIG = 'application/vnd.kitops.modelkit.config.v1+json';
const LAYER = /^application\/vnd\.kitops\.modelkit\.(model|modelpart|code|dataset|docs)\.v1\./;
/** Layers of code with this annotation are listed as prompts. */
const SUBTYPE = 'ml.kitops.modelkit.layer-subtype';

/** An entry of a Kitfile. */
interface Entry {
  readonly path: string;
  /** Of its layer; the first ModelKits have none. */
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
}

/**
 * KitOps: newer ModelKits name paths as ModelPack does. Else the config has them, which is the Kitfile as JSON: an entry
 * names its layer by digest, or in old ones the entries of a list stand in the order of the layers of that type.
 */
export const kitOpsNaming: Naming = {
  fits: ({ configType }) => configType === CONFIG,
  needsConfig: ({ layers }) =>
    layers.some((layer) => LAYER.test(layer.mediaType) && modelPath(layer.annotations) === undefined),
  names({ layers }, config) {
    const seen = new Map<string, number>();
    return layers.map((layer): LayerName | undefined => {
      const [, type] = LAYER.exec(layer.mediaType) ?? [];
      if (type === undefined) return undefined;
      const list = type === 'code' && layer.annotations?.[SUBTYPE] === 'prompt' ? 'prompt' : type;
      const entries = entriesOf(config, list);
      const index = seen.get(list) ?? 0;
      seen.set(list, index + 1);
      const path = modelPath(layer.annotations);
      if (path !== undefined) return namedByType(layer, path);
      const entry = entries.find(({ digest }) => digest === layer.digest) ?? entries[index];
      if (entry === undefined || (entry.digest !== undefined && entry.digest !== layer.digest)) return undefined;
      // Older archives begin with the last part of the path.
      const prefix = entry.digest === undefined ? posix.basename(posix.normalize(entry.path)) : undefined;
      return namedByType(layer, entry.path, {
        ...(prefix !== undefined && { prefix }),
        tarDigest: entry.diffId,
      });
    });
  },
};

function entriesOf(config: unknown, list: string): readonly Entry[] {
  const kitfile = isObject(config) ? config : {};
  const model = isObject(kitfile.model) ? kitfile.model : {};
  const lists: Readonly<Record<string, unknown>> = {
    model: [model],
    modelpart: model.parts,
    code: kitfile.code,
    prompt: kitfile.prompts,
    dataset: kitfile.datasets,
    docs: kitfile.docs,
  };
  const entries = lists[list];
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
    if (!isObject(entry)) return [];
    const text = (name: string) => (typeof entry[name] === 'string' && entry[name] !== '' ? entry[name] : undefined);
    return [{ path: text('path') ?? '', digest: text('digest'), diffId: text('diffId') }];
  });
}
