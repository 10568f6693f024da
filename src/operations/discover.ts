import pLimit from 'p-limit';
import { isRemoraError } from '../errors.js';
import type { Annotations } from '../oci/annotations.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import type { CallOptions, Store, Via } from '../store/store.js';
import { resultFields } from './result-fields.js';
import { sharedSignal } from './run-all.js';

/** Options of {@link discover}. */
export interface DiscoverOptions extends CallOptions {
  /** Only what has this type, and what leads to it: the SBOM stays when its signature matches. @default all */
  readonly artifactType?: string | undefined;
  /** Levels below the subject. @default all */
  readonly depth?: number | undefined;
  /** Subjects that are asked about at a time. @default 16 */
  readonly concurrency?: number | undefined;
}

/** One attached artifact, with what is attached to it in turn. */
export interface DiscoveredNode {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  /** How it was found. */
  readonly via: readonly Via[];
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
  readonly incomplete: readonly Unasked[];
}

/** What {@link discover} gives, and the first failure, for the exit code. */
export interface Discovery {
  readonly result: DiscoverResult;
  readonly failure: unknown;
}

/**
 * Lists everything that is attached to a subject, and to that, and so on. Each digest is listed once, so that nothing
 * goes around in circles. Subjects are asked about concurrently.
 *
 * What could be found is always given; a place that could not be asked is named in `incomplete`.
 *
 * @throws RemoraError `INTERRUPTED`
 */
export async function discover(store: Store, subject: Descriptor, options: DiscoverOptions = {}): Promise<Discovery> {
  const limit = pLimit(options.concurrency ?? 16);
  const signal = sharedSignal(options.signal);
  const seen = new Set<Digest>([subject.digest]);
  const incomplete = new Map<string, Unasked>();
  let failure: unknown;
  const onUnasked = (place: string, error: unknown) => {
    if (isRemoraError(error) && error.code === 'INTERRUPTED') throw error;
    failure ??= error;
    const code = isRemoraError(error) ? error.code : 'FAILED';
    incomplete.set(place, { place, error: { code, message: error instanceof Error ? error.message : String(error) } });
  };

  const children = async (of: Descriptor, depth: number): Promise<readonly DiscoveredNode[]> => {
    if (depth <= 0) return [];
    const below: Promise<DiscoveredNode>[] = [];
    await limit(async () => {
      try {
        for await (const { descriptor, via } of store.referrers(of, { signal, onUnasked })) {
          if (seen.has(descriptor.digest)) continue;
          seen.add(descriptor.digest);
          below.push(node(descriptor, via, depth - 1));
        }
      } catch (error) {
        onUnasked(`referrers of ${store.format({ digest: of.digest })}`, error);
      }
    });
    return (await Promise.all(below)).filter((found) => leadsTo(found, options.artifactType));
  };
  const node = async (descriptor: Descriptor, via: readonly Via[], depth: number): Promise<DiscoveredNode> => ({
    ...resultFields(store, descriptor),
    ...(descriptor.annotations === undefined ? {} : { annotations: descriptor.annotations }),
    via,
    referrers: await children(descriptor, depth),
  });

  const referrers = await children(subject, options.depth ?? Number.POSITIVE_INFINITY);
  return { result: { ...resultFields(store, subject), referrers, incomplete: [...incomplete.values()] }, failure };
}

function leadsTo(node: DiscoveredNode, artifactType: string | undefined): boolean {
  return artifactType === undefined || node.artifactType === artifactType || node.referrers.length > 0;
}
