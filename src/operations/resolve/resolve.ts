import type { Platform } from '../../oci/values/platform.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolvePlatform } from '../attached/platform.js';
import { type LookOptions, wholeSelector } from '../looked/whole-digest.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { type WaitOptions, waitFor } from '../wait/wait.js';
import type { ResolveResult } from './schema.js';

/** Options of {@link resolve}. */
export interface ResolveOptions extends AccessOptions, LookOptions, WaitOptions {
  /** Resolve to this child of an index, like `linux/arm64`. @default the manifest itself */
  readonly platform?: string | Platform | undefined;
}

/**
 * Resolves a tag or digest to the descriptor of its manifest (distribution-spec, "Pulling manifests"). With `wait` it asks
 * again while the tag or the platform is missing.
 *
 * @param location `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store
 * @returns media type, digest and size (bytes), with a reference by digest
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (platform), `AMBIGUOUS` (`digestBeginning`), and as the store
 */
export async function resolve(location: Location, options: ResolveOptions = {}): Promise<ResolveResult> {
  const platform = platformOf(options.platform);
  const { signal, maxItems } = options;
  return waitFor(options, (access) =>
    withSource(location, access, async (store, named) => {
      const selector = await wholeSelector(store, named, access);
      const { mediaType, digest, size } = await resolvePlatform(store, selector, platform, {
        signal,
        limit: new ItemLimit(maxItems),
      });
      return { reference: store.format({ digest }), mediaType, digest, size };
    }),
  );
}
