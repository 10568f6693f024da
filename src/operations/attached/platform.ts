import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, matchesPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { AskedWays } from './asked-ways.js';
import { type IndexEntry, type IndexOptions, indexLevels } from './index-levels.js';

/**
 * Resolves a selector: the selected manifest, or with `platform` the first matching child of an index
 * (image-spec image-index.md). BuildKit's attestations (`unknown/unknown`) do not count as platforms.
 *
 * @throws RemoraError `NOT_FOUND`, `NO_MATCH` (the index lacks the platform; `candidates` has its platforms), `INCOMPLETE`
 *   (an index within it could not be read)
 */
export async function resolvePlatform(
  store: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  options: CallOptions = {},
): Promise<Descriptor> {
  if (platform === undefined) return store.resolve(selector, options);
  return childFor(store, await store.manifest(selector, options), platform, options);
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
  const { digest } = await childFor(store, manifest, platform, options);
  return store.manifest({ digest }, options);
}

/**
 * The first manifest of an index that matches a platform, with the platform: of its own entries, then of the indexes
 * within it.
 *
 * @throws RemoraError `NO_MATCH` (not an index, or an index without the platform), `INCOMPLETE` (an index within it could
 *   not be read)
 */
export async function childFor(
  store: Source,
  manifest: Manifest,
  platform: Platform,
  { signal, onOpened }: Pick<IndexOptions, 'signal' | 'onOpened'> = {},
): Promise<Descriptor> {
  const { digest } = manifest.descriptor;
  if (manifest.kind !== 'index') {
    throw new RemoraError(
      'NO_MATCH',
      `${store.format({ digest })} is not an index: it has no platforms to choose from`,
      {
        expected: formatPlatform(platform),
        hint: 'Leave out --platform',
      },
    );
  }
  const account = new AskedWays();
  const onUnasked = (way: string, error: unknown) => account.failed(way, error);
  const offered: Platform[] = [];
  for await (const level of indexLevels(store, manifest, { signal, onUnasked, onOpened })) {
    for (const { descriptor, platform: own } of level.flatMap(({ entries }) => entries).filter(isChoice)) {
      if (own === undefined) continue;
      if (matchesPlatform(platform, own)) return { ...descriptor, platform: own };
      offered.push(own);
    }
  }
  account.checkComplete();
  throw lacking(store.format({ digest }), platform, offered);
}

/** An inner index is not a choice: its entries are. */
export function isChoice({ descriptor, isPlatform }: Pick<IndexEntry, 'descriptor' | 'isPlatform'>): boolean {
  return isPlatform && !isIndexType(descriptor.mediaType);
}

function lacking(reference: string, platform: Platform, offered: readonly Platform[]): RemoraError {
  const known = [...new Set(offered.map(formatPlatform))];
  return new RemoraError('NO_MATCH', `${reference} has no platform ${formatPlatform(platform)}`, {
    expected: formatPlatform(platform),
    candidates: known,
    hint: known.length === 0 ? 'It lists no platforms' : `It has ${known.join(', ')}`,
  });
}
