import type { Severity } from '../../../operations/check/report/findings.js';
import type { Finding } from '../../../operations/check/report/schema.js';
import type { CheckResult } from '../../../operations/check/schema.js';
import { countedNoun } from '../../../operations/results/counted.js';
import { shorten, wrapped } from '../fit.js';
import { fitText } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';

const COLOURS = { error: 'red', warning: 'yellow', note: 'dim' } as const;

const INDENT = '  ';

/** The findings, the worst first and one per line, the repairs, and a line with the sums. */
export function renderCheck(result: CheckResult, screen: Screen, options: { readonly verbose?: boolean } = {}): string {
  const { fixed = [], dryRun } = result;
  const room = screen.width === undefined ? undefined : screen.width - INDENT.length;
  return [
    ...result.findings.flatMap((finding) => [
      line(finding, finding.severity, screen),
      ...(options.verbose ? wrapped(finding.fix, room).map((text) => screen.paint('dim', `${INDENT}${text}`)) : []),
    ]),
    ...fixed.map((finding) => line(finding, dryRun ? 'would fix' : 'fixed', screen)),
    ...wrapped(summary(result), screen.width),
  ].join('\n');
}

/** The least columns of a message behind its code; with fewer, it stands below. */
const MIN_MESSAGE = 16;

function line({ code, message, severity, fixable }: Finding, title: string, { paint, width }: Screen): string {
  const end = fixable && title === severity ? ' (--fix)' : '';
  const start = `${title} ${code}:`;
  const isBelow = width !== undefined && width - start.length - 1 - end.length < MIN_MESSAGE;
  const room = width === undefined ? undefined : width - (isBelow ? INDENT.length : start.length + 1) - end.length;
  const text = fitText(printable(message), room);
  const shown = paint(title === severity ? COLOURS[severity] : 'green', title);
  const between = isBelow ? `\n${INDENT}` : ' ';
  const told = isBelow
    ? shorten(start.slice(title.length), Math.max(width - title.length, 0))
    : start.slice(title.length);
  return `${shown}${told}${between}${text}${end === '' ? '' : paint('dim', end)}`;
}

function summary({ checked, deep, findings, fixed = [], incomplete, dryRun }: CheckResult): string {
  const { manifests, blobs, bytes } = checked;
  // A dry run repairs nothing: planned repairs are still wrong.
  const wrong = dryRun ? [...findings, ...fixed] : findings;
  const count = (wanted: Severity) => wrong.filter(({ severity }) => severity === wanted).length;
  const parts = [
    number(count('error'), 'error'),
    ...(count('warning') > 0 ? [number(count('warning'), 'warning')] : []),
    ...(count('note') > 0 ? [number(count('note'), 'note')] : []),
    ...(dryRun && fixed.length > 0 ? [`${fixed.length} would be fixed`] : []),
    ...(incomplete.length > 0 ? [`${incomplete.length} not checked`] : []),
  ];
  const what = `${number(manifests, 'manifest')}, ${number(blobs, 'blob')}, ${formatSize(bytes)}`;
  return `checked ${what}${deep ? '' : ' (blobs by size)'}: ${parts.join(', ')}`;
}

function number(count: number, noun: string): string {
  return count === 0 && noun === 'error' ? 'no errors' : countedNoun(count, noun);
}
