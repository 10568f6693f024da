import { isRemoraError } from '../../errors.js';
import { type ImageConfig, parseImageConfig } from '../../oci/documents/image-config.js';
import { annotationsOf, artifactTypeOf, layersOf, type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { Annotation, type Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** One artifact, image or index, for people. */
export interface InspectResult {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  /** What it is: an index of manifests, an image that can run, or an artifact. */
  readonly kind: 'index' | 'image' | 'artifact';
  readonly subject?: Descriptor;
  readonly config?: Descriptor;
  /** Layers without the empty ones. */
  readonly layers?: readonly (Descriptor & { readonly title?: string })[];
  /** Bytes of all layers together. */
  readonly totalSize?: number;
  /** Children of an index. */
  readonly manifests?: readonly (Omit<Descriptor, 'platform'> & { readonly platform?: string })[];
  /** What an image's config says. */
  readonly image?: ImageConfig;
}

/** A config is small; a larger one is not shown. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/**
 * Describes a manifest: an index with its children, an image with its config, an artifact with its files.
 *
 * @throws RemoraError as the store does
 */
export async function inspect(store: Source, manifest: Manifest, options: CallOptions = {}): Promise<InspectResult> {
  const { mediaType, digest, size } = manifest.descriptor;
  const artifactType = artifactTypeOf(manifest);
  const annotations = annotationsOf(manifest);
  const subject = subjectOf(manifest);
  const base = {
    reference: store.format({ digest }),
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(subject === undefined ? {} : { subject }),
  };
  if (manifest.kind === 'index') {
    const manifests = manifest.content.manifests.map(({ platform, ...entry }) => ({
      ...entry,
      ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
    }));
    return { ...base, kind: 'index', manifests };
  }
  const layers = layersOf(manifest)
    .filter((layer) => !isEmpty(layer))
    .map((layer) => ({ ...layer, ...titleOf(layer) }));
  const files = { layers, totalSize: layers.reduce((sum, layer) => sum + layer.size, 0) };
  if (manifest.kind === 'artifact') return { ...base, kind: 'artifact', ...files };
  const { config } = manifest.content;
  const isImage = config.mediaType === MediaType.imageConfig || config.mediaType === MediaType.dockerImageConfig;
  if (!isImage || config.size > MAX_CONFIG_BYTES) return { ...base, kind: 'artifact', config, ...files };
  const image = await readConfig(store, config, options);
  return { ...base, kind: image === undefined ? 'artifact' : 'image', config, ...files, ...(image && { image }) };
}

function titleOf(layer: Descriptor): { title?: string } {
  const title = layer.annotations?.[Annotation.title];
  return title === undefined ? {} : { title };
}

/** Older tools gave artifacts the type of an image's config, and `{}` or anything else as its content. */
async function readConfig(store: Source, config: Descriptor, options: CallOptions): Promise<ImageConfig | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.openBlob(config, options)) chunks.push(chunk);
  try {
    return parseImageConfig(Buffer.concat(chunks));
  } catch (error) {
    if (isRemoraError(error) && error.code === 'MALFORMED') return undefined;
    throw error;
  }
}
