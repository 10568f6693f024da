import { RemoraError } from '../../errors.js';
import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Attachment } from './attachment.js';

/** An annotation that must be present, with any value where none is given. */
export interface AnnotationSelector {
  readonly key: string;
  /** @default any */
  readonly value?: string | undefined;
}

/** Selects attachments: all that is given must fit. */
export interface Selection {
  /** This type; of an attachment that is a layer, the layer's type or that of the manifest that holds it. @default any */
  readonly artifactType?: string | undefined;
  /** This kind, or one of these. @default any */
  readonly kind?: Kind | readonly Kind[] | undefined;
  /** This format, or one of these; a wrapper counts as well as its content. @default any */
  readonly format?: Format | readonly Format[] | undefined;
  /** With all of these annotations. @default any */
  readonly annotations?: readonly AnnotationSelector[] | undefined;
  /** The manifest, or the layer, with this digest. @default any */
  readonly digest?: Digest | undefined;
  /** The newest by `org.opencontainers.image.created`. @default false */
  readonly latest?: boolean | undefined;
  /** All that match. @default false: the verb says how many may match */
  readonly all?: boolean | undefined;
}

/** Whether an attachment fits a selection. */
export function isWanted(attachment: Attachment, selection: Selection): boolean {
  const { descriptor, holder, kind } = attachment;
  const { artifactType, annotations = [], digest } = selection;
  const [kinds, formats] = [listOf(selection.kind), listOf(selection.format)];
  const types = holder === undefined ? [descriptor.artifactType] : [descriptor.mediaType, holder.artifactType];
  const has = { ...holder?.annotations, ...descriptor.annotations };
  return (
    (artifactType === undefined || types.includes(artifactType)) &&
    (kinds.length === 0 || (kind !== undefined && kinds.includes(kind))) &&
    (formats.length === 0 || formats.some((format) => attachment.formats.includes(format))) &&
    annotations.every(({ key, value }) => Object.hasOwn(has, key) && (value === undefined || has[key] === value)) &&
    (digest === undefined || descriptor.digest === digest || holder?.digest === digest)
  );
}

/** A selection in the words of its flags; empty where every attachment fits. */
export function describeSelection(selection: Selection): readonly string[] {
  const { artifactType, annotations = [], digest } = selection;
  const [kinds, formats] = [listOf(selection.kind), listOf(selection.format)];
  return [
    ...(artifactType === undefined ? [] : [`type ${artifactType}`]),
    ...(kinds.length === 0 ? [] : [`kind ${kinds.join(' or ')}`]),
    ...(formats.length === 0 ? [] : [`format ${formats.join(' or ')}`]),
    ...annotations.map(({ key, value }) => `annotation ${key}${value === undefined ? '' : `=${value}`}`),
    ...(digest === undefined ? [] : [`digest ${digest}`]),
  ];
}

/** The error for a subject without a match; its hint names what there is. */
export function noMatch(
  reference: string,
  selection: Selection,
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
        ? 'Nothing is attached to it; check the digest, or the platform with --platform'
        : `It has ${candidates.join(', ')}${words.tail ?? ''}`,
  });
}

function listOf<T extends string>(values: T | readonly T[] | undefined): readonly T[] {
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}
