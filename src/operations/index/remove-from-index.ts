import { RemoraError } from '../../errors.js';
import type { ChangeTagOptions } from '../../store/interfaces/abilities.js';
import type { Store } from '../../store/interfaces/store.js';
import type { AccessOptions, Location } from '../places/location.js';
import { changeIndexesTogether, entriesOf, type IndexChange, requirePresent, withEntries } from './change-index.js';
import { openedPlace, taggedTarget, withIndexPlace } from './index-place.js';
import { knownEntries, PickedEntries, parseEntryName } from './picked-entries.js';
import { changedResult } from './result.js';
import type { IndexResult } from './schema.js';

/** Options of {@link removeFromIndex}. */
export interface RemoveFromIndexOptions extends AccessOptions, Pick<ChangeTagOptions, 'settle'> {
  /** Write nothing, and return the result that the call would have. @default false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Takes members out of the index of a tag, and moves the tag. The manifests themselves stay, and an index may become
 * empty. Calls at the same time lose nothing.
 *
 * @param target an index with any number of tags, each of which is changed
 * @param members tags or digests of the index's own place, or platforms like `linux/arm64`
 * @returns the index of the first tag and its entries; sizes are in bytes
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND` (the index, or a tag), `NO_MATCH` (the index lacks the member),
 *   `EXISTS` (the tag is not an index), `CHANGED`, and as the stores
 */
export async function removeFromIndex(
  target: Location<Store>,
  members: readonly string[],
  options: RemoveFromIndexOptions = {},
): Promise<IndexResult> {
  const { dryRun } = options;
  const { at, tags } = taggedTarget(target);
  const named = members.map((member) => parseEntryName(at, member));
  if (named.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', 'a member to remove is not given', {
      hint: 'Name its tag, its digest or its platform',
    });
  return withIndexPlace(at, { ...options, create: false }, async (place) => {
    const wanted = await knownEntries(openedPlace(place), named, options);
    const make = (tag: string): IndexChange => {
      const name = place.format({ tag });
      const picked = new PickedEntries(wanted, name);
      return (present) => {
        const before = entriesOf(requirePresent(present, name));
        const gone = picked.of(before);
        return gone.size === 0
          ? undefined
          : withEntries(
              present,
              before.filter((entry) => !gone.has(entry)),
            );
      };
    };
    return changedResult(place.format, await changeIndexesTogether(place, tags, make, options), { dryRun });
  });
}
