import { RFC3161Timestamp } from '@sigstore/core';
import type { Claimed } from '../values/claimed.js';
import { bytesOf, dateText, ifReadable, textOf } from './lenient.js';

type Times = NonNullable<Claimed['times']>;

/** The time in a response of an RFC 3161 authority, in base64. */
export function stampedTimes(response: unknown): Times {
  const bytes = bytesOf(response);
  const time = bytes && ifReadable(() => dateText(RFC3161Timestamp.parse(bytes).signingTime));
  return time === undefined ? [] : [{ time, from: 'timestamp' }];
}

/** The time of a log's entry in seconds since 1970; entries of Rekor v2 have 0, or none. */
export function loggedTimes(seconds: unknown): Times {
  const number = typeof seconds === 'string' && /^\d+$/.test(seconds) ? Number(seconds) : seconds;
  if (typeof number !== 'number' || number <= 0) return [];
  const time = ifReadable(() => dateText(new Date(number * 1000)));
  return time === undefined ? [] : [{ time, from: 'log' }];
}

/** The time that only the signer names. */
export function ownTimes(date: unknown): Times {
  const time =
    typeof date === 'string' || typeof date === 'number' ? ifReadable(() => dateText(new Date(date))) : undefined;
  return time === undefined ? [] : [{ time, from: 'signer' }];
}

/** The index of a log's entry: digits, in old JSON a number. */
export function logIndexOf(index: unknown): string | undefined {
  const text = typeof index === 'number' ? String(index) : textOf(index);
  return text !== undefined && /^\d{1,20}$/.test(text) ? text : undefined;
}
