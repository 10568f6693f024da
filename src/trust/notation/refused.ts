import type { Reason } from '../values/judgement.js';

/** The end of a judgement of one envelope; the judge turns it into a verdict. */
export class Refused extends Error {
  constructor(
    readonly verdict: 'wrong' | 'unchecked',
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/** An envelope, or a part of it, that is not well formed. */
export function malformed(message: string): Refused {
  return new Refused('wrong', 'malformed', message);
}
