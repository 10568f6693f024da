import { mapSome, sharedSignal } from '../../io/async/run-all.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { PolicyFacts } from '../../trust/policy/facts.js';
import type { Trust } from '../../trust/values/trust.js';
import type { AskedWays } from '../attached/asked-ways.js';
import { type Attachment, attachmentOfEntry, withTypes } from '../attached/attachment.js';
import { ItemLimit } from '../attached/item-limit.js';
import type { Subject } from '../attached/subject.js';
import { type AttachedTree, listTrees } from '../attached/trees.js';
import { resultFields } from '../results/manifest-fields.js';
import { Coverage } from './coverage.js';
import { type Examined, Examiner, type JudgedSignature } from './examiner.js';
import { type Judged, nodesOf, verifiedIn } from './nodes.js';
import type { TrustOptions } from './options.js';
import { policyFacts } from './policy-facts.js';
import type { VerifyResult } from './schema.js';

/** The attachments of a subject with their verdicts, whatever is required of them. */
export type JudgedAttachments = Omit<VerifyResult, 'outcome' | 'missing' | 'onIndex' | 'violations' | 'trustedRoot'> & {
  /** The indexes whose entries could not be read. */
  readonly unread: ReadonlySet<Digest>;
  /** The facts that a policy is judged by; only proofs by its own trusts count. */
  readonly policyFacts: (trust: readonly Trust[]) => PolicyFacts;
};

/** Options of {@link judgeAttached}. */
export interface JudgeAttachedOptions extends TrustOptions {
  readonly signal?: AbortSignal | undefined;
  /** The limit of the walk. @default one of its own */
  readonly limit?: ItemLimit | undefined;
  /** Reads the predicate types that neither annotations nor signatures tell. @default false */
  readonly predicateTypes?: boolean | undefined;
}

/** Attachments that are examined at a time. */
const CONCURRENCY = 32;

/**
 * Judges all attachments of a resolved subject, of the indexes above it and of all manifests below it. `coveredBy` of the
 * result, of a platform or of an index is a verified signature that covers that manifest.
 *
 * @param account is told of each way that answered, and of all that could not be asked: nothing else is thrown for them
 * @throws RemoraError `INTERRUPTED`, and `INCOMPLETE` for more attachments than the limit
 */
export async function judgeAttached(
  source: Source,
  subject: Subject,
  account: AskedWays,
  { trust = [], predicateTypes, ...options }: JudgeAttachedOptions,
): Promise<JudgedAttachments> {
  const { limit = new ItemLimit() } = options;
  const failure = new AbortController();
  const signal = sharedSignal(failure.signal, options.signal);
  const onUnasked = (way: string, error: unknown) => account.failed(way, error);
  const examiner = new Examiner(source, { ...options, trust, onUnasked });
  const { descriptor } = subject;
  let walking: AbortSignal = signal;
  const onNamed = (manifest: Digest, of: Digest, asking: AbortSignal) => {
    walking = asking;
    examiner.begin(manifest, of, asking);
  };
  const judge = (trees: readonly AttachedTree[], of: Subject) =>
    judgedTrees(examiner, trees, of.descriptor.digest, walking);
  const judgeEach = <T extends { readonly of: Subject; readonly found: readonly AttachedTree[] }>(all: readonly T[]) =>
    mapSome(all, CONCURRENCY, async (one) => ({ ...one, found: await judge(one.found, one.of) }));
  const walk = async () => {
    const listed = await listTrees(source, subject, account, { signal, limit, predicateTypes, above: true, onNamed });
    const [found, platforms, above] = await Promise.all([
      judge(listed.found, subject),
      listed.platforms && judgeEach(listed.platforms),
      judgeEach(listed.above),
    ]);
    return { ...listed, found, platforms, above };
  };
  const judged = await walk().catch(async (error: unknown) => {
    // All that began ends before the place is closed.
    failure.abort(error);
    await examiner.end();
    throw error;
  });

  const coverage = new Coverage(judged.entries);
  for (const trees of [judged.found, ...[...(judged.platforms ?? []), ...judged.above].map((one) => one.found)])
    for (const [manifest, cover] of verifiedIn(trees)) coverage.add(manifest, cover);
  const covered = (digest: Digest) => given({ coveredBy: coverage.of(digest)[0]?.signature });
  return {
    ...resultFields(source, descriptor),
    ...covered(descriptor.digest),
    referrers: nodesOf(source, judged.found, coverage),
    ...given({
      platforms: judged.platforms?.map(({ of, found }) => ({
        ...resultFields(source, of.descriptor),
        ...given({ platform: of.platform, isPlatform: of.mayRun ? undefined : (false as const) }),
        ...(of.within.size === 0 ? {} : { within: [...of.within] }),
        ...covered(of.descriptor.digest),
        referrers: nodesOf(source, found, coverage),
      })),
      above:
        subject.above &&
        judged.above.map(({ of, found }) => ({
          ...resultFields(source, of.descriptor),
          isPlatform: false as const,
          ...covered(of.descriptor.digest),
          referrers: nodesOf(source, found, coverage),
        })),
    }),
    asked: account.ways,
    incomplete: account.incomplete,
    revocation: 'unchecked',
    unread: judged.unread,
    policyFacts: (counted) => policyFacts(source, subject, judged, coverage, counted),
  };
}

/** Examines what was found: a manifest with several signatures becomes as many attachments, as cosign's tags do. */
async function judgedTrees(
  examiner: Examiner,
  trees: readonly AttachedTree[],
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Judged[]> {
  const judged = await mapSome(trees, CONCURRENCY, async ({ attachment, below }): Promise<readonly Judged[]> => {
    const { descriptor, holder, via, places } = attachment;
    const manifest = (holder ?? descriptor).digest;
    const examined = await examiner.examine(manifest, subject, signal);
    const inner = await judgedTrees(examiner, below, manifest, signal);
    return partsOf(attachment, examined).map(({ signature, ...part }, index) => ({
      attachment: { ...part, via, ...given({ places }) },
      subject,
      examined,
      signature,
      below: index === 0 ? inner : [],
    }));
  });
  return judged.flat();
}

/** An attachment for each signature of it, or the attachment itself where it has none, as its own manifest tells it. */
function partsOf(
  attachment: Attachment,
  { attachment: own, layers, signatures }: Examined,
): readonly (Attachment & { readonly signature?: JudgedSignature })[] {
  const { descriptor, holder } = attachment;
  if (holder !== undefined) {
    const ofLayer = signatures.filter(({ layer }) => layer.digest === descriptor.digest);
    if (ofLayer.length === 0) return [attachment];
    return ofLayer.map((signature) => ({ ...attachment, descriptor: signature.layer, signature }));
  }
  const whole = own === undefined ? attachment : withTypes(own, contentTypes(own, attachment));
  const [signature] = signatures;
  if (signatures.length <= 1) return [{ ...whole, ...given({ signature }) }];
  return signatures.flatMap((signature) => {
    const layer = layers.find((one) => one.descriptor === signature.layer);
    return layer === undefined ? [] : [{ ...layer, signature }];
  });
}

/** The predicate types that were read in the statements of a manifest. A list can say what the manifest does not. */
function contentTypes(own: Attachment, listed: Attachment): readonly string[] {
  const { descriptor, predicateType, morePredicateTypes = [] } = listed;
  const isClaim = own.predicateType !== undefined || attachmentOfEntry(descriptor, []).predicateType !== undefined;
  return isClaim || predicateType === undefined ? [] : [predicateType, ...morePredicateTypes];
}
