import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { attestationsIn, platformsIn } from './buildkit.js';
import { childFor } from './platform.js';

/** A manifest that others may be attached to. */
export interface Subject {
  readonly descriptor: Descriptor;
  /** `os/architecture[/variant]`, where it is a child of an index that names one. */
  readonly platform?: string;
  /** BuildKit's attestation manifests for it; absent where no index was looked at. */
  readonly attestations?: readonly Descriptor[] | undefined;
  /** All that the index names from which the subject was selected. */
  readonly siblings?: readonly Digest[] | undefined;
}

/** The children of an index that others may be attached to. */
export interface Platforms {
  readonly platforms: readonly Subject[];
  /** All that the index names: what belongs to it must not be deleted for itself. */
  readonly children: readonly Digest[];
}

/**
 * The subject that a selector names: the manifest, or with `platform` the first child of an index that fits.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS` (no selector and several roots), `NO_MATCH` (no such platform, with those
 *   there are)
 */
export async function resolveSubject(
  source: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  { signal }: CallOptions = {},
): Promise<Subject> {
  if (platform === undefined) return rootSubject(await source.resolve(selector, { signal }));
  const index = await source.manifest(selector, { signal });
  return rootSubject(childFor(source, index, platform), index);
}

/**
 * A descriptor as a subject.
 *
 * @param index from which it was selected: BuildKit keeps attestations of its children there
 */
export function rootSubject(descriptor: Descriptor, index?: Manifest): Subject {
  return {
    descriptor,
    ...platformField(descriptor),
    ...given({
      attestations: index && (attestationsIn(index).get(descriptor.digest) ?? []),
      siblings: index && childrenOf(index),
    }),
  };
}

/** A reference to an index means its platforms as well; undefined for a manifest that is not an index. */
export async function platformSubjects(
  store: Source,
  { mediaType, digest }: Descriptor,
  { signal, known }: CallOptions & { readonly known?: ReadonlyMap<Digest, Manifest> | undefined } = {},
): Promise<Platforms | undefined> {
  if (!isIndexType(mediaType)) return undefined;
  const index = known?.get(digest) ?? (await store.manifest({ digest }, { signal }));
  const attestations = attestationsIn(index);
  return {
    platforms: platformsIn(index).map((descriptor) => ({
      descriptor,
      ...platformField(descriptor),
      attestations: attestations.get(descriptor.digest) ?? [],
    })),
    children: childrenOf(index),
  };
}

function childrenOf(index: Manifest): readonly Digest[] {
  return index.kind === 'index' ? index.content.manifests.map(({ digest }) => digest) : [];
}

function platformField({ platform }: Descriptor): Pick<Subject, 'platform'> {
  return given({ platform: platform && formatPlatform(platform) });
}
