import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { attestationsIn, platformsIn } from './buildkit.js';
import { choosePlatform } from './platform.js';

/** A manifest that can have attachments. */
export interface Subject {
  readonly descriptor: Descriptor;
  /** `os/architecture[/variant]`, where it is a child of an index that names one. */
  readonly platform?: string;
  /** BuildKit's attestation manifests for it; absent when its index was not read. */
  readonly attestations?: readonly Descriptor[] | undefined;
  /** The children of the index that the subject was selected from. */
  readonly siblings?: readonly Digest[] | undefined;
}

/** The children of an index, as subjects and as digests. */
export interface Platforms {
  readonly platforms: readonly Subject[];
  /** The digests of all entries, with attestations: deleting one of them would break the index. */
  readonly children: readonly Digest[];
}

/**
 * Resolves a selector to a subject: the manifest, or with `platform` the first matching child of an index.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS` (no selector and several roots), `NO_MATCH` (the index lacks the platform)
 */
export async function resolveSubject(
  source: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  { signal }: CallOptions = {},
): Promise<Subject> {
  if (platform === undefined) return rootSubject(await source.resolve(selector, { signal }));
  const { manifest, child } = await choosePlatform(source, selector, platform, { signal });
  return rootSubject(child, manifest.kind === 'index' ? manifest : undefined);
}

/**
 * Turns a descriptor into a subject.
 *
 * @param index that the descriptor was selected from: BuildKit keeps attestations of its children there
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

/** The children of an index as subjects; undefined for a manifest that is not an index. */
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
