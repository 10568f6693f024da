import { given } from '../../oci/values/given.js';
import { gate, isOfKind, type Requirement } from '../discover/missing.js';
import type { Fact, ImageFacts } from './facts.js';
import type { ReportCell, ReportState } from './schema.js';

/** A column of a report. */
export interface Column extends Requirement {
  /** `KIND` or `KIND@FORMAT`. */
  readonly name: string;
}

export function columnOf(requirement: Requirement): Column {
  const { kind, format } = requirement;
  return { ...requirement, name: format === undefined ? kind : `${kind}@${format}` };
}

/** The cell of a row that could not be asked. */
export function unknownCell(isTrusted: boolean): ReportCell {
  return { state: 'unknown', count: 0, ...(isTrusted ? { verified: 'unknown' } : {}) };
}

/** The cell of a column. An index counts for its platforms, as for `discover --require-on any`. */
export function cellOf(facts: ImageFacts, column: Column, isTrusted: boolean): ReportCell {
  const isIt = (fact: Fact) => isOfKind(fact, column);
  const found = factsOf(facts).filter(isIt);
  const { state, lacking } = judge(facts, column, isIt);
  return {
    state,
    count: new Set(found.map(({ digest }) => digest)).size,
    ...given({ newest: newestOf(found) }),
    ...(lacking.length === 0 ? {} : { lacking }),
    ...(isTrusted ? { verified: judge(facts, column, (fact) => isIt(fact) && fact.isVerified === true).state } : {}),
  };
}

/** All direct attachments, of the image itself, its inner indexes and its platforms. */
export function factsOf({ held }: ImageFacts): readonly Fact[] {
  return [held, ...(held.platforms ?? [])].flatMap(({ referrers }) => referrers);
}

/** The newest date of creation, with a trust of what is verified; text that is not a date does not count. */
export function newestOf(facts: readonly Fact[]): string | undefined {
  let newest: { readonly created: string; readonly time: number } | undefined;
  for (const { created = '', isVerified = true } of facts) {
    if (!isVerified) continue;
    const time = Date.parse(created);
    if (time > (newest?.time ?? Number.NEGATIVE_INFINITY)) newest = { created, time };
  }
  return newest?.created;
}

function judge(
  { held, unread, incomplete }: ImageFacts,
  column: Column,
  fits: (fact: Fact) => boolean,
): { readonly state: ReportState; readonly lacking: readonly string[] } {
  const { missing } = gate(held, [column], { unread, fits });
  if (missing.length === 0) return { state: 'yes', lacking: [] };
  // The way that was not asked may have it.
  if (incomplete.length > 0) return { state: 'unknown', lacking: [] };
  const isSomewhere = [held, ...(held.platforms ?? [])].some(({ referrers }) => referrers.some(fits));
  const platforms = missing.filter(({ digest }) => digest !== held.digest);
  return {
    state: isSomewhere ? 'partly' : 'no',
    lacking: platforms.map(({ platform, digest }) => platform ?? digest),
  };
}
