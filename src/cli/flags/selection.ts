import { option, string } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import { type Format, KINDS, type Kind } from '../../formats/kinds/kind.js';
import { quote } from '../../oci/text/quote.js';
import { parseDigest } from '../../oci/values/digest.js';
import { parseMediaType } from '../../oci/values/media-types.js';
import type { AnnotationSelector, Selection } from '../../operations/attached/selection.js';
import { VIAS } from '../../store/interfaces/store.js';

/** The flags that select attachments, for a command with this verb. */
export function selectionFlags(verb: string, tail = '') {
  return {
    kind: option({ options: KINDS, multiple: true, multipleNonGreedy: true })({
      summary: `${verb} this kind${tail}; can be given several times`,
      helpValue: 'KIND',
    }),
    'artifact-type': string({ summary: `${verb} this type${tail}`, helpValue: 'TYPE' }),
    annotation: string({
      char: 'a',
      summary: `${verb} what has this annotation${tail}; can be given several times, and all must be there`,
      helpValue: 'KEY[=VALUE]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    digest: string({ summary: `${verb} the one with this digest${tail}`, helpValue: 'DIGEST' }),
  };
}

/** The flag for the ways that are asked. */
export const viaFlag = {
  via: option({ options: VIAS, multiple: true, multipleNonGreedy: true })({
    summary: 'Ask only this place; can be given several times',
    helpValue: 'PLACE',
  }),
};

/** The values of the flags that select attachments. */
export interface SelectionFlags {
  readonly kind?: readonly Kind[] | undefined;
  readonly format?: readonly Format[] | undefined;
  readonly 'artifact-type'?: string | undefined;
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
  const artifactType = flags['artifact-type'];
  const values = [kind, format, annotation, digest, artifactType, latest || undefined, all || undefined];
  if (values.every((value) => value === undefined)) return undefined;
  return {
    artifactType: artifactType === undefined ? undefined : parseMediaType(artifactType, 'artifact type'),
    kind,
    format,
    annotations: annotation?.map(parseSelector),
    digest: digest === undefined ? undefined : parseDigest(digest),
    latest,
    all,
  };
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
