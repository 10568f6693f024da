import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { AttachedFacts, HolderFacts, PolicyFacts, SubjectFacts } from '../../trust/policy/facts.js';
import type { Trust } from '../../trust/values/trust.js';
import type { Subject } from '../attached/subject.js';
import type { PlatformTrees } from '../attached/trees.js';
import { type Held, type Holder, indexesAbove } from '../discover/missing.js';
import type { Coverage } from './coverage.js';
import { conclusionOf, type Judged } from './nodes.js';

/** All that was judged, by the manifest that it is attached to. */
export interface JudgedTrees {
  readonly found: readonly Judged[];
  readonly platforms: readonly (Pick<PlatformTrees, 'of'> & { readonly found: readonly Judged[] })[] | undefined;
  readonly above: readonly { readonly of: Subject; readonly found: readonly Judged[] }[];
  /** Indexes whose entries could not be read: each stands for platforms. */
  readonly unread: ReadonlySet<Digest>;
}

/** The facts that a policy is judged by: only proofs by the trusts that count. */
export function policyFacts(
  source: Source,
  subject: Subject,
  { found, platforms, above, unread }: JudgedTrees,
  coverage: Coverage,
  counted: readonly Trust[],
): PolicyFacts {
  const holder = (of: Subject, all: readonly Judged[]) => ({
    digest: of.descriptor.digest,
    ...given({ platform: of.platform }),
    referrers: all.map((one) => attachedFacts(one, coverage, counted)),
  });
  const held: Held<AttachedFacts> = {
    ...holder(subject, found),
    above: above.map((one) => holder(one.of, one.found)),
    ...given({
      platforms: platforms?.map((one) => ({
        ...holder(one.of, one.found),
        ...(one.of.mayRun ? {} : { isPlatform: false as const }),
        within: [...one.of.within],
      })),
    }),
  };
  const over = indexesAbove(held);
  const subjectFacts = (one: Holder<AttachedFacts>): SubjectFacts => ({
    ...holderFacts(one),
    ...given({ platform: one.platform }),
    above: over(one.digest).map(holderFacts),
  });
  // Its attachments are those of an index, and not of the platforms that it stands for.
  const unreadFacts = (one: Holder<AttachedFacts>): SubjectFacts => ({
    digest: one.digest,
    attached: [],
    above: [one, ...over(one.digest)].map(holderFacts),
  });
  const all = unread.has(held.digest) ? [...(held.platforms ?? []), held] : held.platforms;
  return {
    ...given({ repository: source.kind === 'registry' ? source.format({}) : undefined }),
    subject: subjectFacts(held),
    ...given({
      platforms: all
        ?.filter(({ isPlatform, digest }) => isPlatform !== false || unread.has(digest))
        .map((one) => (unread.has(one.digest) ? unreadFacts(one) : subjectFacts(one))),
    }),
  };
}

function holderFacts({ digest, referrers }: Holder<AttachedFacts>): HolderFacts {
  return { digest, attached: referrers };
}

function attachedFacts(judged: Judged, coverage: Coverage, counted: readonly Trust[]): AttachedFacts {
  const { kind, formats, predicateType, proofs } = conclusionOf(judged, coverage);
  return {
    ...given({ kind, predicateType }),
    formats,
    proofs: proofs
      .filter(({ trust }) => counted.includes(trust))
      .map(({ trust, signer, times }) => ({ trust: trust.name, signer, times })),
  };
}
