import type { Format, Kind } from '../../formats/kinds/kind.js';
import { kindOf, kindRow } from '../../formats/kinds/kind-of.js';
import { layersOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation, type Annotations, InTotoAnnotation, SigstoreAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isEmpty } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { Via } from '../../store/interfaces/store.js';

/** An attachment: a manifest, or one layer of a manifest that holds several attachments. */
export interface Attachment {
  /** Of the manifest, with its artifact type and annotations; of the layer, with its own. */
  readonly descriptor: Descriptor;
  /** For a layer: the manifest that holds it. */
  readonly holder?: Descriptor;
  readonly via: readonly Via[];
  /** The tags of cosign that it was found under. */
  readonly tags?: readonly string[];
  readonly kind?: Kind;
  /** From the outermost wrapper inwards. */
  readonly formats: readonly Format[];
  readonly predicateType?: string;
  /** When it was made, RFC 3339. */
  readonly created?: string;
}

/** An attachment, and its subject. */
export interface SelectedAttachment extends Attachment {
  readonly subject: Digest;
  /** `os/architecture[/variant]`, where the subject is a child of an index. */
  readonly platform?: string;
}

/** Where tools write the predicate type of an in-toto statement: BuildKit, cosign's tags, Sigstore bundles. */
const PREDICATE_KEYS: readonly string[] = [
  InTotoAnnotation.predicateType,
  'predicateType',
  SigstoreAnnotation.bundlePredicateType,
];

/** What a list says of a manifest, which is enough where its type tells the kind. */
export function attachmentOfEntry(descriptor: Descriptor, via: readonly Via[]): Attachment {
  return attachment(descriptor, via, { artifactType: descriptor.artifactType }, [descriptor.annotations]);
}

/** What a manifest is, from all that it says. */
export function attachmentOfManifest(manifest: Manifest, via: readonly Via[]): Attachment {
  const layers = layersOf(manifest);
  const facts = {
    artifactType: manifest.content.artifactType ?? undefined,
    configType: manifest.kind === 'image' ? manifest.content.config.mediaType : undefined,
    layerTypes: layers.map(({ mediaType }) => mediaType),
  };
  const annotations = [manifest.content.annotations, ...layers.map((layer) => layer.annotations)];
  return attachment(referrerEntry(manifest), via, facts, annotations);
}

/**
 * Each layer of a manifest as an attachment of its own: a signature image of cosign with three layers is three signatures.
 *
 * @param tag of cosign that the manifest was found under
 */
export function attachmentsOfLayers(manifest: Manifest, via: readonly Via[], tag?: string): readonly Attachment[] {
  const holder = referrerEntry(manifest);
  const date = manifest.content.annotations?.[Annotation.created];
  const layers = layersOf(manifest).filter((layer) => !isEmpty(layer));
  const tags = given({ tags: tag === undefined ? undefined : [tag] });
  // A manifest without content is an attachment itself: else no list would show it.
  if (layers.length === 0 && manifest.kind !== 'index') return [{ ...attachmentOfManifest(manifest, via), ...tags }];
  const cosignTag = tag?.slice(tag.lastIndexOf('.'));
  return layers.map((layer) => ({
    ...attachment(layer, via, { layerTypes: [layer.mediaType], cosignTag }, [layer.annotations]),
    holder,
    ...tags,
    ...given({ created: layer.annotations?.[Annotation.created] ?? date }),
  }));
}

/** Whether the list's word leaves the kind open, so that the manifest must be read. */
export function isUndecided({ artifactType, annotations }: Descriptor): boolean {
  if (artifactType === undefined || artifactType === '' || artifactType === MediaType.unknownArtifact) return true;
  // The types of cosign's own say what it is, and nothing of how the document in it is written down.
  if (artifactType.startsWith('application/vnd.dev.cosign.artifact.')) return true;
  const row = kindRow('type', artifactType);
  return row !== undefined && row.kind === undefined && predicateOf(annotations) === undefined;
}

function attachment(
  descriptor: Descriptor,
  via: readonly Via[],
  facts: Parameters<typeof kindOf>[0],
  annotations: readonly (Annotations | undefined)[],
): Attachment {
  const predicateTypes = annotations.flatMap((some) => predicateOf(some) ?? []);
  const { kind, formats } = kindOf({ ...facts, predicateTypes });
  // A bundle without a statement is a signature of the subject itself.
  const isSignature = annotations.some((some) => some?.[SigstoreAnnotation.bundleContent] === 'message-signature');
  const created = descriptor.annotations?.[Annotation.created];
  const [predicateType] = predicateTypes;
  const name = isSignature && kind === 'attestation' ? 'signature' : kind;
  return {
    descriptor,
    via,
    ...given({ kind: name }),
    formats,
    ...given({ predicateType, created }),
  };
}

function predicateOf(annotations: Annotations | undefined): string | undefined {
  return PREDICATE_KEYS.map((key) => annotations?.[key]).find((value) => value !== undefined);
}
