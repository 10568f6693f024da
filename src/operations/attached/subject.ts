import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { attestationsIn, platformsIn } from './buildkit.js';

/** Something that things may be attached to. */
export interface Subject {
  readonly descriptor: Descriptor;
  /** `os/architecture[/variant]`, where it is a child of an index that names one. */
  readonly platform?: string;
  /** BuildKit's attestation manifests that speak of it; undefined where no index was looked at. */
  readonly attestations?: readonly Descriptor[] | undefined;
}

/** The children of an index that things may be attached to. */
export interface Platforms {
  readonly platforms: readonly Subject[];
  /** Everything that the index names: what belongs to it must not be deleted for itself. */
  readonly children: readonly Digest[];
}

/**
 * What a reference means as a subject.
 *
 * @param chosenFrom the index that it was chosen from, if any: BuildKit keeps attestations of its children there
 */
export function rootSubject(descriptor: Descriptor, chosenFrom?: Manifest): Subject {
  return {
    descriptor,
    ...platformField(descriptor),
    attestations: chosenFrom && (attestationsIn(chosenFrom).get(descriptor.digest) ?? []),
  };
}

/** A reference to an index means its platforms as well; undefined for what is no index. */
export async function platformSubjects(
  store: Source,
  { mediaType, digest }: Descriptor,
  { signal }: CallOptions = {},
): Promise<Platforms | undefined> {
  if (!isIndexType(mediaType)) return undefined;
  const index = await store.manifest({ digest }, { signal });
  const attestations = attestationsIn(index);
  return {
    platforms: platformsIn(index).map((descriptor) => ({
      descriptor,
      ...platformField(descriptor),
      attestations: attestations.get(descriptor.digest) ?? [],
    })),
    children: index.kind === 'index' ? index.content.manifests.map((entry) => entry.digest) : [],
  };
}

function platformField({ platform }: Descriptor): Pick<Subject, 'platform'> {
  return platform === undefined ? {} : { platform: formatPlatform(platform) };
}
