import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform, matchesPlatform, type Platform } from '../../oci/values/platform.js';
import { hasPlatformNames } from '../../store/interfaces/abilities.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';

/** A manifest, and the one for a platform: its child, or itself where `index.json` names it for that platform. */
export interface PlatformChoice {
  readonly manifest: Manifest;
  readonly child: Descriptor;
}

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
  return (await choosePlatform(store, selector, platform, options)).child;
}

/** Reads the manifest that {@link resolvePlatform} resolves to. */
export async function platformManifest(
  store: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  options: CallOptions = {},
): Promise<Manifest> {
  if (platform === undefined) return store.manifest(selector, options);
  const { manifest, child } = await choosePlatform(store, selector, platform, options);
  return child.digest === manifest.descriptor.digest ? manifest : store.manifest({ digest: child.digest }, options);
}

/**
 * Reads the manifest that a selector means for a platform. A layout may have one of the same name for each platform.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS`, `NO_MATCH`
 */
export async function choosePlatform(
  store: Source,
  selector: ManifestSelector,
  platform: Platform,
  options: CallOptions = {},
): Promise<PlatformChoice> {
  const entries = hasPlatformNames(store) ? await store.platformEntries(selector, options) : [];
  if (entries.length === 0) {
    const manifest = await store.manifest(selector, options);
    return { manifest, child: childFor(store, manifest, platform) };
  }
  const entry = matching(entries, platform);
  if (entry === undefined) throw noPlatform(store.format(selector), entries, platform);
  const manifest = await store.manifest({ digest: entry.digest }, options);
  if (manifest.kind === 'index') return { manifest, child: childFor(store, manifest, platform) };
  return { manifest, child: { ...manifest.descriptor, ...given({ platform: entry.platform }) } };
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
  const child = matching(manifest.content.manifests, platform);
  if (child !== undefined) return child;
  throw noPlatform(reference, manifest.content.manifests, platform);
}

function matching(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  return entries.find(({ platform }) => platform !== undefined && matchesPlatform(wanted, platform));
}

function noPlatform(reference: string, entries: readonly Descriptor[], platform: Platform): RemoraError {
  const names = entries.flatMap((entry) => (entry.platform ? [formatPlatform(entry.platform)] : []));
  const known = names.filter((name) => name !== 'unknown/unknown');
  return new RemoraError('NO_MATCH', `${reference} has no platform ${formatPlatform(platform)}`, {
    expected: formatPlatform(platform),
    candidates: known,
    hint: known.length === 0 ? 'It lists no platforms' : `It has ${known.join(', ')}`,
  });
}
