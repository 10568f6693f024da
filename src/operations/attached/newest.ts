import { RemoraError } from '../../errors.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from './attachment.js';

/** An attachment that matches a selection. */
type Candidate = Attachment & { readonly platform?: string };

/**
 * The attachment with the newest `org.opencontainers.image.created`.
 *
 * @throws RemoraError `AMBIGUOUS` (equal dates, or an attachment without a date: it could be newer, so the caller must
 *   choose)
 */
export function newestOf<T extends Candidate>(store: Source, found: readonly T[]): T {
  const dated = found.map((attachment) => ({ attachment, time: Date.parse(attachment.created ?? '') }));
  if (dated.some(({ time }) => Number.isNaN(time)))
    throw ambiguous(store, found, `Some have no ${Annotation.created}: name one with --digest, or take all`);
  const latest = dated.reduce((time, other) => Math.max(time, other.time), Number.NEGATIVE_INFINITY);
  const winners = dated.filter(({ time }) => time === latest).map(({ attachment }) => attachment);
  const [winner] = winners;
  if (winners.length === 1 && winner !== undefined) return winner;
  throw ambiguous(store, winners, 'They have the same date: name one with --digest, or take all');
}

/** The error for several matches; each candidate is told by reference, kind, type, formats, platform and date. */
export function ambiguous(store: Source, found: readonly Candidate[], hint: string): RemoraError {
  const candidates = found.map((attachment) => {
    const { descriptor, holder, kind, formats, platform, created } = attachment;
    const place = store.format({ digest: (holder ?? descriptor).digest });
    const layer = holder === undefined ? undefined : `layer ${descriptor.digest}`;
    const parts = [place, layer, kind, typeName(attachment), formats.join('+'), platform, created];
    return parts.filter((part) => part).join('  ');
  });
  return new RemoraError('AMBIGUOUS', `${found.length} attached artifacts match, wanted one`, { candidates, hint });
}

/** The most telling type of an attachment. */
export function typeName({ descriptor, predicateType }: Attachment): string {
  return descriptor.artifactType || (predicateType ?? descriptor.mediaType);
}
