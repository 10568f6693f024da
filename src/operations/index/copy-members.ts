import { RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import type { Store } from '../../store/interfaces/store.js';
import { mountFrom } from '../copy/copy.js';
import { copyIntoStore, type IntoStoreOptions } from '../copy/into-store.js';
import type { CopyItem, CopyPlan } from '../copy/plan.js';
import { planCopy } from '../copy/plan-copy.js';
import type { CopiedObject } from '../copy/schema.js';
import type { AccessOptions, Stored } from '../places/location.js';
import type { FoundMember } from './members.js';

/** Options of {@link copyMembers}. */
export interface CopyMembersOptions extends AccessOptions, Pick<IntoStoreOptions, 'onProgress' | 'settle'> {
  /** Copy what is attached to the members as well. @default false */
  readonly recursive?: boolean | undefined;
}

/**
 * Copies members of other places to where the index is, with all that they need. The index names them, so that a layout
 * needs no entries for them.
 *
 * @returns each blob and manifest with its outcome
 * @throws RemoraError `INCOMPLETE` where something that shall be copied cannot be read, and as the stores
 */
export async function copyMembers(
  members: readonly FoundMember[],
  store: Store,
  to: Place | Stored<Store>,
  options: CopyMembersOptions,
): Promise<readonly CopiedObject[]> {
  const { recursive, maxItems, signal, settle, onProgress } = options;
  const objects: CopiedObject[] = [];
  for (const { manifest, from } of members) {
    if (from === undefined) continue;
    const { digest } = manifest.descriptor;
    const plan = await planCopy(from.source, [{ selector: { digest }, tags: [] }], { recursive, maxItems, signal });
    const [lacking] = plan.incomplete;
    if (lacking !== undefined)
      throw new RemoraError('INCOMPLETE', `${from.source.format({ digest })} cannot be copied whole: ${lacking.way}`, {
        cause: lacking.error,
        hint: lacking.error.message,
      });
    const how = { mountFrom: mountFrom(from.at, to), onProgress, settle, signal };
    objects.push(...(await copyIntoStore(from.source, store, asChildren(plan), how)).objects);
  }
  return objects;
}

function asChildren(plan: CopyPlan): CopyPlan {
  const child = (item: CopyItem): CopyItem => (item.role === 'root' ? { ...item, role: 'child' } : item);
  return { ...plan, items: new Map([...plan.items].map(([digest, item]) => [digest, child(item)])) };
}
