import { quote } from '../../oci/text/quote.js';
import type { PolicyRule } from './policy.js';
import { formatSpan } from './span.js';

/** Why the proof of a verified attachment does not count for a rule. */
export type Shortfall =
  | { readonly reason: 'trust'; readonly trust: string }
  | { readonly reason: 'time' | 'future' }
  | { readonly reason: 'age' /** Milliseconds. */; readonly age: number };

/** The attachments that a rule may mean. */
export interface Found {
  /** How many signers count. */
  readonly signers: number;
  readonly shortfalls: readonly Shortfall[];
  /** How many attachments are not verified. */
  readonly unverified: number;
  /** An index has it, and each platform must. */
  readonly elsewhere: boolean;
}

/** The wish of a rule, as the end of `wanted …`. */
export function describeWanted({ kind, format, predicateType, by, count, maxAge }: PolicyRule): string {
  const thing = [kind ?? 'an attestation', ...(format === undefined ? [] : [`in ${format}`])].join(' ');
  return [
    `${thing}${predicateType === undefined ? '' : ` of type ${quote(predicateType)}`}`,
    `by ${count === 1 ? '' : `${count} signers of `}${by.map(quote).join(' or ')}`,
    ...(maxAge === undefined ? [] : [`at most ${formatSpan(maxAge)} old`]),
  ].join(' ');
}

/** The end of `got …`. */
export function describeFound({ signers, shortfalls, unverified, elsewhere }: Found): string {
  const parts = [
    ...(signers === 0 ? [] : [`${signers} ${signers === 1 ? 'signer' : 'signers'}`]),
    ...new Set(shortfalls.map(describe)),
    ...(unverified === 0 ? [] : [`${unverified} not verified`]),
    ...(elsewhere ? ['one of the index only'] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function describe(shortfall: Shortfall): string {
  switch (shortfall.reason) {
    case 'trust':
      return `one by ${quote(shortfall.trust)}`;
    case 'time':
      return 'one whose time no log and no timestamp proves';
    case 'future':
      return 'one whose proven time is in the future';
    case 'age':
      return `one of ${formatSpan(shortfall.age)}`;
  }
}
