import type { Source } from '../../store/interfaces/store.js';
import type { Policy } from '../../trust/policy/policy.js';
import type { AskedWays } from '../attached/asked-ways.js';
import type { JudgedAttachments } from '../verify/judge-attached.js';
import type { TrustOptions } from '../verify/options.js';
import { violationsOf } from '../verify/policy-violations.js';
import { checkOutcome, outcomeOf } from '../verify/required.js';

/** The trust that content must satisfy, and the policy that its image must keep. */
export interface TrustToUse extends TrustOptions {
  readonly policy?: Policy;
}

/** With a policy: its trusts that the rules for the repository name, and no others. */
export async function trustFor(source: Source, options: TrustToUse): Promise<TrustToUse> {
  const { policy, trust = [] } = options;
  if (policy === undefined) return options;
  const { rulesFor } = await import('../../trust/policy/judge-policy.js');
  const rules = rulesFor(policy, source.kind === 'registry' ? source.format({}) : undefined);
  const names = new Set(rules.flatMap(({ by }) => by));
  return { ...options, trust: [...trust, ...policy.trust.filter(({ name }) => names.has(name))] };
}

/** @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` and `INCOMPLETE` for an image that does not keep the policy */
export async function checkPolicy(
  judged: JudgedAttachments,
  account: AskedWays,
  { policy, now }: TrustToUse,
): Promise<void> {
  if (policy === undefined) return;
  const violations = await violationsOf(policy, judged, now);
  const outcome = outcomeOf(judged, { require: [], on: 'any', noWrong: false, violations });
  checkOutcome({ ...judged, ...outcome }, account);
}
