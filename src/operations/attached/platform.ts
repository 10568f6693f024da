import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, matchesPlatform, type Platform } from '../../oci/values/platform.js';
import { hasPlatformNames } from '../../store/interfaces/abilities.js';
import type { ManifestSelector, Source } from '../../store/interfaces/store.js';
import { AskedWays } from './asked-ways.js';
import { type IndexEntry, type IndexOptions, indexLevels } from './index-levels.js';

/** A manifest, and the one for a platform: its child, or itself where `index.json` names it for that platform. */
export interface PlatformChoice {
  readonly manifest: Manifest;
  readonly child: Descriptor;
}

/** How long a look for a platform may go on. */
type LimitedOptions = Pick<IndexOptions, 'signal' | 'limit'>;

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
  options: LimitedOptions = {},
): Promise<Descriptor> {
  if (platform === undefined) return store.resolve(selector, options);
  return (await choosePlatform(store, selector, platform, options)).child;
}

/** Reads the manifest that {@link resolvePlatform} resolves to. */
export async function platformManifest(
  store: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  options: LimitedOptions = {},
): Promise<Manifest> {
  if (platform === undefined) return store.manifest(selector, options);
  const { manifest, child } = await choosePlatform(store, selector, platform, options);
  return child.digest === manifest.descriptor.digest ? manifest : store.manifest({ digest: child.digest }, options);
}

/**
 * Reads the manifest that a selector means for a platform. A layout may have one of the same name for each platform.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS`, `NO_MATCH`, `INCOMPLETE` (an index within it could not be read)
 */
export async function choosePlatform(
  store: Source,
  selector: ManifestSelector,
  platform: Platform,
  options: Pick<IndexOptions, 'signal' | 'limit' | 'onOpened'> = {},
): Promise<PlatformChoice> {
  const entries = hasPlatformNames(store) ? await store.platformEntries(selector, options) : [];
  if (entries.length === 0) {
    const manifest = await store.manifest(selector, options);
    return { manifest, child: await childFor(store, manifest, platform, options) };
  }
  const offered = entries.flatMap((entry) => entry.platform ?? []);
  const entry = entries.find((each) => each.platform !== undefined && matchesPlatform(platform, each.platform));
  if (entry === undefined) throw lacking(store.format(selector), platform, offered);
  const manifest = await store.manifest({ digest: entry.digest }, options);
  if (manifest.kind === 'index') return { manifest, child: await childFor(store, manifest, platform, options) };
  return { manifest, child: { ...manifest.descriptor, ...given({ platform: entry.platform }) } };
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
  { signal, limit, onOpened }: Pick<IndexOptions, 'signal' | 'limit' | 'onOpened'> = {},
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
  for await (const level of indexLevels(store, manifest, { signal, limit, onUnasked, onOpened })) {
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
  const known = [...new Set(offered.map(formatPlatform))].filter((name) => name !== 'unknown/unknown');
  return new RemoraError('NO_MATCH', `${reference} has no platform ${formatPlatform(platform)}`, {
    expected: formatPlatform(platform),
    candidates: known,
    hint: known.length === 0 ? 'It lists no platforms' : `It has ${known.join(', ')}`,
  });
}
