import type { ReportRow, ReportSummary } from '../../../operations/report/schema.js';
import { failureOf, troublesOf } from '../../../operations/report/words.js';
import { countedNoun } from '../../../operations/results/counted.js';
import { printable } from '../text.js';

/** The line that sums up: `200 images: 180 with sbom, none with vex or scan; 3 could not be asked`. */
export function describeSummary(summary: ReportSummary): string {
  const { images, failed, columns } = summary;
  const all = Object.entries(columns);
  // A column that is not known of an image that was asked about may be there.
  const none = all.filter(([, { yes, partly, unknown }]) => yes + partly === 0 && unknown === failed);
  // Where nothing was found and not all is known, there is nothing to count.
  const counts = all.filter(([, { yes, partly }]) => yes + partly > 0);
  const verified = all.some(([, one]) => one.verified !== undefined) ? 'verified ' : '';
  const kinds = [
    ...counts.map(([name, { yes, partly, verified: count = yes }]) =>
      yes === 0 ? `${partly} with ${name} for some platforms` : `${count} with ${verified}${name}`,
    ),
    ...(none.length === 0 ? [] : [`none with ${verified}${listed(none.map(([name]) => name))}`]),
  ];
  const troubles = troublesOf(summary).map(({ count, words }) => `${images === 1 ? 'it' : count} ${words}`);
  if (images === 0) return '0 images: the references name none';
  // Of images that were not asked about nothing is known.
  const what = [images === failed ? '' : kinds.join(', '), troubles.join(', ')].filter((words) => words !== '');
  return `${countedNoun(images, 'image')}${what.length === 0 ? '' : `: ${what.join('; ')}`}`;
}

/** `sbom, vex or scan` */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((name) => name !== '').join(' or ');
}

/** The line about a row without a whole answer: `ghcr.io/acme/app:v9 does not exist`; undefined where there is one. */
export function describeFailure(row: ReportRow): string | undefined {
  const { reference, error, incomplete: [part] = [] } = row;
  if (error === undefined && part === undefined) return undefined;
  if (error === undefined)
    return printable(`${reference} could be asked in part: could not ask ${part?.way}: ${part?.error.message}`);
  if (failureOf(row) === 'unasked') return printable(`${reference} could not be asked: ${error.message}`);
  return printable(error.message.includes(reference) ? error.message : `${reference}: ${error.message}`);
}

/** The required things that a row lacks: `lacks sbom (linux/arm64)`; undefined where nothing is missing for certain. */
export function describeLack({
  reference,
  missing = [],
  columns,
  policy,
  violations = [],
}: ReportRow): string | undefined {
  const kinds = missing.map((name) => {
    const { lacking, verified, state } = columns[name] ?? {};
    const where = lacking === undefined ? '' : ` for ${lacking.join(', ')}`;
    return verified !== undefined && state === 'yes' ? `verified ${name}` : `${name}${where}`;
  });
  const parts = [
    ...(kinds.length === 0 ? [] : [`has no ${kinds.join(', no ')}`]),
    ...(policy === 'broken' ? violations.map((text) => `breaks the policy: ${text}`) : []),
  ];
  return parts.length === 0 ? undefined : printable(`${reference} ${parts.join('; ')}`);
}
