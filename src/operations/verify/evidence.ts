import { artifactTypeOf, layersOf, type Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { SignedForm } from '../../trust/values/signed.js';
import { isAttestation } from '../attached/buildkit.js';
import { formOf } from '../attached/signed-form.js';

/** A layer that is signed, or may be: `form` is absent where only its content tells. */
export interface Evidence {
  readonly layer: Descriptor;
  readonly form: SignedForm | undefined;
}

/** The artifact types of Notary Project's signatures; the second is from notation before 1.0. */
const NOTATION: readonly string[] = [
  'application/vnd.cncf.notary.signature',
  'application/vnd.cncf.notary.v2.signature',
];

/** Types that say too little: the content decides. Some tools keep signed envelopes under the type of a bare statement. */
const OPEN: readonly string[] = [
  '',
  MediaType.octetStream,
  'application/json',
  'text/plain',
  'application/vnd.in-toto+json',
  'application/jose+json',
  'application/cose',
];

/** Layers of one manifest whose content is looked at, where their types say too little. */
const MAX_OPEN = 16;

/** The layers of a manifest that are signed, or may be. BuildKit's statements are not signed, and are not looked at. */
export function evidenceIn(manifest: Manifest): readonly Evidence[] {
  const artifactType = artifactTypeOf(manifest);
  const isStatements = isAttestation({ ...manifest.descriptor, artifactType }) || isBuildKit(manifest);
  const isNotation = NOTATION.includes(artifactType ?? '');
  let open = 0;
  return layersOf(manifest).flatMap((layer): readonly Evidence[] => {
    if (isEmpty(layer)) return [];
    const form = isNotation ? 'notation' : formOf(layer.mediaType);
    if (form !== undefined) return [{ layer, form }];
    return !isStatements && OPEN.includes(layer.mediaType) && open++ < MAX_OPEN ? [{ layer, form }] : [];
  });
}

/** BuildKit's attestation manifests: a config of an unknown platform, and statements. */
function isBuildKit(manifest: Manifest): boolean {
  const layers = layersOf(manifest);
  return (
    artifactTypeOf(manifest) === MediaType.imageConfig &&
    layers.every(
      ({ mediaType, annotations }) => mediaType === 'application/vnd.in-toto+json' && annotations !== undefined,
    )
  );
}
