import { given } from '../../oci/values/given.js';
import { whoOf } from '../../operations/results/signer-words.js';
import type { UseOptions } from '../../operations/verified/options.js';
import type { UnverifiedAttachment, UseProof } from '../../operations/verified/schema.js';
import { printable } from './text.js';
import { rootNotes, UNREVOKED } from './verify-summary.js';

/** Attachments that notes name one by one. */
const MAX_NAMED = 10;

/** The notes on trust that was used: Sigstore's root with its date, and that revocation was not looked up. */
export function trustNotes({ trust = [], trustedRoot }: UseOptions): readonly string[] {
  const root = trustedRoot ?? trust.find((one) => one.type === 'identity')?.root;
  const named = root && given({ source: root.source, date: root.date });
  const hasCertificates = trust.some(({ type }) => type !== 'key');
  return [...rootNotes(given({ trustedRoot: named }), new Date()), ...(hasCertificates ? [UNREVOKED] : [])];
}

/** The signer that verifies content: `key 1f3a9c2b4d5e (cosign.pub)`. */
export function signerWords(proof: UseProof): string {
  return printable(whoOf(proof) ?? proof.signature);
}

/** A note for each attachment that is not verified: it was left out, or came along in one manifest with a verified one. */
export function unverifiedNotes(unverified: readonly UnverifiedAttachment[] = []): readonly string[] {
  const notes = unverified.slice(0, MAX_NAMED).map(({ kind = 'attachment', digest, verdict, message, isCopied }) => {
    const what = `${kind} ${digest}, which is ${verdict === 'wrong' ? 'wrong' : 'not verified'}: ${message}`;
    return printable(isCopied ? `copied in one manifest with what is verified: ${what}` : `left out ${what}`);
  });
  const more = unverified.length - MAX_NAMED;
  return more > 0 ? [...notes, `${more} more are not verified`] : notes;
}
