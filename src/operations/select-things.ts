import pLimit from 'p-limit';
import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { isEmpty } from '../oci/empty.js';
import type { Manifest } from '../oci/manifest.js';
import { isIndexType } from '../oci/media-types.js';
import { formatPlatform } from '../oci/platform.js';
import type { CallOptions, Source } from '../store/store.js';
import type { AttachedThing } from './attached-thing.js';
import { findAttached } from './find-attached.js';
import { attestationsIn, platformsIn } from './index-children.js';
import { sharedSignal } from './run-all.js';
import { type TagSnapshot, tagSnapshot } from './tag-snapshot.js';

/** An attached thing, and what it is attached to. */
export interface SelectedThing extends AttachedThing {
  readonly subject: Digest;
  /** `os/architecture[/variant]`, where that is a child of an index. */
  readonly platform?: string;
}

/** Options of {@link thingsByDistance}. */
export interface SelectOptions extends CallOptions {
  /** The index that the subject was chosen from: BuildKit keeps attestations of its children there. @default none */
  readonly index?: Manifest | undefined;
}

/** A subject, and what is known of it. */
interface Target {
  readonly descriptor: Descriptor;
  readonly platform?: string;
  readonly attestations?: readonly Descriptor[] | undefined;
  readonly isRoot: boolean;
}

const CONCURRENCY = 16;

/**
 * Everything that is attached to a subject, nearest first: what is attached to it and, for an index, to its platforms;
 * then what is attached to that, and so on. Who has found enough asks for no more, and no more is asked of the store.
 *
 * @throws RemoraError when a place could not be asked: a choice among half of the things is no choice
 */
export async function* thingsByDistance(
  store: Source,
  subject: Descriptor,
  options: SelectOptions = {},
): AsyncGenerator<readonly SelectedThing[]> {
  const limit = pLimit(CONCURRENCY);
  const signal = sharedSignal(options.signal);
  const seen = new Set<string>([subject.digest]);
  let snapshot: TagSnapshot | undefined;
  const tagsFor = ({ isRoot }: Target) => {
    // The subject itself is asked for by name; a layout needs no list to know its tags.
    if (isRoot || store.kind !== 'registry') return undefined;
    snapshot ??= tagSnapshot(store, { signal });
    return snapshot;
  };
  const below = async (target: Target): Promise<readonly SelectedThing[]> => {
    const { descriptor, attestations, platform } = target;
    const things = await findAttached(store, descriptor, { signal, attestations, tags: tagsFor(target) });
    // What stands under a tag of cosign may have a subject, too: its layers are the things then, as there.
    const holders = new Set(things.map(({ holder }) => holder?.digest));
    return things
      .filter((thing) => !isEmpty(thing.descriptor) && !holders.has(thing.descriptor.digest))
      .map((thing) => ({ ...thing, subject: descriptor.digest, ...(platform === undefined ? {} : { platform }) }));
  };

  let targets = await firstTargets(store, subject, { ...options, signal });
  while (targets.length > 0) {
    // All are awaited, so that nothing goes on behind the caller's back when one fails.
    const answers = await Promise.allSettled(targets.map((target) => limit(() => below(target))));
    const things = answers.flatMap((answer) => {
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    });
    const fresh = things.filter(({ descriptor, holder }) => {
      const key = `${descriptor.digest} ${holder?.digest ?? ''}`;
      return !seen.has(key) && seen.add(key);
    });
    yield fresh;
    targets = fresh.flatMap(({ descriptor, holder, platform }) => {
      const carrier = holder ?? descriptor;
      if (seen.has(carrier.digest)) return [];
      seen.add(carrier.digest);
      return [{ descriptor: carrier, isRoot: false, ...(platform === undefined ? {} : { platform }) }];
    });
  }
}

async function firstTargets(
  store: Source,
  subject: Descriptor,
  { index, signal }: SelectOptions,
): Promise<readonly Target[]> {
  const root: Target = {
    descriptor: subject,
    attestations: index && attestationsIn(index).get(subject.digest),
    isRoot: true,
    ...platformOf(subject),
  };
  if (!isIndexType(subject.mediaType)) return [root];
  const manifest = await store.manifest({ digest: subject.digest }, { signal });
  const attestations = attestationsIn(manifest);
  const children = platformsIn(manifest).map((descriptor) => ({
    descriptor,
    attestations: attestations.get(descriptor.digest),
    isRoot: false,
    ...platformOf(descriptor),
  }));
  return [root, ...children];
}

function platformOf({ platform }: Descriptor): { readonly platform?: string } {
  return platform === undefined ? {} : { platform: formatPlatform(platform) };
}
