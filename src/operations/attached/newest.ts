import { RemoraError } from '../../errors.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Attachment } from './attachment.js';
import { type Candidate, type ChoiceOptions, deciding } from './choice.js';

/**
 * The attachment with the newest `org.opencontainers.image.created`.
 *
 * @param options the selectors that the verb has, for the next step
 * @throws RemoraError `AMBIGUOUS` (equal dates, or an attachment without a date: it could be newer, so the caller must
 *   choose)
 */
export function newestOf<T extends Candidate>(found: readonly T[], options: ChoiceOptions = {}): T {
  const dated = found.map((attachment) => ({ attachment, time: Date.parse(attachment.created ?? '') }));
  const choose = (among: readonly T[]) => deciding(among, { ...options, latest: false });
  if (dated.some(({ time }) => Number.isNaN(time)))
    throw ambiguous(found, `Some have no ${Annotation.created}: ${choose(found)}`);
  const latest = dated.reduce((time, other) => Math.max(time, other.time), Number.NEGATIVE_INFINITY);
  const winners = dated.filter(({ time }) => time === latest).map(({ attachment }) => attachment);
  const [winner] = winners;
  if (winners.length === 1 && winner !== undefined) return winner;
  throw ambiguous(winners, `They have the same date: ${choose(winners)}`);
}

/**
 * The error for several matches; each candidate is told by kind, format or type, title, date, platform and digest, with a
 * `-` for what is not known.
 */
export function ambiguous(found: readonly Candidate[], hint: string): RemoraError {
  const candidates = found.map(candidateLine);
  return new RemoraError('AMBIGUOUS', `${found.length} attached artifacts match, wanted one`, { candidates, hint });
}

/** Two spaces divide the cells, so that a terminal can show them in columns. */
function candidateLine(attachment: Candidate): string {
  const { descriptor, holder, kind, formats, content, platform, created } = attachment;
  const where = holder === undefined ? descriptor.digest : `${descriptor.digest} in ${holder.digest}`;
  const cells = [kind, formats.join('+') || typeName(attachment), content?.titles.join(', '), created, platform, where];
  return cells.map((cell) => cell?.replace(/\s+/g, ' ').trim() || '-').join('  ');
}

/** The most telling type of an attachment. */
export function typeName({ descriptor, predicateType }: Attachment): string {
  return descriptor.artifactType || (predicateType ?? descriptor.mediaType);
}
