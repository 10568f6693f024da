import { sharedSignal } from '../../io/async/run-all.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import { claimsOfAttached } from '../attached/claims.js';
import { ContentReader } from '../attached/contents.js';
import { ItemLimit } from '../attached/item-limit.js';
import { isWanted, type LookSelection } from '../attached/selection.js';
import { resolveSubject, type Subject } from '../attached/subject.js';
import { listTrees, type TreesOptions } from '../attached/trees.js';
import { type LookOptions, wholeSelector } from '../looked/whole-digest.js';
import { type ElsewhereOptions, withAttached } from '../places/elsewhere.js';
import type { AccessOptions, Location } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { iterable } from '../results/each-node.js';
import { resultFields } from '../results/manifest-fields.js';
import { type WaitOptions, waitFor } from '../wait/wait.js';
import { endOfLifeOf } from './end-of-life.js';
import { lackOf, nothingRequired } from './lack.js';
import { gate, type Held, isOfKind, parseRequirement, type Requirement, type RequireOn } from './missing.js';
import type { DiscoveredNode, DiscoverResult } from './schema.js';
import { flat, NodeBuilder } from './tree.js';

export type { AskedWay, Unasked } from '../results/incomplete.js';
export type {
  DiscoveredNode,
  DiscoveredPlatform,
  DiscoverResult,
  EndOfLife,
  KindOnIndex,
  MissingKind,
} from './schema.js';

/** Options of {@link discover}. */
export interface DiscoverOptions extends AccessOptions, LookOptions, WaitOptions, ElsewhereOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index, with all its children */
  readonly platform?: string | Platform | undefined;
  /** Return only these attachments, and those above them: the SBOM that a signature is attached to. @default all */
  readonly selection?: LookSelection | undefined;
  /** Number of levels below the subject; 1 is its direct attachments. @default all */
  readonly depth?: number | undefined;
  /** Ask only these ways. @default all */
  readonly via?: readonly Via[] | undefined;
  /** Kinds that must be attached, like `sbom` or `sbom@spdx`: `missing` lists those that are not. @default none */
  readonly require?: readonly (string | Requirement)[] | undefined;
  /** For an index: the subjects that must have the required kinds. @default 'any' */
  readonly requireOn?: RequireOn | undefined;
  /** List a way that could not be asked in `incomplete` instead of throwing `INCOMPLETE`. @default false */
  readonly partial?: boolean | undefined;
  /** Read the maker that each signature claims to have: `claimed`, which is not verified. @default false */
  readonly claims?: boolean | undefined;
  /** Read the manifest of each attachment for `content`: the size and the names of its files. @default false */
  readonly contents?: boolean | undefined;
  /** Called for each manifest that `contents` wants and that cannot be read; its attachment has no `content` then. */
  readonly onUnread?: ((what: string, error: unknown) => void) | undefined;
  /** Number of subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
  /** The time that an end of life is compared with. @default the clock's */
  readonly now?: Date | undefined;
}

/**
 * A {@link DiscoverResult} that iterates over all attachments: the subject's, then each platform's, each followed by its
 * own.
 */
export type Discovery = DiscoverResult & Iterable<DiscoveredNode>;

/**
 * Lists all attachments of a subject, and their attachments; for an index also those of all manifests below it. An attachment
 * is listed once for each subject. The ways are the Referrers API and the referrers tag (distribution-spec, "Listing
 * Referrers"), cosign's tags and BuildKit's attestations. With `wait` it asks again until nothing that `require` names is
 * missing.
 *
 * @param location an image or artifact: `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @returns the attachments; the list is complete when `incomplete` is empty
 * @throws RemoraError `INCOMPLETE` where a way could not be asked, unless `partial`; `INVALID_ARGUMENT`, `NOT_FOUND`,
 *   `NO_MATCH` (platform), `AMBIGUOUS` (`latest` with equal or absent dates, `digestBeginning`), `INTERRUPTED`
 */
export async function discover(location: Location, options: DiscoverOptions = {}): Promise<Discovery> {
  if (options.wait !== undefined && !options.require?.length) throw nothingRequired();
  return waitFor(options, (access) => discoverNow(location, access), lackOf);
}

async function discoverNow(location: Location, options: DiscoverOptions): Promise<Discovery> {
  const platform = platformOf(options.platform);
  const requirements = options.require?.map((one) => (typeof one === 'string' ? parseRequirement(one) : one));
  return withAttached(location, options, async (source, named) => {
    const signal = sharedSignal(options.signal);
    const selector = await wholeSelector(source, named, options);
    const account = new AskedWays();
    const onUnasked = (way: string, error: unknown) => account.failed(way, error);
    const limit = new ItemLimit(options.maxItems);
    const subject = await resolveSubject(source, selector, platform, { signal, limit, onUnasked });
    const { result, whole, unread } = await listAttached(source, subject, account, {
      ...options,
      contents: options.contents ? new ContentReader(source, options.onUnread) : undefined,
      predicateTypes: options.selection?.predicateType !== undefined,
      // An index counts for the platform that was chosen from it, as it does where all of them are listed.
      above: requirements !== undefined && options.requireOn !== 'index',
      signal,
      limit,
    });
    if (!options.partial) account.checkComplete();
    return iterable({
      ...result,
      ...(requirements && gate(whole(), requirements, { on: options.requireOn, unread, fits: isOfKind })),
    });
  });
}

/** The attachments, and the indexes whose entries could not be read. */
interface Listed {
  readonly result: DiscoverResult;
  /** The result without a selection, with the indexes that the subject was chosen from. */
  readonly whole: () => Held<DiscoveredNode>;
  readonly unread: ReadonlySet<Digest>;
}

async function listAttached(
  source: Source,
  subject: Subject,
  account: AskedWays,
  options: Omit<DiscoverOptions, 'contents'> & TreesOptions,
): Promise<Listed> {
  const { descriptor } = subject;
  const { found, platforms, unread, above } = await listTrees(source, subject, account, options);
  const all = [...found, ...(platforms ?? []).flatMap((platform) => platform.found)];
  const { selection = {} } = options;
  const wanted = options.claims ? flat(all).filter((attachment) => isWanted(attachment, selection)) : [];
  const claims = await claimsOfAttached(source, wanted, { signal: options.signal });
  const ends = await Promise.all(
    [found, ...(platforms ?? []).map((platform) => platform.found)].map((trees) =>
      endOfLifeOf(source, trees, account, options),
    ),
  );
  const shown = (chosen: LookSelection): DiscoverResult => {
    const builder = new NodeBuilder(source, all, chosen, claims);
    return {
      ...resultFields(source, descriptor),
      ...given({ endOfLife: ends[0] }),
      referrers: builder.nodes(descriptor.digest, found),
      ...given({
        platforms: platforms?.map(({ of, found }, index) => ({
          ...resultFields(source, of.descriptor),
          ...given({ platform: of.platform, isPlatform: of.isPlatform ? undefined : (false as const) }),
          ...(of.within.size === 0 ? {} : { within: [...of.within] }),
          ...given({ endOfLife: ends[index + 1] }),
          referrers: builder.nodes(of.descriptor.digest, found),
        })),
      }),
      asked: account.ways,
      incomplete: account.incomplete,
    };
  };
  const whole = () => {
    const builder = new NodeBuilder(source, all, {}, claims);
    const nodesOf = ({ of: { descriptor }, found }: (typeof above)[number]) => ({
      digest: descriptor.digest,
      referrers: builder.nodes(descriptor.digest, found),
    });
    return { ...shown({}), above: above.map(nodesOf) };
  };
  return { result: shown(selection), whole, unread };
}
