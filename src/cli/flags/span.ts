import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';

const SECOND = 1000;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 24 * 3600 * SECOND };

/** Parses a span of time into milliseconds: `90s`, `10m`, `1h`, `1d`, `0s`. @throws RemoraError `INVALID_ARGUMENT` */
export function parseGrace(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const span = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (Number.isSafeInteger(span)) return span;
  throw new RemoraError('INVALID_ARGUMENT', `${flag} ${quote(text)} is not a span of time`, {
    found: text,
    hint: 'Write it like 90s, 10m, 1h or 1d',
  });
}

/** The longest time that a timer of Node.js takes; it fires at once after a longer one. */
const MOST_MS = 24 * 24 * 3600 * SECOND;

/** Parses the time from one run to the next, as {@link parseGrace} does. @throws RemoraError `INVALID_ARGUMENT` */
export function parseInterval(flag: string, text: string): number {
  const span = parseGrace(flag, text);
  if (span > 0 && span <= MOST_MS) return span;
  throw new RemoraError('INVALID_ARGUMENT', `${flag} ${quote(text)} is not a time between two runs`, {
    found: text,
    hint: 'Write it like 10m, 6h or 1d, up to 24d',
  });
}

/** Parses a time to wait, as {@link parseGrace} does; a number without a unit is seconds. @throws RemoraError `INVALID_ARGUMENT` */
export function parseWait(flag: string, text: string): number {
  return parseGrace(flag, /^\d+$/.test(text) ? `${text}s` : text);
}

/** Parses an age into milliseconds: `12h`, `90d`, `12w`. @throws RemoraError `INVALID_ARGUMENT`, also for zero */
export function parseAge(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,5})([smhdw])$/.exec(text) ?? [];
  const span = Number(digits) * (unit === 'w' ? 7 * 24 * 3600 * SECOND : (UNITS[unit] ?? Number.NaN));
  if (span > 0) return span;
  throw new RemoraError('INVALID_ARGUMENT', `${flag} ${quote(text)} is not an age`, {
    found: text,
    hint: 'Write it like 12h, 90d or 12w',
  });
}
