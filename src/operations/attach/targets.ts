import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import { hasPlatformNames } from '../../store/interfaces/abilities.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { descendantsOf } from '../attached/descendants.js';
import { imageConfigOf, platformOfConfig } from '../attached/image-config.js';
import { ItemLimit } from '../attached/item-limit.js';

/** A manifest to attach to. */
export interface Target {
  readonly descriptor: Descriptor;
  /** As the index has it; with {@link withPlatforms} also as the image's config has it. */
  readonly platform?: Platform | undefined;
}

/** A target whose platform is known. */
export interface KnownTarget extends Target {
  readonly platform: Platform;
}

/** All that a reference names. */
export interface Targets {
  /** The named manifest; undefined where a layout has one of that name for each platform. */
  readonly root: Descriptor | undefined;
  /** The platforms below an index, as `discover --require` counts them; without any, the manifest itself. */
  readonly platforms: readonly Target[];
}

/** Options of {@link findTargets}. */
export interface TargetOptions extends CallOptions {
  /** A manifest that is named under several platforms counts as one for each. @default false */
  readonly eachPlatform?: boolean | undefined;
  readonly maxItems?: number | undefined;
}

/**
 * Finds the platforms of a reference, at every depth: neither inner indexes nor what belongs to another entry, as BuildKit's
 * attestations do.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS`, `MALFORMED`, `INCOMPLETE` (too many), and as the store
 */
export async function findTargets(
  store: Source,
  selector: ManifestSelector,
  { signal, maxItems, eachPlatform = false }: TargetOptions,
): Promise<Targets> {
  const limit = new ItemLimit(maxItems);
  const below = async (target: Target): Promise<readonly Target[]> => {
    const found = await descendantsOf(store, target.descriptor, { signal, limit });
    const platforms = (found?.all ?? []).filter(({ isPlatform }) => isPlatform);
    if (platforms.length === 0) return [target];
    return platforms.flatMap(({ descriptor, platform, alsoFor }) =>
      [platform ?? target.platform, ...(eachPlatform ? alsoFor : [])].map((own) => ({ descriptor, platform: own })),
    );
  };
  const named = hasPlatformNames(store) ? await store.platformEntries(selector, { signal }) : [];
  if (named.length > 0) {
    const all = await Promise.all(named.map((descriptor) => below({ descriptor, platform: descriptor.platform })));
    return { root: undefined, platforms: all.flat() };
  }
  const root = await store.resolve(selector, { signal });
  return { root, platforms: await below({ descriptor: root }) };
}

/** Targets whose platforms are known, and those that name none. */
export interface KnownPlatforms {
  readonly known: readonly KnownTarget[];
  readonly unknown: readonly Target[];
}

/** Reads the platform of an entry without one from its image config. An artifact has none. */
export async function withPlatforms(
  store: Source,
  targets: readonly Target[],
  options: CallOptions,
): Promise<KnownPlatforms> {
  const known: KnownTarget[] = [];
  const unknown: Target[] = [];
  for (const target of targets) {
    const { descriptor } = target;
    const platform = target.platform ?? (await configuredPlatform(store, descriptor, options));
    if (platform === undefined) unknown.push(target);
    else known.push({ descriptor, platform });
  }
  return { known, unknown };
}

async function configuredPlatform(
  store: Source,
  { digest }: Descriptor,
  options: CallOptions,
): Promise<Platform | undefined> {
  const config = await imageConfigOf(store, await store.manifest({ digest }, options), options);
  return config && platformOfConfig(config);
}

/** The platform of a target, as results name it. */
export function platformText({ platform }: Target): { readonly platform?: string } {
  return given({ platform: platform && (formatPlatform(platform) || undefined) });
}

/** @throws RemoraError `NO_MATCH` where no target has a platform */
export function noPlatforms(store: Source, selector: ManifestSelector): RemoraError {
  return new RemoraError(
    'NO_MATCH',
    `${store.format(selector)} names no platform, neither as an index nor in an image's config`,
    { hint: 'Name the files themselves instead of a template' },
  );
}
