import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  t: 1000 ** 4,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** Parses a number of bytes: `1048576`, `5MB`, `16MiB`, `16Mi`. @throws RemoraError `INVALID_ARGUMENT` */
export function parseSize(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})(?:([kmgt]i?)?b?)?$/i.exec(text) ?? [];
  const size = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new RemoraError('INVALID_ARGUMENT', `${flag} ${quote(text)} is not a size`, {
    found: text,
    hint: 'Write it like 16MiB, 5MB or 1048576',
  });
}

const SECOND = 1000;
const SPANS: Readonly<Record<string, number>> = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 24 * 3600 * SECOND };

/** The longest span that a timer of Node.js takes; a longer one fires at once. */
const MAX_SPAN_MS = 24 * 24 * 3600 * SECOND;

/** Parses a span of time into milliseconds: `90s`, `30m`, `6h`, `2d`. @throws RemoraError `INVALID_ARGUMENT` */
export function parseSpan(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const span = Number(digits) * (SPANS[unit] ?? Number.NaN);
  if (span > 0 && span <= MAX_SPAN_MS) return span;
  throw new RemoraError('INVALID_ARGUMENT', `${flag} ${quote(text)} is not a span of time up to 24d`, {
    found: text,
    hint: 'Write it like 30m, 6h or 2d',
  });
}
