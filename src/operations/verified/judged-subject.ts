import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import type { ItemLimit } from '../attached/item-limit.js';
import type { Subject } from '../attached/subject.js';
import { eachNode } from '../results/each-node.js';
import { type JudgedAttachments, judgeAttached } from '../verify/judge-attached.js';
import { checkOutcome, outcomeOf } from '../verify/required.js';
import type { VerifiedNode } from '../verify/schema.js';
import { checkPolicy, type TrustToUse } from './policy-trust.js';
import type { UnverifiedAttachment, UseProof } from './schema.js';

/** Options of {@link judgeSubject}. */
export interface JudgeSubjectOptions extends CallOptions {
  readonly trust: TrustToUse;
  readonly limit: ItemLimit;
  /** Reads the predicate types that neither annotations nor signatures tell. @default false */
  readonly predicateTypes?: boolean | undefined;
}

/** An attachment with its verdict, and the platform of the image that it is attached to. */
export interface PlacedNode {
  readonly node: VerifiedNode;
  readonly platform?: string;
}

/**
 * Judges a resolved subject and its attachments. A caller asks for content by digests alone afterwards, so that it is the
 * content that was judged.
 *
 * @throws RemoraError `INTERRUPTED`, and `INCOMPLETE` for more attachments than the limit
 */
export async function judgeSubject(
  source: Source,
  subject: Subject,
  { trust, ...options }: JudgeSubjectOptions,
): Promise<JudgedSubject> {
  const account = new AskedWays();
  const judged = await judgeAttached(source, subject, account, { ...trust, ...options });
  await checkPolicy(judged, account, trust);
  return new JudgedSubject(subject, judged, account);
}

/** The verdicts on a subject and on its attachments. */
export class JudgedSubject {
  readonly #signatures: ReadonlyMap<Digest, VerifiedNode>;

  constructor(
    private readonly subject: Subject,
    private readonly judged: JudgedAttachments,
    /** The places that could not be asked. */
    readonly account: AskedWays,
  ) {
    const own = [...eachNode(judged)].filter(({ verdict, coveredBy }) => verdict === 'verified' && !coveredBy);
    // Two keys may sign the same payload, which is one layer: the first stands for both, as it does for what it covers.
    this.#signatures = new Map(own.reverse().map((node) => [node.digest, node]));
  }

  get digest(): Digest {
    return this.subject.descriptor.digest;
  }

  /**
   * The signature that covers the subject's own manifest.
   *
   * @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` where no signature is attached, `INCOMPLETE`
   */
  proof(): UseProof {
    const { judged, account } = this;
    if (judged.coveredBy !== undefined) return this.#proofBy(judged.coveredBy);
    checkOutcome({ ...judged, ...outcomeOf(judged, { require: [], on: 'any', noWrong: false }) }, account);
    throw new RemoraError('NOT_VERIFIED', `no verified signature covers ${judged.reference}`);
  }

  /** The signature that verifies an attachment: its own, or one that covers it. */
  proofOf({ coveredBy, digest }: VerifiedNode): UseProof {
    return this.#proofBy(coveredBy ?? digest);
  }

  /** The verified signature with this digest. */
  signature(digest: Digest): VerifiedNode | undefined {
    return this.#signatures.get(digest);
  }

  /** The attachments of the subject and of all manifests below it. */
  direct(): readonly PlacedNode[] {
    const { judged, subject } = this;
    const placed = (nodes: readonly VerifiedNode[], platform: string | undefined) =>
      nodes.map((node) => given({ node, platform }));
    return [
      ...placed(judged.referrers, subject.platform),
      ...(judged.platforms ?? []).flatMap(({ referrers, platform }) => placed(referrers, platform)),
    ];
  }

  /** All attachments, at every depth. */
  all(): readonly PlacedNode[] {
    return below(this.direct(), () => true);
  }

  /**
   * The verified attachments, at every depth. An attachment of what is not verified does not count: anyone can attach a
   * foreign artifact that has verified attachments of its own.
   */
  verified(): readonly PlacedNode[] {
    const isVerified = ({ node }: PlacedNode) => node.verdict === 'verified';
    return below(this.direct(), isVerified).filter(isVerified);
  }

  #proofBy(digest: Digest): UseProof {
    const { signer, trusts, times } = this.#signatures.get(digest) ?? {};
    return given({ signature: digest, signer, trusts, times });
  }
}

/** The nodes, and those below a manifest that one of its nodes opens: a manifest with several signatures has several nodes. */
function below(nodes: readonly PlacedNode[], opens: (placed: PlacedNode) => boolean): readonly PlacedNode[] {
  const open = new Set(nodes.filter(opens).map(({ node }) => node.manifest ?? node.digest));
  const inner = nodes.flatMap(({ node, platform }) =>
    open.has(node.manifest ?? node.digest) ? node.referrers.map((each) => given({ node: each, platform })) : [],
  );
  return inner.length === 0 ? nodes : [...nodes, ...below(inner, opens)];
}

/** An attachment that is left out, with the reason. */
export function unverifiedOf({ reference, digest, kind, verdict, message }: VerifiedNode): UnverifiedAttachment {
  return given({
    reference,
    digest,
    kind,
    verdict: verdict === 'wrong' ? verdict : ('unchecked' as const),
    message: message ?? 'what it is attached to is not verified',
  });
}
