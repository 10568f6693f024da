import { RemoraError } from '../../errors.js';
import type { Format, Kind } from '../../formats/kinds/kind.js';
import { isPredicateType } from '../../formats/kinds/predicate-type.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Attachment } from './attachment.js';

/** An annotation that an attachment must have. */
export interface AnnotationSelector {
  readonly key: string;
  /** The annotation's value. @default any value */
  readonly value?: string | undefined;
}

/** Selects attachments; an attachment must match every member that is given. */
export interface Selection {
  /** Artifact type; for a layer, its media type or the artifact type of its manifest. @default any */
  readonly artifactType?: string | undefined;
  /** Kind, like `sbom`, or several of which one must match. @default any */
  readonly kind?: Kind | readonly Kind[] | undefined;
  /** Format, like `spdx`, or several of which one must match; wrappers like `dsse` count. @default any */
  readonly format?: Format | readonly Format[] | undefined;
  /**
   * Predicate type of an in-toto statement, a URI or one of cosign's names; a type without a version takes all versions.
   * Where no annotation tells the type, the statement is read. @default any
   */
  readonly predicateType?: string | undefined;
  /** Annotations; the attachment must have all of them. @default any */
  readonly annotations?: readonly AnnotationSelector[] | undefined;
  /** Digest of the manifest or of the layer. @default any */
  readonly digest?: Digest | undefined;
  /** Take only the newest match, by `org.opencontainers.image.created`. @default false */
  readonly latest?: boolean | undefined;
  /**
   * Take all matches, except in `detach` attachments of attachments as well.
   * @default false: the verb decides how many may match
   */
  readonly all?: boolean | undefined;
}

/** A selection of verbs that look at attachments, and verify, remove or change nothing. */
export interface LookSelection extends Selection {
  /**
   * The beginning of the digest of the one manifest or layer, at least 8 digits of it with or without `sha256:`.
   * @default `digest` names all
   */
  readonly digestBeginning?: string | undefined;
}

/** True when an attachment matches a selection; `latest` and `all` are not regarded. */
export function isWanted(attachment: Attachment, selection: Selection): boolean {
  const { descriptor, holder, kind } = attachment;
  const { artifactType, predicateType, annotations = [], digest } = selection;
  const [kinds, formats] = [listOf(selection.kind), listOf(selection.format)];
  const types = holder === undefined ? [descriptor.artifactType] : [descriptor.mediaType, holder.artifactType];
  const has = { ...holder?.annotations, ...descriptor.annotations };
  return (
    (artifactType === undefined || types.includes(artifactType)) &&
    (kinds.length === 0 || (kind !== undefined && kinds.includes(kind))) &&
    (formats.length === 0 || formats.some((format) => attachment.formats.includes(format))) &&
    (predicateType === undefined || predicatesOf(attachment).some((found) => isPredicateType(predicateType, found))) &&
    annotations.every(({ key, value }) => Object.hasOwn(has, key) && (value === undefined || has[key] === value)) &&
    (digest === undefined || descriptor.digest === digest || holder?.digest === digest)
  );
}

/** A selection in the words of its flags; empty when every attachment matches. */
export function describeSelection(selection: LookSelection): readonly string[] {
  const { artifactType, predicateType, annotations = [], digest, digestBeginning } = selection;
  const [kinds, formats] = [listOf(selection.kind), listOf(selection.format)];
  return [
    ...(artifactType === undefined ? [] : [`type ${artifactType}`]),
    ...(kinds.length === 0 ? [] : [`kind ${kinds.join(' or ')}`]),
    ...(formats.length === 0 ? [] : [`format ${formats.join(' or ')}`]),
    ...(predicateType === undefined ? [] : [`predicate type ${predicateType}`]),
    ...annotations.map(({ key, value }) => `annotation ${key}${value === undefined ? '' : `=${value}`}`),
    ...(digest === undefined ? [] : [`digest ${digest}`]),
    ...(digestBeginning === undefined ? [] : [`digest ${digestBeginning}…`]),
  ];
}

/** The error for a subject without a match; its hint lists what is attached. */
export function noMatch(
  reference: string,
  selection: LookSelection,
  candidates: readonly string[],
  words: { readonly what: (wanted: string) => string; readonly tail?: string },
): RemoraError {
  const wanted = describeSelection(selection).join(', ');
  const what = wanted === '' ? 'nothing attached' : words.what(wanted);
  return new RemoraError('NO_MATCH', `${reference} has ${what}`, {
    ...given({ expected: wanted || undefined }),
    candidates,
    hint:
      candidates.length === 0
        ? 'It has no attachments; check the digest, or the platform with --platform'
        : `It has ${candidates.join(', ')}${words.tail ?? ''}`,
  });
}

function predicatesOf({ predicateType, morePredicateTypes = [] }: Attachment): readonly string[] {
  return predicateType === undefined ? [] : [predicateType, ...morePredicateTypes];
}

function listOf<T extends string>(values: T | readonly T[] | undefined): readonly T[] {
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}
