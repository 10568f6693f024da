import { RemoraError } from '../../errors.js';
import { artifactTypeOf, configOf, layersOf } from '../../oci/documents/manifest.js';
import { quote } from '../../oci/text/quote.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { plainExtension } from '../../operations/pull/extension.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';

/** A blob that a manifest names. */
export interface NamedBlob {
  readonly descriptor: Descriptor;
  /** The title, else a name that tells the type. */
  readonly name: string;
  readonly artifactType: string | undefined;
}

/**
 * The layer or config of a manifest with a digest: no other blob can be had.
 *
 * @throws RemoraError `NOT_FOUND`, and as the store
 */
export async function namedBlob(
  source: Source,
  selector: ManifestSelector,
  digest: string,
  options: CallOptions,
): Promise<NamedBlob> {
  const manifest = await source.manifest(selector, options);
  const config = configOf(manifest);
  const descriptor = [...layersOf(manifest), ...(config === undefined ? [] : [config])].find(
    (one) => one.digest === digest,
  );
  if (descriptor === undefined)
    throw new RemoraError(
      'NOT_FOUND',
      `${source.format({ digest: manifest.descriptor.digest })} has no file ${quote(digest)}`,
    );
  const title = descriptor.annotations?.[Annotation.title];
  const short = descriptor.digest.replace(/^[^:]+:(.{12}).*$/, '$1');
  return {
    descriptor,
    name: title ?? `${short}${plainExtension(descriptor.mediaType)}`,
    artifactType: artifactTypeOf(manifest),
  };
}
