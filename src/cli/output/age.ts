const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The units of an age: each from its own length in milliseconds up to `until`. */
const UNITS: readonly { readonly name: string; readonly length: number; readonly until: number }[] = [
  { name: 'min', length: MINUTE, until: HOUR },
  { name: 'h', length: HOUR, until: 2 * DAY },
  { name: 'd', length: DAY, until: 60 * DAY },
  { name: 'mo', length: 30.44 * DAY, until: 730 * DAY },
  { name: 'y', length: 365.25 * DAY, until: Number.POSITIVE_INFINITY },
];

/**
 * The time since a date, in the largest unit that tells it well: `5 min`, `2 h`, `3 d`, `5 mo`, `2 y`; `now` below a minute,
 * `in 3 d` for a date that is to come. The empty text for what is not a date.
 */
export function ageOf(date: string | undefined, now: Date): string {
  const time = timeOf(date);
  if (time === undefined) return '';
  const passed = now.getTime() - time;
  const length = Math.abs(passed);
  const unit = UNITS.find(({ until }) => length < until);
  if (unit === undefined || length < MINUTE) return 'now';
  const age = `${Math.max(Math.floor(length / unit.length), 1)} ${unit.name}`;
  return passed < 0 ? `in ${age}` : age;
}

/** A date as lists have it, of one length: `2026-01-31T12:00:00Z`. The empty text for what is not a date. */
export function dateOf(date: string | undefined): string {
  const time = timeOf(date);
  return time === undefined ? '' : new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function timeOf(date: string | undefined): number | undefined {
  const time = date !== undefined && /^\d{4}-\d\d-\d\d/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
