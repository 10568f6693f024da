import type { SignedTime, Signer } from './judgement.js';

/** The maker that a signature claims to have; an unknown name of a key is a hint. */
export type ClaimedSigner = Signer | { readonly type: 'hint'; readonly hint: string };

/** The maker and times that a signature names before anything of it is verified. Anybody can write them. */
export interface Claimed {
  readonly signer?: ClaimedSigner;
  readonly times?: readonly Omit<SignedTime, 'logIndex'>[];
  /** The index in the transparency log. */
  readonly logIndex?: string;
}
