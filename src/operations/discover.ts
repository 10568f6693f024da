import pLimit from 'p-limit';
import { isRemoraError } from '../errors.js';
import type { Annotations } from '../oci/annotations.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { Format, Kind } from '../oci/kinds/kind.js';
import type { Manifest } from '../oci/manifest.js';
import { isIndexType } from '../oci/media-types.js';
import { formatPlatform } from '../oci/platform.js';
import type { CallOptions, Source, Via } from '../store/store.js';
import type { AttachedThing } from './attached-thing.js';
import { findAttached } from './find-attached.js';
import { attestationsIn, platformsIn } from './index-children.js';
import { resultFields } from './result-fields.js';
import { sharedSignal } from './run-all.js';
import { tagSnapshot } from './tag-snapshot.js';

/** Options of {@link discover}. */
export interface DiscoverOptions extends CallOptions {
  /** Only what has this type, and what leads to it: the SBOM stays when its signature matches. @default all */
  readonly artifactType?: string | undefined;
  /** Only these kinds, and what leads to them. @default all */
  readonly kinds?: readonly Kind[] | undefined;
  /** Levels below the subject. @default all */
  readonly depth?: number | undefined;
  /** The index that the subject was chosen from: BuildKit keeps attestations of its children there. @default none */
  readonly index?: Manifest | undefined;
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

/** A place that could not be asked, so that the list may lack what is there. */
export interface Unasked {
  readonly place: string;
  readonly error: { readonly code: string; readonly message: string };
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
  const limit = pLimit(options.concurrency ?? 32);
  const signal = sharedSignal(options.signal);
  const seen = new Set<string>([subject.digest]);
  const incomplete = new Map<string, Unasked>();
  let failure: unknown;
  const onUnasked = (place: string, error: unknown) => {
    if (isRemoraError(error) && error.code === 'INTERRUPTED') throw error;
    failure ??= error;
    const code = isRemoraError(error) ? error.code : 'FAILED';
    incomplete.set(place, { place, error: { code, message: error instanceof Error ? error.message : String(error) } });
  };
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  // The subject itself is asked for by name. Most of what is below has no tags, and a layout needs no list to know it.
  const isLarge = depth > 1 || isIndexType(subject.mediaType);
  const tags = store.kind === 'registry' && isLarge ? tagSnapshot(store, { signal }) : undefined;

  const asked = new Map<Digest, Promise<readonly AttachedThing[]>>();
  /** What a list names is asked about at once, while the list is still being verified. */
  const ask = (of: Descriptor, levels: number, { attestations, isRoot }: More = {}) => {
    const known = asked.get(of.digest);
    if (known !== undefined) return known;
    const onListed = (entry: Descriptor) => {
      if (levels > 1 && !seen.has(entry.digest)) ask(entry, levels - 1);
    };
    const find = { signal, attestations, tags: isRoot ? undefined : tags, onUnasked, onListed };
    const things = limit(() => findAttached(store, of, find));
    // It is awaited when its turn comes, and not at all for what is no referrer after all.
    things.catch(() => {});
    asked.set(of.digest, things);
    return things;
  };
  const children = async (of: Descriptor, levels: number, more?: More): Promise<readonly DiscoveredNode[]> => {
    if (levels <= 0) return [];
    const things = await ask(of, levels, more);
    const fresh = things.filter(({ descriptor, holder }) => {
      const key = holder === undefined ? descriptor.digest : `${holder.digest} ${descriptor.digest}`;
      return !seen.has(key) && seen.add(key);
    });
    const nodes = await Promise.all(fresh.map((thing) => node(thing, of.digest, levels - 1)));
    return nodes.filter((found) => leadsTo(found, options));
  };
  const node = async (thing: AttachedThing, of: Digest, levels: number): Promise<DiscoveredNode> => {
    const { descriptor, holder } = thing;
    // Nothing is attached to a layer; what is attached to the manifest is shown with its first one.
    const carrier = holder ?? descriptor;
    const isFirst = holder === undefined || (!seen.has(holder.digest) && seen.add(holder.digest));
    return {
      ...nodeFields(store, thing, of),
      referrers: isFirst ? await children(carrier, levels) : [],
    };
  };

  const attestations = options.index && attestationsIn(options.index).get(subject.digest);
  const platforms = async (): Promise<readonly DiscoveredPlatform[] | undefined> => {
    if (!isIndexType(subject.mediaType)) return undefined;
    try {
      const index = await store.manifest({ digest: subject.digest }, { signal });
      const byPlatform = attestationsIn(index);
      return await Promise.all(
        platformsIn(index).map(async (entry) => ({
          ...resultFields(store, entry),
          ...(entry.platform === undefined ? {} : { platform: formatPlatform(entry.platform) }),
          referrers: await children(entry, depth, { attestations: byPlatform.get(entry.digest) }),
        })),
      );
    } catch (error) {
      onUnasked(`children of ${store.format({ digest: subject.digest })}`, error);
      return [];
    }
  };
  const [referrers, below] = await Promise.all([children(subject, depth, { attestations, isRoot: true }), platforms()]);
  return {
    result: {
      ...resultFields(store, subject),
      referrers,
      ...(below === undefined ? {} : { platforms: below }),
      incomplete: [...incomplete.values()],
    },
    failure,
  };
}

/** How a subject is asked about. */
interface More {
  readonly attestations?: readonly Descriptor[] | undefined;
  readonly isRoot?: boolean;
}

function nodeFields(store: Source, thing: AttachedThing, subject: Digest): Omit<DiscoveredNode, 'referrers'> {
  const { descriptor, holder, via, kind, formats, predicateType, created } = thing;
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

/** Whether a thing, or something below it, is what is looked for. */
function leadsTo(node: DiscoveredNode, { artifactType, kinds }: DiscoverOptions): boolean {
  const isWanted =
    (artifactType === undefined || node.artifactType === artifactType) &&
    (kinds === undefined || (node.kind !== undefined && kinds.includes(node.kind)));
  return isWanted || node.referrers.length > 0;
}
