import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { CopyPlan } from './plan.js';
import { copyResult } from './result.js';
import type { CopiedObject, CopyResult } from './schema.js';

/**
 * The result that a copy would have.
 *
 * @param destination undefined where it does not exist yet
 * @param format writes references of the destination
 */
export async function plannedCopy(
  destination: Source | undefined,
  format: Source['format'],
  plan: CopyPlan,
  { signal }: CallOptions = {},
): Promise<CopyResult> {
  const manifests = [...plan.items.values()].map(({ manifest }) => manifest.descriptor);
  const isThere = async (object: Descriptor, isManifest: boolean) => {
    if (destination === undefined) return false;
    return isManifest ? destination.hasManifest(object.digest, { signal }) : destination.hasBlob(object, { signal });
  };
  const look = async ([{ mediaType, digest, size }, isManifest]: readonly [
    Descriptor,
    boolean,
  ]): Promise<CopiedObject> => {
    const result = (await isThere({ mediaType, digest, size }, isManifest)) ? 'exists' : 'copied';
    return { mediaType, digest, size, result };
  };
  const wanted = [
    ...[...plan.blobs.values()].map((blob) => [blob, false] as const),
    ...manifests.map((manifest) => [manifest, true] as const),
  ];
  const objects = await mapSome(wanted, 32, look);
  return { ...copyResult(format, plan, objects), dryRun: true };
}
