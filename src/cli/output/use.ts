import type { UnverifiedAttachment, UseProof } from '../../operations/verified/schema.js';
import { whoOf } from './signer.js';
import { printable } from './text.js';

/** Attachments that notes name one by one. */
const MAX_NAMED = 10;

/** The words for content that is verified: `verified by key 1f3a9c2b4d5e (cosign.pub)`. */
export function proofWords(proof: UseProof): string {
  const who = whoOf(proof);
  return who === undefined ? 'verified' : printable(`verified by ${who}`);
}

/** A note for each attachment that was left out, since it is not verified. */
export function unverifiedNotes(unverified: readonly UnverifiedAttachment[] = []): readonly string[] {
  const notes = unverified
    .slice(0, MAX_NAMED)
    .map(({ kind, digest, verdict, message }) =>
      printable(
        `left out ${kind ?? 'attachment'} ${digest}, which is ${verdict === 'wrong' ? 'wrong' : 'not verified'}: ${message}`,
      ),
    );
  const more = unverified.length - MAX_NAMED;
  return more > 0 ? [...notes, `left out ${more} more that are not verified`] : notes;
}
