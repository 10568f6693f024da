import { isRemoraError } from '../../errors.js';
import type { LayerName } from '../../formats/names/naming.js';
import { namingOf } from '../../formats/names/namings.js';
import { annotationsOf, configOf, layersOf, type Manifest } from '../../oci/documents/manifest.js';
import { parseJson } from '../../oci/text/json.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { WantedManifest } from './index-files.js';
import { layerBytes } from './layer-bytes.js';
import type { LeftOut } from './left-out.js';

/** The largest config that is read for names; real ones have some KB. */
const MAX_CONFIG = 4 * 1024 * 1024;

/**
 * Names the files that no title names as the tool of their format does. The config is read only where the manifest does
 * not tell the names.
 *
 * @throws RemoraError as the store, for a config that cannot be fetched, unless its files are left out
 */
export async function withFormatNames(
  source: Source,
  wanted: WantedManifest,
  leftOut: LeftOut,
  options: CallOptions,
): Promise<WantedManifest> {
  const { manifest, ...named } = wanted;
  const { files } = named;
  if (manifest === undefined || files.every(({ layer, isConfig }) => isConfig || hasTitle(layer))) return wanted;
  try {
    const names = await namesOf(source, manifest, options);
    // Without its manifest, so that nothing is asked twice.
    return { ...named, files: files.map((file) => ({ ...file, ...given({ named: names.get(file.layer) }) })) };
  } catch (error) {
    const attachments = files.map(({ attachment }) => attachment);
    leftOut.failed(`config of ${source.format({ digest: manifest.descriptor.digest })}`, error, attachments);
    return wanted;
  }
}

async function namesOf(
  source: Source,
  manifest: Manifest,
  options: CallOptions,
): Promise<ReadonlyMap<Descriptor, LayerName>> {
  const layers = layersOf(manifest);
  const config = configOf(manifest);
  const facts = { configType: config?.mediaType, annotations: annotationsOf(manifest), layers };
  const naming = namingOf(facts);
  if (naming === undefined) return new Map();
  const isRead = config !== undefined && config.size <= MAX_CONFIG && naming.needsConfig(facts);
  const names = naming.names(facts, isRead ? documentOf(await layerBytes(source, config, options)) : undefined);
  return new Map(layers.flatMap((layer, index) => (names[index] === undefined ? [] : [[layer, names[index]]])));
}

/** The parsed config; undefined for one that is not JSON: its artifact can be pulled under other names. */
function documentOf(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, 'config');
  } catch (error) {
    if (isRemoraError(error) && error.code === 'MALFORMED') return undefined;
    throw error;
  }
}

function hasTitle({ annotations }: Descriptor): boolean {
  return annotations?.[Annotation.title] !== undefined;
}
