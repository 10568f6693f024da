import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import type { AskedWays } from './asked-ways.js';
import type { Attachment } from './attachment.js';
import type { ContentReader } from './contents.js';
import type { ItemLimit } from './item-limit.js';
import { type InnerSubject, type Platforms, platformSubjects, type Subject } from './subject.js';
import { AttachedWalk } from './walk.js';

/** An attachment, with its own attachments. */
export interface AttachedTree {
  readonly attachment: Attachment;
  readonly below: readonly AttachedTree[];
}

/** A manifest below an index, with its attachments. */
export interface PlatformTrees {
  readonly of: InnerSubject;
  readonly found: readonly AttachedTree[];
}

/** The attachments of a subject, of the indexes above it, and of all manifests below it. */
export interface AttachedTrees extends Pick<Platforms, 'unread' | 'entries'> {
  readonly found: readonly AttachedTree[];
  /** Absent for a manifest that is not an index. */
  readonly platforms: readonly PlatformTrees[] | undefined;
  /** Of the indexes that the subject was chosen from; only with `above`. */
  readonly above: readonly { readonly of: Subject; readonly found: readonly AttachedTree[] }[];
}

/** Options of {@link listTrees}. */
export interface TreesOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limit: ItemLimit;
  /** Number of subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
  readonly via?: readonly Via[] | undefined;
  /** Number of levels below the subject. @default all */
  readonly depth?: number | undefined;
  /** Reads the predicate types that no annotation tells. @default false */
  readonly predicateTypes?: boolean | undefined;
  /** Reads the manifests of attachments for the facts of their files, as what is attached to them is asked. @default not */
  readonly contents?: ContentReader | undefined;
  /** Lists what is attached to the indexes that the subject was chosen from, too. @default false */
  readonly above?: boolean | undefined;
  /** Called for each manifest as soon as it is known to be attached, or an unverified list names it; often twice. */
  readonly onNamed?: ((manifest: Digest, subject: Digest, signal: AbortSignal) => void) | undefined;
}

/**
 * Lists everything that is attached to a subject and to all manifests below it, and what is attached to that. `account`
 * is told of each way that answered, and of each that did not.
 */
export async function listTrees(
  source: Source,
  subject: Subject,
  account: AskedWays,
  options: TreesOptions,
): Promise<AttachedTrees> {
  const { limit, concurrency = 32, via, predicateTypes, depth = Number.POSITIVE_INFINITY, onNamed } = options;
  const { descriptor } = subject;
  const reference = source.format({ digest: descriptor.digest });
  const onUnasked = (way: string, error: unknown) => account.failed(way, error);
  const onAsked = account.answered.bind(account);
  const ask = { signal: options.signal, limit, concurrency, via, predicateTypes, onUnasked, onAsked };
  const onListed = ({ digest }: Descriptor, of: Digest) => {
    onNamed?.(digest, of, walk.signal);
    options.contents?.begin(digest, walk.signal);
  };
  const walk: AttachedWalk = new AttachedWalk(source, descriptor, { ...ask, onListed });

  const trees = (found: readonly Attachment[], of: Descriptor, levels: number): Promise<readonly AttachedTree[]> => {
    for (const { holder, descriptor } of found) onNamed?.((holder ?? descriptor).digest, of.digest, walk.signal);
    return mapSome(found, concurrency, async (listed) => {
      const [attachment, below] = await Promise.all([
        options.contents?.read(listed, walk.signal) ?? listed,
        belowOf(listed, levels - 1),
      ]);
      return { attachment, below };
    });
  };
  const belowOf = async (attachment: Attachment, levels: number): Promise<readonly AttachedTree[]> => {
    // Attachments of a manifest with several layers stand below its first layer.
    const carrier = walk.carrier(attachment);
    if (carrier === undefined || levels <= 0) return [];
    return trees(await walk.below({ descriptor: carrier }, levels - 1), carrier, levels);
  };
  const treesOf = async (of: Subject) => trees(await walk.direct(of, depth - 1), of.descriptor, depth);
  const ofPlatforms = async () => {
    const found = await platformSubjects(source, descriptor, { signal: walk.signal, limit, onUnasked });
    const platforms =
      found && (await Promise.all(found.platforms.map(async (of) => ({ of, found: await treesOf(of) }))));
    return { platforms, unread: found?.unread ?? new Set(), entries: found?.entries ?? new Map() };
  };
  const indexes = options.above ? (subject.above ?? []) : [];
  const [found, { platforms, unread, entries }, above] = await Promise.all([
    treesOf(subject),
    ofPlatforms(),
    Promise.all(indexes.map(async (of) => ({ of: { descriptor: of }, found: await treesOf({ descriptor: of }) }))),
  ]);
  if (via !== undefined && !via.includes('index-child') && account.isSilent)
    account.failed(`${via.join(' or ')} of ${reference}`, unsupported(reference, via));
  return { found, platforms, unread, entries: subject.entries ?? entries, above };
}

function unsupported(reference: string, via: readonly Via[]): RemoraError {
  const message = `${reference} is in a place without ${via.join(' or ')}: no way was asked`;
  return new RemoraError('UNSUPPORTED', message, { hint: 'Leave out --via' });
}
