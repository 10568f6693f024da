import type * as z from 'zod';
import type { signedTime, signer } from './signer.js';

/** The part of a result that says who signed, and when. */
export interface Signed {
  readonly signer?: Readonly<z.infer<typeof signer>>;
  readonly trusts?: readonly string[];
  readonly times?: readonly Readonly<z.infer<typeof signedTime>>[];
}

/** Digits of a key's fingerprint that tell it from others. */
const DIGITS = 12;

/** The signer in words, with the names of the trusts that count it: `key 1f3a9c2b4d5e (cosign.pub)`. */
export function whoOf(signed: Signed): string | undefined {
  const { signer } = signed;
  const who = shortWhoOf(signed);
  return signer?.type === 'identity' && who !== undefined ? `${who}, issuer ${signer.issuer}` : who;
}

/** The same without the issuer of an identity. */
export function shortWhoOf({ signer, trusts = [] }: Signed): string | undefined {
  if (signer === undefined) return undefined;
  const names = trusts.filter((name) => !namesOf(signer).includes(name));
  return names.length === 0 ? wordsOf(signer) : `${wordsOf(signer)} (${names.join(', ')})`;
}

function wordsOf(signer: NonNullable<Signed['signer']>): string {
  if (signer.type === 'key') return `key ${signer.fingerprint.slice(0, DIGITS)}`;
  if (signer.type === 'certificate') return signer.subject;
  return signer.identity;
}

/** Names that say the same as the signer. */
function namesOf(signer: NonNullable<Signed['signer']>): readonly string[] {
  if (signer.type === 'key') return [signer.fingerprint];
  return signer.type === 'certificate' ? [signer.subject] : [signer.identity];
}

const SAYS = { log: 'logged', timestamp: 'timestamped', signer: 'signed by its own clock' } as const;

/** The times in words: `logged 2026-11-24 12:00 UTC, index 123`. */
export function whenOf({ times = [] }: Signed): readonly string[] {
  return times.map(({ time, from, logIndex }) => {
    const index = logIndex === undefined ? '' : `, index ${logIndex}`;
    return `${SAYS[from]} ${minutes(time)}${index}`;
  });
}

/** `2026-11-24 12:00 UTC` of `2026-11-24T12:00:00Z`. */
function minutes(time: string): string {
  const [, day, clock] = /^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/.exec(time) ?? [];
  return day === undefined || clock === undefined ? time : `${day} ${clock} UTC`;
}
