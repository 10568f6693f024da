import type { CopyVolume } from '../../operations/copy/plan.js';
import type { CopiedObject, CopyResult } from '../../operations/copy/schema.js';
import { fields, formatSize, printable } from './text.js';

/** The text for a copy. */
export function renderCopy({ roots, tags, attached, objects, bytes, dryRun }: CopyResult): string {
  const count = (result: CopiedObject['result']) => objects.filter((object) => object.result === result).length;
  const moved = count('copied');
  const rest = [
    [count('mounted'), 'mounted'],
    [count('exists'), 'there already'],
    [count('skipped'), 'not looked at'],
  ] as const;
  const others = rest.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`]));
  return fields([
    [dryRun ? 'Would copy' : 'Copied', roots.map(({ reference }) => printable(reference)).join(', ')],
    ['Tags', tags.length === 0 ? undefined : tags.map(({ tag }) => printable(tag)).join(', ')],
    ['Attached', attached === 0 ? undefined : String(attached)],
    ['Objects', [`${moved} moved (${formatSize(bytes)})`, ...others].join(', ')],
  ]);
}

/** The label of the bar for a whole copy. */
export function describeVolume({ objects, attached }: CopyVolume): string {
  return `${objects} objects, ${attached} attached`;
}

/** The line of `--verbose` for an object. */
export function describeObject({ result, digest, mediaType, size }: CopiedObject): string {
  return `${result} ${digest} ${mediaType} ${formatSize(size)}`;
}
