import type { Format, Kind } from '../../formats/kinds/kind.js';
import { kindOf, kindRow } from '../../formats/kinds/kind-of.js';
import { type ContentFacts, contentOf, contentOfLayers } from '../../oci/documents/content.js';
import { configOf, layersOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation, type Annotations, InTotoAnnotation, SigstoreAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isEmpty } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { Referrer, Source, Via } from '../../store/interfaces/store.js';

/** A place where an attachment was found, and how. */
export interface AttachedIn {
  readonly place: Source;
  readonly via: readonly Via[];
  /** cosign's tags that name it there. */
  readonly tags?: readonly string[];
}

/** An attachment: a manifest, or one layer of a manifest that holds several attachments. */
export interface Attachment {
  /** The manifest's, with its artifact type and annotations; the layer's, with the layer's own. */
  readonly descriptor: Descriptor;
  /** For a layer: the manifest that holds it. */
  readonly holder?: Descriptor;
  readonly via: readonly Via[];
  /** cosign's tags that name it. */
  readonly tags?: readonly string[];
  /** The places that have it, in their order, where several are asked. */
  readonly places?: readonly AttachedIn[];
  readonly kind?: Kind;
  /** The outermost wrapper first. */
  readonly formats: readonly Format[];
  readonly predicateType?: string;
  /** Further predicate types, of a manifest with several statements. */
  readonly morePredicateTypes?: readonly string[];
  /** `org.opencontainers.image.created`, RFC 3339. */
  readonly created?: string;
  /** Its manifest was asked for. */
  readonly isRead?: true;
  /** The files of its manifest; of a layer, the layer itself. */
  readonly content?: ContentFacts;
}

/** An attachment, and its subject. */
export interface SelectedAttachment extends Attachment {
  readonly subject: Digest;
  /** `os/architecture[/variant]`, where the subject is a child of an index. */
  readonly platform?: string;
}

/** Annotations with the predicate type of an in-toto statement: BuildKit's, cosign's under tags, Sigstore's of bundles. */
const PREDICATE_KEYS: readonly string[] = [
  InTotoAnnotation.predicateType,
  'predicateType',
  SigstoreAnnotation.bundlePredicateType,
];

/** The attachment that an entry of a list describes; see {@link isUndecided} for entries that are not enough. */
export function attachmentOfEntry(
  descriptor: Descriptor,
  via: readonly Via[],
  read: Pick<Referrer, 'isRead' | 'content'> = {},
): Attachment {
  return attachment(descriptor, via, { artifactType: descriptor.artifactType }, [descriptor.annotations], read);
}

/** The attachment that a manifest describes with its types, layers and annotations. */
export function attachmentOfManifest(manifest: Manifest, via: readonly Via[]): Attachment {
  const layers = layersOf(manifest);
  const facts = {
    artifactType: manifest.content.artifactType ?? undefined,
    configType: configOf(manifest)?.mediaType,
    layerTypes: layers.map(({ mediaType }) => mediaType),
  };
  const annotations = [manifest.content.annotations, ...layers.map((layer) => layer.annotations)];
  const read = { isRead: true as const, ...given({ content: contentOf(manifest) }) };
  return attachment(referrerEntry(manifest), via, facts, annotations, read);
}

/**
 * Turns each layer of a manifest into an attachment: a signature image of cosign with three layers is three signatures.
 *
 * @param tag cosign's tag that names the manifest
 */
export function attachmentsOfLayers(manifest: Manifest, via: readonly Via[], tag?: string): readonly Attachment[] {
  const holder = referrerEntry(manifest);
  const date = manifest.content.annotations?.[Annotation.created];
  const layers = layersOf(manifest).filter((layer) => !isEmpty(layer));
  const tags = given({ tags: tag === undefined ? undefined : [tag] });
  // A manifest without layers, or an index, is an attachment itself, so that lists show it.
  if (layers.length === 0) return [{ ...attachmentOfManifest(manifest, via), ...tags }];
  const cosignTag = tag?.slice(tag.lastIndexOf('.'));
  return layers.map((layer) => ({
    ...attachment(layer, via, { layerTypes: [layer.mediaType], cosignTag }, [layer.annotations]),
    holder,
    content: contentOfLayers([layer]),
    ...tags,
    ...given({ created: layer.annotations?.[Annotation.created] ?? date }),
  }));
}

/** True when an entry of a list leaves the kind open, so that the manifest must be read. */
export function isUndecided({ artifactType, annotations }: Descriptor): boolean {
  if (artifactType === undefined || artifactType === '' || artifactType === MediaType.unknownArtifact) return true;
  // cosign's own types name the kind, and leave the format of the document open.
  if (artifactType.startsWith('application/vnd.dev.cosign.artifact.')) return true;
  const row = kindRow('type', artifactType);
  return row !== undefined && row.kind === undefined && predicateOf(annotations) === undefined;
}

function attachment(
  descriptor: Descriptor,
  via: readonly Via[],
  facts: Parameters<typeof kindOf>[0],
  annotations: readonly (Annotations | undefined)[],
  { isRead, content }: Pick<Attachment, 'isRead' | 'content'> = {},
): Attachment {
  const predicateTypes = annotations.flatMap((some) => predicateOf(some) ?? []);
  const { kind, formats } = kindOf({ ...facts, predicateTypes });
  // A bundle without a statement is a signature of the subject itself.
  const isSignature = annotations.some((some) => some?.[SigstoreAnnotation.bundleContent] === 'message-signature');
  const created = descriptor.annotations?.[Annotation.created];
  const [predicateType, ...more] = new Set(predicateTypes);
  const name = isSignature && kind === 'attestation' ? 'signature' : kind;
  return {
    descriptor,
    via,
    formats,
    ...given({
      kind: name,
      predicateType,
      morePredicateTypes: more.length === 0 ? undefined : more,
      created,
      isRead,
      content,
    }),
  };
}

function predicateOf(annotations: Annotations | undefined): string | undefined {
  return PREDICATE_KEYS.map((key) => annotations?.[key]).find((value) => value !== undefined);
}

/** The attachment with what its statements say; the kind that a statement has is more than that it is one. */
export function withTypes(attachment: Attachment, predicateTypes: readonly string[]): Attachment {
  const [predicateType, ...more] = predicateTypes;
  if (predicateType === undefined) return attachment;
  const { kind, formats } = kindOf({ predicateTypes });
  const isOpen = attachment.kind === undefined || attachment.kind === 'attestation';
  return {
    ...attachment,
    formats: [...new Set([...attachment.formats, ...formats])],
    predicateType,
    ...given({ kind: isOpen ? kind : attachment.kind, morePredicateTypes: more.length === 0 ? undefined : more }),
  };
}
