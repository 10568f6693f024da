import { RemoraError } from '../../errors.js';
import type { Format, Kind } from '../../formats/kinds/kind.js';
import { sharedSignal } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import type { CallOptions, Source, Via } from '../../store/interfaces/store.js';
import { AskedPlaces, type AskedWay, type Unasked } from '../attached/account.js';
import type { Attachment } from '../attached/attachment.js';
import { newestOf } from '../attached/newest.js';
import { isWanted, type Selection } from '../attached/selection.js';
import { platformSubjects, rootSubject, type Subject } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import { resultFields } from '../results/manifest-fields.js';

export type { AskedWay, Unasked } from '../attached/account.js';

/** Options of {@link discover}. Of a selection all that fits is shown, and what leads to it: the SBOM of a signature. */
export interface DiscoverOptions extends CallOptions, Omit<Selection, 'all'> {
  /** Levels below the subject. @default all */
  readonly depth?: number | undefined;
  /** The index that the subject was chosen from: BuildKit keeps attestations of its children there. @default none */
  readonly index?: Manifest | undefined;
  /** Only these places are asked. @default all */
  readonly via?: readonly Via[] | undefined;
  /** Subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
}

/** One attached thing, with what is attached to it in turn. */
export interface DiscoveredNode {
  /** The manifest, also where the thing is one of its layers. */
  readonly reference: string;
  readonly mediaType: string;
  /** Of the thing: of the manifest, or of the layer. */
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  /** What people call it: `sbom`, `signature`, … */
  readonly kind?: Kind;
  /** How it is written down, from the outermost wrapper inwards. */
  readonly formats?: readonly Format[];
  readonly predicateType?: string;
  /** RFC 3339. */
  readonly created?: string;
  /** For a layer: the manifest that holds it. */
  readonly manifest?: Digest;
  /** What it is attached to. */
  readonly subject: Digest;
  /** How it was found. */
  readonly via: readonly Via[];
  readonly referrers: readonly DiscoveredNode[];
}

/** One child of an index, and what is attached to it. */
export interface DiscoveredPlatform {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  /** `os/architecture[/variant]`, where the index names one. */
  readonly platform?: string;
  readonly referrers: readonly DiscoveredNode[];
}

/** What is attached to a subject. An empty `incomplete` means that every place was asked and answered. */
export interface DiscoverResult {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly referrers: readonly DiscoveredNode[];
  /** For an index: its children. */
  readonly platforms?: readonly DiscoveredPlatform[];
  /** The places that answered. */
  readonly asked: readonly AskedWay[];
  readonly incomplete: readonly Unasked[];
}

/** What {@link discover} gives, and the first failure, for the exit code. */
export interface Discovery {
  readonly result: DiscoverResult;
  readonly failure: unknown;
}

/**
 * Lists everything that is attached to a subject, and to that, and so on; for an index also to each of its children.
 * Each thing is listed once, so that nothing goes around in circles. Subjects are asked about concurrently.
 *
 * What could be found is always given; a place that could not be asked is named in `incomplete`.
 *
 * @throws RemoraError `INTERRUPTED`
 */
export async function discover(store: Source, subject: Descriptor, options: DiscoverOptions = {}): Promise<Discovery> {
  const signal = sharedSignal(options.signal);
  const account = new AskedPlaces();
  const { concurrency, via } = options;
  const onUnasked = (place: string, error: unknown) => account.failed(place, error);
  const onAsked = account.answered.bind(account);
  const walk = new AttachedWalk(store, subject, { signal, concurrency, via, onUnasked, onAsked });
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  if (depth > 1 || isIndexType(subject.mediaType)) walk.listTags();

  const below = async (of: Subject, levels: number): Promise<readonly Found[]> => {
    if (levels <= 0) return [];
    return walk.each(of, levels - 1, async (attachment) => {
      // What is attached to the manifest of several layers is shown with its first one.
      const descriptor = walk.carrier(attachment);
      return { attachment, below: descriptor === undefined ? [] : await below({ descriptor }, levels - 1) };
    });
  };
  const platforms = async () => {
    try {
      const found = await platformSubjects(store, subject, { signal });
      return found && (await Promise.all(found.platforms.map(async (of) => ({ of, found: await below(of, depth) }))));
    } catch (error) {
      onUnasked(`children of ${store.format({ digest: subject.digest })}`, error);
      return [];
    }
  };
  const [found, ofPlatforms] = await Promise.all([below(rootSubject(subject, options.index), depth), platforms()]);

  if (via !== undefined && !via.includes('index-child') && account.isSilent) {
    const where = store.format({ digest: subject.digest });
    const message = `${where} is in a place without ${via.join(' or ')}: nothing was asked`;
    account.failed(
      `${via.join(' or ')} of ${where}`,
      new RemoraError('UNSUPPORTED', message, { hint: 'Leave out --via' }),
    );
  }

  const isShown = shown([...found, ...(ofPlatforms ?? []).flatMap((platform) => platform.found)], store, options);
  const nodes = (of: Digest, trees: readonly Found[]): readonly DiscoveredNode[] =>
    trees.flatMap(({ attachment, below }) => {
      const referrers = nodes((attachment.holder ?? attachment.descriptor).digest, below);
      return isShown(attachment) || referrers.length > 0 ? [{ ...nodeFields(store, attachment, of), referrers }] : [];
    });
  return {
    result: {
      ...resultFields(store, subject),
      referrers: nodes(subject.digest, found),
      ...(ofPlatforms && {
        platforms: ofPlatforms.map(({ of: { descriptor, platform }, found }) => ({
          ...resultFields(store, descriptor),
          ...(platform === undefined ? {} : { platform }),
          referrers: nodes(descriptor.digest, found),
        })),
      }),
      asked: account.ways,
      incomplete: account.incomplete,
    },
    failure: account.failure,
  };
}

/** A thing, and what is attached to it. */
interface Found {
  readonly attachment: Attachment;
  readonly below: readonly Found[];
}

/** What is shown for itself. */
function shown(
  trees: readonly Found[],
  store: Source,
  selection: DiscoverOptions,
): (attachment: Attachment) => boolean {
  if (!selection.latest) return (attachment) => isWanted(attachment, selection);
  const all = (some: readonly Found[]): Attachment[] =>
    some.flatMap(({ attachment, below }) => [attachment, ...all(below)]);
  const wanted = all(trees).filter((attachment) => isWanted(attachment, selection));
  const newest = wanted.length > 1 ? newestOf(store, wanted) : wanted[0];
  return (attachment) => attachment === newest;
}

function nodeFields(store: Source, attachment: Attachment, subject: Digest): Omit<DiscoveredNode, 'referrers'> {
  const { descriptor, holder, via, kind, formats, predicateType, created } = attachment;
  return {
    ...resultFields(store, descriptor),
    ...(holder === undefined ? {} : { reference: store.format({ digest: holder.digest }) }),
    ...(descriptor.annotations === undefined ? {} : { annotations: descriptor.annotations }),
    ...(kind === undefined ? {} : { kind }),
    ...(formats.length === 0 ? {} : { formats }),
    ...(predicateType === undefined ? {} : { predicateType }),
    ...(created === undefined ? {} : { created }),
    ...(holder === undefined ? {} : { manifest: holder.digest }),
    subject,
    via,
  };
}
