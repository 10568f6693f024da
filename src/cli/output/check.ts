import type { Severity } from '../../operations/check/report/findings.js';
import type { Finding } from '../../operations/check/report/schema.js';
import type { CheckResult } from '../../operations/check/schema.js';
import { formatSize, type Paint, printable } from './text.js';

const COLOURS = { error: 'red', warning: 'yellow', note: 'dim' } as const;

/** The findings, the worst first and one per line, the repairs, and a line with the sums. */
export function renderCheck(result: CheckResult, paint: Paint, options: { readonly verbose?: boolean } = {}): string {
  const { fixed = [], dryRun } = result;
  return [
    ...result.findings.flatMap((finding) => [
      line(finding, finding.severity, paint),
      ...(options.verbose ? [paint('dim', `  ${finding.fix}`)] : []),
    ]),
    ...fixed.map((finding) => line(finding, dryRun ? 'would fix' : 'fixed', paint)),
    summary(result),
  ].join('\n');
}

function line({ code, message, severity, fixable }: Finding, title: string, paint: Paint): string {
  const end = fixable && title === severity ? paint('dim', ' (--fix)') : '';
  return `${paint(title === severity ? COLOURS[severity] : 'green', title)} ${code}: ${printable(message)}${end}`;
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
  return `${count === 0 && noun === 'error' ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
