import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { AttachedFacts, HolderFacts, PolicyFacts, SubjectFacts } from '../../trust/policy/facts.js';
import { judgePolicy } from '../../trust/policy/judge-policy.js';
import type { Policy } from '../../trust/policy/policy.js';
import { scopedName } from '../../trust/policy/scope.js';
import { indexesAbove } from '../discover/missing.js';
import type { JudgedAttachments } from './judge-attached.js';
import { proofsOf } from './nodes.js';
import type { TrustOptions } from './options.js';
import type { PolicyViolation, VerifiedNode } from './schema.js';

/**
 * The options with the trusts of their policy.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where trusts are given beside it: a rule names trusts of its policy only
 */
export function withPolicyTrust<T extends TrustOptions & { readonly policy?: Policy | undefined }>(options: T): T {
  const { policy, trust = [], trustedRoot } = options;
  if (policy === undefined) return options;
  if (trust.length > 0 || trustedRoot !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'a policy and other trust are both given, wanted one of them', {
      hint: `Name the trust in ${policy.source}`,
    });
  return { ...options, ...given({ trust: policy.trust, trustedRoot: policy.trustedRoot }) };
}

/** The rules of a policy that are not kept. Only direct attachments count: a signature of the SBOM does not sign the image. */
export function violationsOf(
  source: Source,
  judged: JudgedAttachments,
  policy: Policy,
  now = new Date(),
): readonly PolicyViolation[] {
  return judgePolicy(policy, factsOf(source, judged), now);
}

function factsOf(source: Source, judged: JudgedAttachments): PolicyFacts {
  const { unread, platforms = [] } = judged;
  const above = indexesAbove(judged);
  const known = new Map<Digest, HolderFacts>();
  const holderOf = ({ digest, referrers }: Holder): HolderFacts => {
    const holder = known.get(digest) ?? { digest, attached: referrers.map(attachedOf) };
    known.set(digest, holder);
    return holder;
  };
  const subjectOf = (one: Holder): SubjectFacts => {
    // Attachments of an index whose entries are unknown count for all of its platforms.
    const isUnread = unread.has(one.digest);
    const holder = holderOf(one);
    const own = isUnread ? [holder] : [];
    return {
      digest: one.digest,
      attached: isUnread ? [] : holder.attached,
      above: [...own, ...above(one.digest).map(holderOf)],
      ...given({ platform: one.platform }),
    };
  };
  const counted: readonly Holder[] = platforms.filter((one) => one.isPlatform !== false || unread.has(one.digest));
  const all = counted.length === 0 && unread.has(judged.digest) ? [judged] : counted;
  return {
    repository: repositoryOf(source),
    subject: { ...holderOf(judged), above: (judged.above ?? []).map(holderOf) },
    platforms: all.map(subjectOf),
  };
}

/** A manifest with its attachments: the subject, or an entry of `platforms` or `above`. */
type Holder = Pick<JudgedAttachments, 'digest' | 'referrers'> & { readonly platform?: string };

function attachedOf(node: VerifiedNode): AttachedFacts {
  const { kind, formats, predicateType } = node;
  const proofs = proofsOf(node).map(({ trust, signer, times }) => ({ trust: trust.name, signer, times }));
  return { ...given({ kind, formats, predicateType }), proofs };
}

/** As scopes name it; only registries have repositories. */
function repositoryOf(source: Source): string | undefined {
  if (source.kind !== 'registry') return undefined;
  const [, registry = '', repository = ''] = /^([^/]*)\/(.*)$/.exec(source.format({})) ?? [];
  return scopedName(registry, repository);
}
