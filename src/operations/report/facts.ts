import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Policy } from '../../trust/policy/policy.js';
import { AskedWays } from '../attached/asked-ways.js';
import type { Attachment } from '../attached/attachment.js';
import { ItemLimit } from '../attached/item-limit.js';
import { type AttachedTree, listTrees } from '../attached/trees.js';
import type { Held } from '../discover/missing.js';
import type { TrustOptions } from '../verify/options.js';
import type { VerifiedNode } from '../verify/schema.js';

/** A direct attachment, as far as a report looks at it. */
export interface Fact {
  readonly digest: Digest;
  readonly kind?: Kind;
  readonly formats?: readonly Format[];
  readonly created?: string;
  readonly annotations?: Annotations;
  readonly isVerified?: boolean;
}

/** The direct attachments of an image and of all manifests below it. */
export interface ImageFacts extends Pick<AskedWays, 'incomplete'> {
  readonly descriptor: Descriptor;
  readonly held: Held<Fact>;
  /** Indexes whose entries could not be read. */
  readonly unread: ReadonlySet<Digest>;
  readonly account: AskedWays;
  /** With a policy: the rules that are not kept. */
  readonly violations?: readonly Violation[] | undefined;
}

interface Violation {
  readonly message: string;
  readonly platform?: string;
  readonly isThere: boolean;
}

/** Options of {@link imageFacts}. */
export interface FactsOptions extends TrustOptions {
  readonly signal: AbortSignal;
  readonly maxItems?: number | undefined;
  readonly policy?: Policy | undefined;
}

/**
 * Asks for the attachments of an image. Without a trust only the lists are asked for: what is attached to an attachment
 * is not a fact about the image.
 *
 * @throws RemoraError `INCOMPLETE` for more attachments than the limit, `INTERRUPTED`
 */
export async function imageFacts(source: Source, descriptor: Descriptor, options: FactsOptions): Promise<ImageFacts> {
  return options.trust === undefined ? listed(source, descriptor, options) : judged(source, descriptor, options);
}

async function listed(source: Source, descriptor: Descriptor, { signal, maxItems }: FactsOptions): Promise<ImageFacts> {
  const account = new AskedWays();
  const asked = { signal, limit: new ItemLimit(maxItems), depth: 1 };
  const { found, platforms, unread } = await listTrees(source, { descriptor }, account, asked);
  const held = {
    digest: descriptor.digest,
    referrers: found.map(factOfTree),
    ...given({
      platforms: platforms?.map(({ of, found }) => ({
        digest: of.descriptor.digest,
        ...given({ platform: of.platform, isPlatform: of.isPlatform ? undefined : (false as const) }),
        within: [...of.within],
        referrers: found.map(factOfTree),
      })),
    }),
  };
  return { descriptor, held, unread, account, incomplete: account.incomplete };
}

function factOfTree({ attachment }: AttachedTree): Fact {
  const { descriptor, holder, kind, formats, created }: Attachment = attachment;
  const digest = (holder ?? descriptor).digest;
  return { digest, formats, ...given({ kind, created, annotations: descriptor.annotations }) };
}

async function judged(source: Source, descriptor: Descriptor, options: FactsOptions): Promise<ImageFacts> {
  const { policy, now } = options;
  const [{ judgeAttached }, { violationsOf }] = await Promise.all([
    import('../verify/judge-attached.js'),
    import('../verify/policy-violations.js'),
  ]);
  const account = new AskedWays();
  const limit = new ItemLimit(options.maxItems);
  const found = await judgeAttached(source, { descriptor }, account, { ...options, limit });
  const { digest, referrers, platforms, unread } = found;
  const held = {
    digest,
    referrers: referrers.map(factOfNode),
    ...given({
      platforms: platforms?.map(({ digest, platform, isPlatform, within, referrers }) => ({
        digest,
        ...given({ platform, isPlatform, within }),
        referrers: referrers.map(factOfNode),
      })),
    }),
  };
  const violations = policy && (await violationsOf(policy, found, now));
  return { descriptor, held, unread, account, incomplete: account.incomplete, violations };
}

function factOfNode({ digest, manifest, kind, formats, created, annotations, verdict }: VerifiedNode): Fact {
  const isVerified = verdict === 'verified';
  return { digest: manifest ?? digest, isVerified, ...given({ kind, formats, created, annotations }) };
}
