import type { Violation } from '../../trust/policy/judge-policy.js';
import type { Policy } from '../../trust/policy/policy.js';
import type { JudgedAttachments } from './judge-attached.js';

/** The rules that are not kept. A trust that stands beside the policy keeps none of them, whatever its name. */
export async function violationsOf(
  policy: Policy,
  judged: JudgedAttachments,
  now = new Date(),
): Promise<readonly Violation[]> {
  const { judgePolicy } = await import('../../trust/policy/judge-policy.js');
  return judgePolicy(policy, judged.policyFacts(policy.trust), now);
}
