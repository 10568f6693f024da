import {
  annotationsOf,
  artifactTypeOf,
  configOf,
  layersOf,
  type Manifest,
  subjectOf,
} from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import { isEmpty } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { claimsOfLayers } from '../attached/claims.js';
import { imageConfigOf } from '../attached/image-config.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformManifest } from '../attached/platform.js';
import { type LookOptions, wholeSelector } from '../looked/whole-digest.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import type { InspectResult } from './schema.js';

/** Options of {@link inspect}. */
export interface InspectOptions extends AccessOptions, LookOptions {
  /** Describe this child of an index, like `linux/arm64`. @default the manifest itself */
  readonly platform?: string | Platform | undefined;
}

/**
 * Describes a manifest: an index with its children, an image with its config, an artifact with its files.
 *
 * @param location `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store
 * @returns the descriptor and the parts of the manifest (image-spec manifest.md, image-index.md); sizes are in bytes
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (platform), `AMBIGUOUS` (`digestBeginning`), and as the store
 */
export async function inspect(location: Location, options: InspectOptions = {}): Promise<InspectResult> {
  const platform = platformOf(options.platform);
  const { signal } = options;
  return withSource(location, options, async (store, named) =>
    describeManifest(
      store,
      await platformManifest(store, await wholeSelector(store, named, options), platform, {
        signal,
        limit: new ItemLimit(options.maxItems),
      }),
      { signal },
    ),
  );
}

async function describeManifest(store: Source, manifest: Manifest, options: CallOptions): Promise<InspectResult> {
  const { mediaType, digest, size } = manifest.descriptor;
  const annotations = annotationsOf(manifest);
  const base = given({
    reference: store.format({ digest }),
    mediaType,
    digest,
    size,
    artifactType: artifactTypeOf(manifest),
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
    subject: subjectOf(manifest),
    remarks: remarksOf(manifest),
  });
  if (manifest.kind === 'index') {
    const manifests = manifest.content.manifests.map(({ platform, ...entry }) =>
      given({ ...entry, platform: platform && (formatPlatform(platform) || undefined) }),
    );
    return { ...base, kind: 'index', manifests };
  }
  const own = layersOf(manifest).filter((layer) => !isEmpty(layer));
  const claims = await claimsOfLayers(store, own, options);
  const layers = own.map((layer) =>
    given({ ...layer, title: layer.annotations?.[Annotation.title], claimed: claims.get(layer) }),
  );
  const files = { layers, totalSize: layers.reduce((sum, layer) => sum + layer.size, 0) };
  if (manifest.kind === 'artifact') return { ...base, kind: 'artifact', ...files };
  const config = configOf(manifest);
  if (config === undefined) return { ...base, kind: 'artifact', ...files };
  const image = await imageConfigOf(store, manifest, options);
  return image === undefined
    ? { ...base, kind: 'artifact', config, ...files }
    : { ...base, kind: 'image', config, ...files, image };
}

/** The members and entries that were left out, since they could not be read. */
function remarksOf(manifest: Manifest): readonly string[] | undefined {
  const unread = manifest.kind === 'index' ? manifest.unread.map(({ error }) => error.message) : [];
  const remarks = [...unread, ...manifest.remarks];
  return remarks.length === 0 ? undefined : remarks;
}
