import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from './attachment.js';

/** An annotation that must be there, with any value where none is given. */
export interface AnnotationSelector {
  readonly key: string;
  /** @default any */
  readonly value?: string | undefined;
}

/** Which attached things are meant: all that is given must fit. */
export interface Selection {
  /** Only this type; of a thing that is one layer, the layer's type or that of the manifest that holds it. @default any */
  readonly artifactType?: string | undefined;
  /** One of these kinds. @default any */
  readonly kinds?: readonly Kind[] | undefined;
  /** Written down in one of these formats; wrappers count as well as what they wrap. @default any */
  readonly formats?: readonly Format[] | undefined;
  /** With all of these annotations. @default any */
  readonly annotations?: readonly AnnotationSelector[] | undefined;
  /** The manifest, or the layer, with this digest. @default any */
  readonly digest?: Digest | undefined;
  /** The one with the newest `org.opencontainers.image.created`. @default false */
  readonly latest?: boolean | undefined;
  /** All that match. @default false: exactly one must match */
  readonly all?: boolean | undefined;
}

/** Whether a thing is what is looked for. */
export function isWanted(attachment: Attachment, selection: Selection): boolean {
  const { descriptor, holder, kind } = attachment;
  const { artifactType, kinds = [], formats = [], annotations = [], digest } = selection;
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

/** What is looked for, in the words of its flags; empty where anything will do. */
export function describeSelection(selection: Selection): readonly string[] {
  const { artifactType, kinds = [], formats = [], annotations = [], digest } = selection;
  return [
    ...(artifactType === undefined ? [] : [`type ${artifactType}`]),
    ...(kinds.length === 0 ? [] : [`kind ${kinds.join(' or ')}`]),
    ...(formats.length === 0 ? [] : [`format ${formats.join(' or ')}`]),
    ...annotations.map(({ key, value }) => `annotation ${key}${value === undefined ? '' : `=${value}`}`),
    ...(digest === undefined ? [] : [`digest ${digest}`]),
  ];
}
