import { RemoraError } from '../../errors.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { artifactTypeOf, configOf, layersOf } from '../../oci/documents/manifest.js';
import { quote } from '../../oci/text/quote.js';
import { Annotation, InTotoAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { encodedOf } from '../../oci/values/digest.js';
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
  return {
    descriptor,
    name: fileNameOf(descriptor),
    artifactType: artifactTypeOf(manifest),
  };
}

/** The title; else the kind of its predicate, as BuildKit notes it, and the first digits of its digest. */
function fileNameOf({ digest, mediaType, annotations = {} }: Descriptor): string {
  const title = annotations[Annotation.title];
  if (title !== undefined) return title;
  const predicate = annotations[InTotoAnnotation.predicateType];
  const kind = predicate === undefined ? undefined : kindRow('predicate', predicate)?.kind;
  const short = encodedOf(digest).slice(0, 12);
  return `${kind === undefined ? '' : `${kind}-`}${short}${plainExtension(mediaType)}`;
}
