import { option, string } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import { type Format, KINDS, type Kind } from '../../formats/kinds/kind.js';
import { parsePredicateType } from '../../formats/kinds/predicate-type.js';
import { quote } from '../../oci/text/quote.js';
import { isDigest, parseDigest } from '../../oci/values/digest.js';
import { formatBeginning, parseBeginning } from '../../oci/values/digest-beginning.js';
import { parseMediaType } from '../../oci/values/media-types.js';
import type { AnnotationSelector, LookSelection, Selection } from '../../operations/attached/selection.js';
import { VIAS } from '../../store/interfaces/store.js';

/** The flags that select among attachments; `help selection` shows them. */
export const selectionFlags = {
  kind: option({ options: KINDS, multiple: true, multipleNonGreedy: true })({
    summary: 'Attachments of this kind; can be given several times',
    helpValue: 'KIND',
    helpGroup: 'SELECTION',
  }),
  'artifact-type': string({
    summary: 'Attachments of this artifact type',
    helpValue: 'TYPE',
    helpGroup: 'SELECTION',
  }),
  'predicate-type': string({
    summary: "Statements of this predicate type: a URI, or cosign's name",
    helpValue: 'TYPE',
    helpGroup: 'SELECTION',
  }),
  annotation: string({
    char: 'a',
    summary: 'Attachments with this annotation; all that are given must be there',
    helpValue: 'KEY[=VALUE]',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SELECTION',
  }),
  digest: string({
    summary: 'The attachment with this digest; discover and pull take 8 digits or more of it',
    helpValue: 'DIGEST',
    helpGroup: 'SELECTION',
  }),
};

/** The flag that limits the ways. */
export const viaFlag = {
  via: option({ options: VIAS, multiple: true, multipleNonGreedy: true })({
    summary: `Ask only this way: ${VIAS.join(', ')}`,
    helpValue: 'WAY',
  }),
};

/** The values of the flags that select attachments. */
export interface SelectionFlags {
  readonly kind?: readonly Kind[] | undefined;
  readonly format?: readonly Format[] | undefined;
  readonly 'artifact-type'?: string | undefined;
  readonly 'predicate-type'?: string | undefined;
  readonly annotation?: readonly string[] | undefined;
  readonly digest?: string | undefined;
  readonly latest?: boolean | undefined;
  readonly all?: boolean | undefined;
}

/**
 * The selection that flags ask for; undefined where none of them is given.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function selectionFrom(flags: SelectionFlags): Selection | undefined {
  const { kind, format, annotation, digest, latest, all } = flags;
  const { 'artifact-type': artifactType, 'predicate-type': predicateType } = flags;
  const values = [kind, format, annotation, digest, artifactType, predicateType, latest || undefined, all || undefined];
  if (values.every((value) => value === undefined)) return undefined;
  return {
    artifactType: artifactType === undefined ? undefined : parseMediaType(artifactType, 'artifact type'),
    predicateType: predicateType === undefined ? undefined : parsePredicateType(predicateType),
    kind,
    format,
    annotations: annotation?.map(parseSelector),
    digest: digest === undefined ? undefined : parseDigest(digest),
    latest,
    all,
  };
}

/**
 * The same for a command that only looks: the digest may be the beginning of one.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function lookSelectionFrom({ digest, ...flags }: SelectionFlags): LookSelection | undefined {
  if (digest === undefined || isDigest(digest)) return selectionFrom({ ...flags, digest });
  return { ...selectionFrom(flags), digestBeginning: formatBeginning(parseBeginning(digest)) };
}

/** @throws RemoraError `INVALID_ARGUMENT` */
export function parseSelector(text: string): AnnotationSelector {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (key !== '') return at < 0 ? { key } : { key, value: text.slice(at + 1) };
  throw new RemoraError('INVALID_ARGUMENT', `annotation ${quote(text)} has no key`, {
    found: text,
    hint: 'Write it as KEY or KEY=VALUE',
  });
}
