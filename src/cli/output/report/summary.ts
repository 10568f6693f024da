import type { ReportRow, ReportSummary } from '../../../operations/report/schema.js';
import { printable } from '../text.js';

/** The line that sums up: `200 images: 180 with sbom, 150 with signature; 3 could not be asked`. */
export function describeSummary({ images, failed, incomplete, columns }: ReportSummary): string {
  const kinds = Object.entries(columns).map(([name, { yes, verified }]) =>
    verified === undefined ? `${yes} with ${name}` : `${verified} with verified ${name}`,
  );
  const troubles = [
    ...(failed === 0 ? [] : [`${failed} could not be asked`]),
    ...(incomplete === 0 ? [] : [`${incomplete} could be asked in part`]),
  ];
  if (images === 0) return '0 images: the references name none';
  const what = kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
  return [`${images} image${images === 1 ? '' : 's'}${what}`, ...troubles].join('; ');
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
