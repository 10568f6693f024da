import { RemoraError } from '../../../errors.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { formatPlatform } from '../../../oci/values/platform.js';

/**
 * Entries that are one image for several platforms, each manifest once: `docker save` and buildx may enter those under
 * one name, without an index. Empty where anything else tells them apart.
 */
export function platformVariants(entries: readonly Descriptor[]): readonly Descriptor[] {
  const variants = [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
  const platforms = new Set(variants.map(platformNameOf));
  return variants.length > 1 && platforms.size === variants.length && !platforms.has(undefined) ? variants : [];
}

/** Entries without BuildKit's attestations, which have the platform `unknown/unknown`; all where there is nothing else. */
export function withoutAttestations(entries: readonly Descriptor[]): readonly Descriptor[] {
  const others = entries.filter((entry) => platformNameOf(entry) !== 'unknown/unknown');
  return others.length === 0 ? entries : others;
}

/** The error for variants of which a platform would choose one. */
export function severalPlatforms(problem: string, variants: readonly Descriptor[]): RemoraError {
  const candidates = variants.flatMap((entry) => platformNameOf(entry) ?? []);
  return new RemoraError('AMBIGUOUS', problem, {
    candidates,
    hint: `Choose one with --platform (${candidates.join(', ')}), or name its digest`,
  });
}

function platformNameOf({ platform }: Descriptor): string | undefined {
  return platform && (formatPlatform(platform) || undefined);
}
