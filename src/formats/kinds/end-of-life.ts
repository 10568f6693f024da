import { type Annotations, isDateTime } from '../../oci/values/annotations.js';

/** The annotation of ORAS and Azure, and that of Microsoft's own images. */
const KEYS = ['vnd.artifact.lifecycle.end-of-life.date', 'vnd.microsoft.artifact.lifecycle.end-of-life.date'] as const;

/** The date of an end of life, as annotations have it. */
export function endOfLifeDate(annotations: Annotations | undefined): string | undefined {
  const key = KEYS.find((one) => annotations !== undefined && Object.hasOwn(annotations, one));
  return key && annotations?.[key];
}

/**
 * Whether an end of life is past. A date without a time lasts until it ends in UTC.
 *
 * @returns undefined for text that is neither a date-time nor a date of RFC 3339
 */
export function isPast(date: string, now: Date): boolean | undefined {
  const isDay = !/[Tt]/.test(date);
  if (!isDateTime(isDay ? `${date}T00:00:00Z` : date)) return undefined;
  if (isDay) return now.toISOString().slice(0, 10) > date;
  // ECMAScript knows no leap seconds.
  return Date.parse(date.replace(/:60(?=[.Zz+-])/, ':59').toUpperCase()) <= now.getTime();
}
