import type { AnnotateResult } from '../../operations/annotate/schema.js';
import { countedKind } from '../../operations/results/counted.js';
import { fields, printable } from './text.js';

/** The outcome of `annotate`, for people. */
export function renderAnnotated({
  dryRun,
  reference,
  result,
  was,
  tag,
  left,
  listedBy,
  annotations,
}: AnnotateResult): string {
  const isSame = result === 'exists';
  const lines = Object.entries(annotations ?? {}).map(([key, value]) => `  ${printable(key)}: ${printable(value)}`);
  return [
    fields([
      [dryRun ? 'Would be' : 'Annotated', `${reference}${isSame ? ' (is like that already)' : ''}`],
      ['Was', isSame ? undefined : was.reference],
      ['Tag', tag],
      ['Listed by', listedBy],
      ['Left', left.length === 0 ? undefined : `${describeLeft(left)}, attached to the old digest`],
    ]),
    ...(lines.length === 0 ? [] : ['Annotations:', ...lines]),
  ].join('\n');
}

/** The notes on a new digest, and on all that is attached to the old one. */
export function annotateNotes({ dryRun, result, was, left, listedBy }: AnnotateResult): readonly string[] {
  if (result === 'exists') return ['nothing was written: the annotations are like that already'];
  const signed = left.some(({ kind }) => kind === 'signature');
  return [
    ...(dryRun ? ['dry run: nothing was written'] : []),
    ...(left.length === 0 ? [] : [`the old digest keeps what is attached to it: remora discover ${was.reference}`]),
    ...(signed ? ['no signature covers the new digest: sign it again with remora sign'] : []),
    ...(listedBy === undefined ? [] : [`the old version stays listed with its subject: ${was.reference}`]),
  ];
}

function describeLeft(left: AnnotateResult['left']): string {
  return left.map(({ kind = 'of no known kind', count }) => countedKind(count, kind)).join(', ');
}
