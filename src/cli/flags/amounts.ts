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
