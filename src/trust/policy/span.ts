const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/** The milliseconds of a span of time like `30d` or `12h`; undefined for other text. */
export function parseSpan(text: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unit === 'd' ? DAY : HOUR);
}

/** Whole days, or whole hours below two days: never less than the span. */
export function formatSpan(span: number): string {
  return span % DAY === 0 || span > 2 * DAY ? `${Math.ceil(span / DAY)}d` : `${Math.ceil(span / HOUR)}h`;
}
