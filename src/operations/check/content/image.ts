import { isRemoraError } from '../../../errors.js';
import { type ImageConfig, parseImageConfig } from '../../../oci/documents/image-config.js';
import type { ImageManifest } from '../../../oci/documents/image-manifest.js';
import { parseJson } from '../../../oci/text/json.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { isImageConfig } from '../../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { CheckReport } from '../report/report.js';
import type { BlobContent } from './blob-content.js';
import type { BlobCheck } from './blobs.js';
import type { Fetcher } from './fetch.js';
import { isImageLayer } from './manifest-faults.js';
import { faultOf, readDocument } from './read-manifest.js';

/** The context of {@link checkImage}. */
export interface ImageCheckContext extends CallOptions {
  readonly source: Source;
  readonly report: CheckReport;
  readonly blobs: BlobCheck;
  readonly deep: boolean;
  readonly fetcher?: Fetcher | undefined;
}

/**
 * Checks config and layers of a manifest. An image's config must list the digests of its decompressed layers (image-spec
 * config.md, "rootfs"). A registry is asked for the config only in a deep check.
 *
 * @returns the config of an image, if it could be read
 */
export async function checkImage(
  digest: Digest,
  { config, layers }: ImageManifest,
  context: ImageCheckContext,
): Promise<ImageConfig | undefined> {
  const { blobs, report, deep, source } = context;
  if (config !== undefined) await blobs.check(config, `config of ${digest}`);
  const isImage =
    config !== undefined && isImageConfig(config.mediaType) && layers.some(({ mediaType }) => isImageLayer(mediaType));
  const document =
    isImage && (deep || source.kind !== 'registry') ? await readConfig(config, digest, context) : undefined;
  const diffIds = document?.rootfs?.diff_ids ?? undefined;
  const fits = diffIds?.length === layers.length;
  if (diffIds !== undefined && !fits) {
    const message = `config of ${digest} lists the content of ${diffIds.length} layers, there are ${layers.length}`;
    report.add('diff-ids-count', message, { digest });
  }
  await Promise.all(
    layers.map(async (layer, index) => {
      const name = `layer ${index + 1} of ${digest}`;
      const wanted = fits && isImageLayer(layer.mediaType) ? diffIds[index] : undefined;
      const content = await blobs.check(layer, name, deep && wanted !== undefined);
      if (content !== undefined && isImageLayer(layer.mediaType)) checkLayer(layer, name, wanted, content, report);
    }),
  );
  return document;
}

function checkLayer(
  { digest, mediaType }: Descriptor,
  name: string,
  wanted: string | undefined,
  { compression, diffId, undecided, damaged }: BlobContent,
  report: CheckReport,
): void {
  const about = { digest };
  const promised = /[.+](gzip|zstd)$/.exec(mediaType)?.[1];
  if (promised !== undefined && promised !== compression)
    report.add('layer-compression', `${name} is ${mediaType}, and ${compression ?? 'not compressed'}`, about);
  if (wanted === undefined) return;
  if (damaged !== undefined) report.add('layer-damaged', `${name}: ${damaged}`, about);
  else if (undecided !== undefined) report.add('diff-id-unverified', `${name}: ${undecided}`, about);
  else if (!wanted.startsWith('sha256:'))
    report.add('diff-id-unverified', `${name} is listed by its config as ${wanted}`, about);
  else if (diffId !== undefined && diffId !== wanted)
    report.add('diff-id', `${name} has the content ${diffId}, its config says ${wanted}`, about);
}

async function readConfig(
  { digest }: Descriptor,
  manifest: Digest,
  { source, report, fetcher, signal }: ImageCheckContext,
): Promise<ImageConfig | undefined> {
  const name = `config of ${manifest}`;
  try {
    const bytes = await readDocument(source, digest, { signal });
    const value = parseJson(bytes, name);
    // Artifacts of older tools have this type, too, with an empty document.
    return typeof value === 'object' && value !== null && 'rootfs' in value ? parseImageConfig(bytes) : undefined;
  } catch (error) {
    const fault = faultOf(error);
    if (isRemoraError(error) && error.code === 'MALFORMED')
      report.add('config-malformed', `${name}: ${error.message}`, { digest });
    else if (fault === undefined) report.unread(`blob ${source.format({ digest })}`, error);
    // A missing config was reported already; other content shows only when it is read.
    else if (fault === 'blob-digest' && !(await fetcher?.blob(digest)))
      report.add('blob-digest', `${name}: ${digest} has other content`, { digest });
    return undefined;
  }
}
