/** RFC 3339 §5.6, and the space that its note allows. */
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,12})?(Z|z|[+-]\d\d:\d\d)$/;

/** Before the first of these formats; dates there are Go's zero time, the epoch, or what stands for "no date" in archives. */
const EARLIEST = Date.UTC(1990);
const LATEST = Date.UTC(2100);

/** A date as RFC 3339 in UTC; undefined for text that is not a date, names no zone, or cannot date a document. */
export function toUtc(text: string | undefined): string | undefined {
  const [, day = '', time = '', fraction = '', zone = ''] = RFC_3339.exec(text ?? '') ?? [];
  const local = fromMillis(Date.parse(`${day}T${time}Z`));
  // 31 February is a later day to some engines.
  if (local === undefined || !local.startsWith(day)) return undefined;
  const millis = fraction === '' ? '' : fraction.padEnd(4, '0').slice(0, 4);
  return fromMillis(Date.parse(`${day}T${time}${millis}${zone.toUpperCase()}`));
}

/** The same for seconds since 1970, as Sigstore's logs have them: as text, since that is how protobuf writes int64. */
export function secondsToUtc(seconds: string | number | undefined): string | undefined {
  if (typeof seconds === 'string' && !/^\d{1,12}$/.test(seconds)) return undefined;
  return fromMillis(Number(seconds) * 1000);
}

function fromMillis(millis: number): string | undefined {
  if (!(millis >= EARLIEST && millis < LATEST)) return undefined;
  return new Date(millis).toISOString().replace('.000Z', 'Z');
}
