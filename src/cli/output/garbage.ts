import type { GarbageResult } from '../../operations/check/schema.js';
import { countedNoun } from '../../operations/results/counted.js';
import { formatSize, type Paint, printable } from './text.js';

/** The removed files, one per line, those that stay, and a line with the sums. */
export function renderGarbage(result: GarbageResult, paint: Paint): string {
  const { blobs, leftOvers, bytes, young, foreign, dryRun } = result;
  const verb = dryRun ? 'would remove' : 'removed';
  const line = (name: string, size: number) =>
    `${paint('green', verb)} ${printable(name)} ${paint('dim', formatSize(size))}`;
  const parts = [
    `${verb} ${countedNoun(blobs.length, 'blob')}${leftOvers.length > 0 ? ` and ${countedNoun(leftOvers.length, 'left-over file')}` : ''}, ${formatSize(bytes)}`,
    ...(young > 0 ? [`${countedNoun(young, 'young blob')} without a name kept`] : []),
  ];
  return [
    ...blobs.map(({ digest, size }) => line(digest, size)),
    ...leftOvers.map(({ name, size }) => line(name, size)),
    ...foreign.map((name) => `${paint('dim', 'kept')} ${printable(name)}: not part of the layout`),
    parts.join('; '),
  ].join('\n');
}
