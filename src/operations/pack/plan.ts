import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { runAll } from '../../io/async/run-all.js';
import { localFile } from '../../io/files/local-file.js';
import { buildManifest } from '../../oci/documents/build-manifest.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { Annotation, type Annotations, checkAnnotations, isDateTime } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { MediaType, parseMediaType } from '../../oci/values/media-types.js';
import type { Ingester } from '../../store/interfaces/abilities.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import { directionOf, type Transfer } from '../transfer/transfer.js';
import { type CheckedInput, checkInputs, type FileInput, fileInputs } from './inputs.js';
import { type LayerContent, readLayer } from './layer.js';

/** Options for packing files into an artifact (image-spec manifest.md, "Guidelines for Artifact Usage"). */
export interface PackOptions extends CallOptions {
  /**
   * The manifest's `artifactType`.
   *
   * @default none when `config` has a media type; else the type that all files are recognised as; else
   *   `application/vnd.unknown.artifact.v1`, which only `push` writes
   */
  readonly artifactType?: string | undefined;
  /** Read the first MiB of each file to recognise its type and date, where neither is given. @default true */
  readonly recognise?: boolean | undefined;
  /** A file with JSON metadata. @default the empty descriptor */
  readonly config?:
    | { readonly path: string; readonly mediaType?: string | undefined; readonly annotations?: Annotations | undefined }
    | undefined;
  /** Annotations of the manifest. @default none */
  readonly annotations?: Annotations | undefined;
  /**
   * An RFC 3339 date-time, written as `org.opencontainers.image.created` unless `annotations` has that.
   *
   * @default the date in the packed document, else none: packing is reproducible
   */
  readonly created?: string | undefined;
  /** Number of files that are read or written at the same time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called repeatedly while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/** Inputs that were checked, before anything is read or written. */
export interface PackPlan {
  readonly inputs: readonly CheckedInput[];
  readonly config: CheckedInput | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Annotations;
}

/** Layers and config whose digests are known. */
export interface Contents {
  readonly layers: readonly LayerContent[];
  readonly config: LayerContent | undefined;
}

/** The type that ORAS gives to a config without one. */
const UNKNOWN_CONFIG = 'application/vnd.unknown.config.v1+json';

/**
 * Checks arguments and files, without reading content.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `IO`
 */
export async function planPack(files: readonly (string | FileInput)[], options: PackOptions): Promise<PackPlan> {
  if (options.artifactType !== undefined) parseMediaType(options.artifactType, 'artifact type');
  if (options.created !== undefined && !isDateTime(options.created)) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `created is ${JSON.stringify(options.created)}, wanted an RFC 3339 date-time`,
      {
        found: options.created,
        hint: 'Write it like 2026-01-31T12:00:00Z',
      },
    );
  }
  const annotations: Annotations = {
    ...given({ [Annotation.created]: options.created }),
    ...options.annotations,
  };
  checkAnnotations(annotations);
  const inputs = fileInputs(files);
  for (const file of inputs) checkAnnotations(file.annotations ?? {});
  const config = options.config === undefined ? undefined : await checkConfig(options.config);
  const artifactType =
    options.artifactType ?? (options.config?.mediaType === undefined ? MediaType.unknownArtifact : undefined);
  return { inputs: await checkInputs(inputs), config, artifactType, annotations };
}

async function checkConfig({
  path,
  mediaType,
  annotations,
}: NonNullable<PackOptions['config']>): Promise<CheckedInput> {
  const source = await localFile(path);
  if (source.kind === 'directory') {
    throw new RemoraError('IO', `${path} is a directory, wanted a config file`, {
      hint: 'Name a file with JSON metadata',
    });
  }
  return {
    title: path,
    mediaType: parseMediaType(mediaType ?? UNKNOWN_CONFIG, 'config type'),
    typed: mediaType !== undefined,
    annotations: annotations ?? {},
    source,
  };
}

/** Reads all inputs; `into` takes the content meanwhile. A failure removes the temporary files. */
export async function readContents(
  plan: PackPlan,
  options: PackOptions,
  how: { readonly into?: Ingester | undefined; readonly describeOnly?: boolean | undefined } = {},
): Promise<Contents> {
  const all = plan.config === undefined ? plan.inputs : [...plan.inputs, plan.config];
  const done: LayerContent[] = [];
  const read = async (input: CheckedInput, signal: AbortSignal) => {
    const total = input.source.kind === 'file' ? input.source.size : undefined;
    const phase = how.into === undefined ? 'read' : 'move';
    const onProgress = (bytes: number) =>
      options.onProgress?.({ name: input.title, bytes, total, phase, direction: directionOf({}) });
    const content = await readLayer(input, { ...how, signal, onProgress });
    done.push(content);
    return content;
  };
  const contents = await runAll(all, read, options).catch(async (error: unknown) => {
    for (const { source } of all) if (source.kind === 'stream') source.discard?.();
    await Promise.all(done.map((content) => content.discard()));
    throw error;
  });
  const config = plan.config === undefined ? undefined : contents.at(-1);
  return {
    layers: plan.config === undefined ? contents : contents.slice(0, -1),
    config: config && withoutTitle(config, plan.config),
  };
}

/** A config is not a file of the artifact. */
function withoutTitle(content: LayerContent, input: CheckedInput | undefined): LayerContent {
  const { annotations: _, ...descriptor } = content.descriptor;
  const annotations = input?.annotations ?? {};
  return {
    ...content,
    descriptor: Object.keys(annotations).length === 0 ? descriptor : { ...descriptor, annotations },
  };
}

/** The manifest of the contents. */
export function manifestOf(plan: PackPlan, contents: Contents, subject?: Descriptor): Manifest {
  return buildManifest({
    artifactType: plan.artifactType,
    config: contents.config?.descriptor,
    layers: contents.layers.map(({ descriptor }) => descriptor),
    subject,
    annotations: plan.annotations,
  });
}

/** All blobs that the manifest will name, each once, with the two bytes of the empty descriptor. */
export function blobsOf({ layers, config }: Contents): readonly LayerContent[] {
  const needsEmpty = config === undefined || layers.length === 0;
  const all = [...layers, ...(config === undefined ? [] : [config]), ...(needsEmpty ? [EMPTY_CONTENT] : [])];
  const unique = new Map<string, LayerContent>();
  for (const content of all) {
    // The second of two equal files was found in the store, because the first was written.
    if (unique.get(content.descriptor.digest)?.stored !== 'written') unique.set(content.descriptor.digest, content);
  }
  return [...unique.values()];
}

const EMPTY_CONTENT: LayerContent = {
  descriptor: EMPTY_DESCRIPTOR,
  open: async () => Readable.from([EMPTY_BYTES], { objectMode: false }),
  discard: async () => {},
};
