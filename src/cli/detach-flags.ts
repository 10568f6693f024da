import { boolean, option, string } from '@oclif/core/flags';
import { RemoraError } from '../errors.js';
import { parseDigest } from '../oci/digest.js';
import { KINDS, type Kind } from '../oci/kinds/kind.js';
import { parseMediaType } from '../oci/media-types.js';
import { quote } from '../oci/quote.js';
import type { DetachSelection } from '../operations/detach-selection.js';

/** What `detach` is told to remove. */
export const detachFlags = {
  kind: option({ options: KINDS, multiple: true, multipleNonGreedy: true })({
    summary: 'Remove this kind; can be given several times',
    helpValue: 'KIND',
  }),
  'artifact-type': string({ summary: 'Remove this type', helpValue: 'TYPE' }),
  annotation: string({
    char: 'a',
    summary: 'Remove what has this annotation; can be given several times, and all must be there',
    helpValue: 'KEY[=VALUE]',
    multiple: true,
    multipleNonGreedy: true,
  }),
  digest: string({ summary: 'Remove the one with this digest', helpValue: 'DIGEST' }),
  all: boolean({ summary: 'Remove everything that is attached, or all that the rest says' }),
};

/** The flags as a selection; a platform alone means all that is attached to it. */
export function detachSelection(flags: {
  readonly kind?: readonly Kind[] | undefined;
  readonly 'artifact-type'?: string | undefined;
  readonly annotation?: readonly string[] | undefined;
  readonly digest?: string | undefined;
  readonly platform?: string | undefined;
  readonly all: boolean;
}): DetachSelection {
  const type = flags['artifact-type'];
  return {
    kinds: flags.kind,
    artifactType: type === undefined ? undefined : parseMediaType(type, 'artifact type'),
    annotations: flags.annotation?.map(annotationPattern),
    digest: flags.digest === undefined ? undefined : parseDigest(flags.digest),
    all: flags.all || flags.platform !== undefined,
  };
}

function annotationPattern(text: string) {
  const equals = text.indexOf('=');
  if (text === '' || equals === 0) {
    throw new RemoraError('INVALID_ARGUMENT', `annotation ${quote(text)} is not KEY or KEY=VALUE`, {
      found: text,
      hint: 'Write it like org.example.team=blue',
    });
  }
  return equals < 0 ? { key: text } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
}
