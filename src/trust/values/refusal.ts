import { type Facts, type Judgement, type Reason, unchecked, wrong } from './judgement.js';

/** The end of a judge's look at one signature; the judge turns it into a judgement. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly verdict: 'wrong' | 'unchecked',
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/** The judgement that a refusal becomes. */
export function refused({ verdict, reason, message }: Refusal, facts: Facts): Judgement {
  if (verdict === 'wrong') return wrong(reason, message, facts);
  const { ofTrust: _, ...others } = facts;
  return unchecked(reason, message, others);
}
