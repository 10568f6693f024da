import { RemoraError } from '../../errors.js';
import { sharedSignal } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isIndexType } from '../../oci/values/media-types.js';
import type { Platform } from '../../oci/values/platform.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import type { Selection } from '../attached/selection.js';
import { platformSubjects, resolveSubject, type Subject } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import { type AccessOptions, type Location, resolveLocation, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { resultFields } from '../results/manifest-fields.js';
import { missingKinds, parseRequirement, type Requirement, type RequireOn } from './missing.js';
import type { DiscoveredNode, DiscoverResult } from './schema.js';
import { type AttachedTree, NodeBuilder } from './tree.js';

export type { AskedWay, Unasked } from '../results/incomplete.js';
export type { DiscoveredNode, DiscoveredPlatform, DiscoverResult, MissingKind } from './schema.js';

/** Options of {@link discover}. */
export interface DiscoverOptions extends AccessOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index, with all its children */
  readonly platform?: string | Platform | undefined;
  /** Return only these attachments, and those above them: the SBOM that a signature is attached to. @default all */
  readonly selection?: Selection | undefined;
  /** Number of levels below the subject; 1 is its direct attachments. @default all */
  readonly depth?: number | undefined;
  /** Ask only these ways. @default all */
  readonly via?: readonly Via[] | undefined;
  /** Kinds that must be attached, like `sbom` or `sbom@spdx`: `missing` lists those that are not. @default none */
  readonly require?: readonly (string | Requirement)[] | undefined;
  /** For an index: the subjects that must have the required kinds. @default 'platforms' */
  readonly requireOn?: RequireOn | undefined;
  /** List a way that could not be asked in `incomplete` instead of throwing its failure. @default false */
  readonly partial?: boolean | undefined;
  /** Number of subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
}

/**
 * A {@link DiscoverResult} that iterates over all attachments: the subject's, then each platform's, each followed by its
 * own.
 */
export type Discovery = DiscoverResult & Iterable<DiscoveredNode>;

/**
 * Lists all attachments of a subject, and their attachments; for an index also those of its children. Each attachment is
 * listed once. The ways are the Referrers API and the referrers tag (distribution-spec, "Listing Referrers"), cosign's
 * tags and BuildKit's attestations.
 *
 * @param location an image or artifact: `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @returns the attachments; the list is complete when `incomplete` is empty
 * @throws RemoraError the first failure of a way that could not be asked, unless `partial`; `INVALID_ARGUMENT`,
 *   `NOT_FOUND`, `NO_MATCH` (platform), `AMBIGUOUS` (`latest` with equal or absent dates), `INTERRUPTED`
 */
export async function discover(location: Location, options: DiscoverOptions = {}): Promise<Discovery> {
  const at = resolveLocation(location);
  const platform = platformOf(options.platform);
  const requirements = options.require?.map((one) => (typeof one === 'string' ? parseRequirement(one) : one));
  return withSource(at, options, async (source, selector) => {
    const signal = sharedSignal(options.signal);
    const subject = await resolveSubject(source, selector, platform, { signal });
    const account = new AskedWays();
    const result = await listAttached(source, subject, account, { ...options, signal });
    if (account.failure !== undefined && !options.partial) throw account.failure;
    const missing = requirements && missingKinds(result, requirements, options.requireOn);
    return iterable({ ...result, ...given({ missing }) });
  });
}

async function listAttached(
  source: Source,
  subject: Subject,
  account: AskedWays,
  options: DiscoverOptions,
): Promise<DiscoverResult> {
  const { signal, concurrency, via, depth = Number.POSITIVE_INFINITY, selection = {} } = options;
  const { descriptor } = subject;
  const reference = source.format({ digest: descriptor.digest });
  const onUnasked = (way: string, error: unknown) => account.failed(way, error);
  const onAsked = account.answered.bind(account);
  const onGone = ({ digest }: Descriptor) =>
    account.failed(`manifest ${source.format({ digest })}`, gone(source, digest));
  const walk = new AttachedWalk(source, descriptor, { signal, concurrency, via, onUnasked, onGone, onAsked });
  if (depth > 1 || isIndexType(descriptor.mediaType)) walk.listTags();

  const trees = async (of: Subject, levels: number): Promise<readonly AttachedTree[]> => {
    if (levels <= 0) return [];
    return walk.each(of, levels - 1, async (attachment) => {
      // Attachments of a manifest with several layers stand below its first layer.
      const carrier = walk.carrier(attachment);
      return { attachment, below: carrier === undefined ? [] : await trees({ descriptor: carrier }, levels - 1) };
    });
  };
  const ofPlatforms = async () => {
    try {
      const found = await platformSubjects(source, descriptor, { signal });
      return found && (await Promise.all(found.platforms.map(async (of) => ({ of, found: await trees(of, depth) }))));
    } catch (error) {
      onUnasked(`children of ${reference}`, error);
      return [];
    }
  };
  const [found, platforms] = await Promise.all([trees(subject, depth), ofPlatforms()]);
  if (via !== undefined && !via.includes('index-child') && account.isSilent)
    account.failed(`${via.join(' or ')} of ${reference}`, unsupported(reference, via));

  const all = [...found, ...(platforms ?? []).flatMap((platform) => platform.found)];
  const builder = new NodeBuilder(source, all, selection);
  return {
    ...resultFields(source, descriptor),
    referrers: builder.nodes(descriptor.digest, found),
    ...given({
      platforms: platforms?.map((each) => ({
        ...resultFields(source, each.of.descriptor),
        ...given({ platform: each.of.platform }),
        referrers: builder.nodes(each.of.descriptor.digest, each.found),
      })),
    }),
    asked: account.ways,
    incomplete: account.incomplete,
  };
}

function gone(source: Source, digest: Digest): RemoraError {
  const reference = source.format({ digest });
  const hint = `Attach it again, or take it out of the list with remora manifest delete ${reference}`;
  return new RemoraError('NOT_FOUND', `${reference} is listed as attached, and does not exist`, { hint });
}

function unsupported(reference: string, via: readonly Via[]): RemoraError {
  const message = `${reference} is in a place without ${via.join(' or ')}: no way was asked`;
  return new RemoraError('UNSUPPORTED', message, { hint: 'Leave out --via' });
}

/** Adds an iterator that is not enumerable, so that neither JSON nor a comparison sees it. */
function iterable(result: DiscoverResult): Discovery {
  function* each(nodes: readonly DiscoveredNode[]): Generator<DiscoveredNode> {
    for (const node of nodes) {
      yield node;
      yield* each(node.referrers);
    }
  }
  function* all(): Generator<DiscoveredNode> {
    yield* each(result.referrers);
    for (const { referrers } of result.platforms ?? []) yield* each(referrers);
  }
  const withIterator = { ...result, [Symbol.iterator]: all };
  return Object.defineProperty(withIterator, Symbol.iterator, { enumerable: false });
}
