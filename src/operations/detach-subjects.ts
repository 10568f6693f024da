import type { Descriptor } from '../oci/descriptor.js';
import type { Digest } from '../oci/digest.js';
import { isEmpty } from '../oci/empty.js';
import type { Manifest } from '../oci/manifest.js';
import { isIndexType } from '../oci/media-types.js';
import { formatPlatform } from '../oci/platform.js';
import type { CallOptions, Source } from '../store/store.js';
import { type Group, groupThings } from './detach-item.js';
import { findAttached } from './find-attached.js';
import { attestationsIn, platformsIn } from './index-children.js';
import { runAll } from './run-all.js';
import type { TagSnapshot } from './tag-snapshot.js';

/** Something that things may be attached to. */
export interface Subject {
  readonly descriptor: Descriptor;
  readonly platform?: string | undefined;
  /** BuildKit's attestation manifests that speak of it. */
  readonly attestations?: readonly Descriptor[] | undefined;
}

/** The subjects that one reference means, and what must not be deleted since it belongs to them. */
export interface Subjects {
  readonly subjects: readonly Subject[];
  readonly own: ReadonlySet<Digest>;
}

/**
 * A reference to an index means the index and its platforms, as for `discover`.
 *
 * @param chosenFrom the index that `subject` was chosen from, if any
 */
export async function subjectsOf(
  store: Source,
  subject: Descriptor,
  chosenFrom: Manifest | undefined,
  { signal }: CallOptions,
): Promise<Subjects> {
  const isIndex = isIndexType(subject.mediaType);
  const index = isIndex ? await store.manifest({ digest: subject.digest }, { signal }) : chosenFrom;
  const attestations = index && attestationsIn(index);
  const children = index?.kind === 'index' ? index.content.manifests.map(({ digest }) => digest) : [];
  const platforms = isIndex && index ? platformsIn(index) : [];
  return {
    own: new Set([subject.digest, ...children]),
    subjects: [
      { descriptor: subject, attestations: attestations?.get(subject.digest) },
      ...platforms.map((descriptor) => ({
        descriptor,
        platform: descriptor.platform && formatPlatform(descriptor.platform),
        attestations: attestations?.get(descriptor.digest),
      })),
    ],
  };
}

/**
 * All that is attached to some subjects, by manifest.
 *
 * @throws RemoraError the first failure of a place that could not be asked
 */
export async function attachedGroups(
  store: Source,
  subjects: readonly Subject[],
  { signal, tags }: CallOptions & { readonly tags: TagSnapshot | undefined },
): Promise<readonly Group[]> {
  const ask = async ({ descriptor, platform, attestations }: Subject, shared: AbortSignal) => {
    const things = await findAttached(store, descriptor, { signal: shared, attestations, tags });
    return groupThings(
      things.filter((thing) => !isEmpty(thing.descriptor)),
      descriptor.digest,
      platform,
    );
  };
  return (await runAll(subjects, ask, { signal, concurrency: 16 })).flat();
}
