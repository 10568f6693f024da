import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { formatPlatform, matchesPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';

/**
 * Resolves a selector: the selected manifest, or with `platform` the first matching child of an index
 * (image-spec image-index.md). BuildKit's attestations (`unknown/unknown`) do not count as platforms.
 *
 * @throws RemoraError `NOT_FOUND`, `NO_MATCH` (the index lacks the platform; `candidates` has its platforms)
 */
export async function resolvePlatform(
  store: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  options: CallOptions = {},
): Promise<Descriptor> {
  if (platform === undefined) return store.resolve(selector, options);
  return childFor(store, await store.manifest(selector, options), platform);
}

/** Reads the manifest that {@link resolvePlatform} resolves to. */
export async function platformManifest(
  store: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  options: CallOptions = {},
): Promise<Manifest> {
  const manifest = await store.manifest(selector, options);
  if (platform === undefined) return manifest;
  const child = childFor(store, manifest, platform);
  return child.digest === manifest.descriptor.digest ? manifest : store.manifest({ digest: child.digest }, options);
}

/**
 * The first child of an index that matches a platform.
 *
 * @throws RemoraError `NO_MATCH` (not an index, or an index without the platform)
 */
export function childFor(store: Source, manifest: Manifest, platform: Platform): Descriptor {
  const reference = store.format({ digest: manifest.descriptor.digest });
  if (manifest.kind !== 'index') {
    throw new RemoraError('NO_MATCH', `${reference} is not an index: it has no platforms to choose from`, {
      expected: formatPlatform(platform),
      hint: 'Leave out --platform',
    });
  }
  const child = manifest.content.manifests.find(
    (entry) => entry.platform !== undefined && matchesPlatform(platform, entry.platform),
  );
  if (child !== undefined) return child;
  const names = manifest.content.manifests.flatMap((entry) => (entry.platform ? [formatPlatform(entry.platform)] : []));
  const known = names.filter((name) => name !== 'unknown/unknown');
  throw new RemoraError('NO_MATCH', `${reference} has no platform ${formatPlatform(platform)}`, {
    expected: formatPlatform(platform),
    candidates: known,
    hint: known.length === 0 ? 'It lists no platforms' : `It has ${known.join(', ')}`,
  });
}
