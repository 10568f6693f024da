import { RemoraError } from '../errors.js';
import { parseDigest } from '../oci/digest.js';
import type { Format, Kind } from '../oci/kinds/kind.js';
import { parseMediaType } from '../oci/media-types.js';
import { quote } from '../oci/quote.js';
import type { AnnotationSelector, Selection } from '../operations/selection.js';

/** What the flags hold that choose among attached things. */
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
  const given = [kind, format, annotation, digest, artifactType, latest || undefined, all || undefined];
  if (given.every((value) => value === undefined)) return undefined;
  return {
    artifactType: artifactType === undefined ? undefined : parseMediaType(artifactType, 'artifact type'),
    kinds: kind,
    formats: format,
    annotations: annotation?.map(parseSelector),
    digest: digest === undefined ? undefined : parseDigest(digest),
    latest,
    all,
  };
}

function parseSelector(text: string): AnnotationSelector {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (key !== '') return at < 0 ? { key } : { key, value: text.slice(at + 1) };
  throw new RemoraError('INVALID_ARGUMENT', `annotation ${quote(text)} has no key`, {
    found: text,
    hint: 'Write it as KEY or KEY=VALUE',
  });
}
