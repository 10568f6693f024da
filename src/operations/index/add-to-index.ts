import type { Store } from '../../store/interfaces/store.js';
import type { Location } from '../places/location.js';
import { changeIndexes, entriesOf, type IndexChange, withEntries } from './change-index.js';
import { type CopyMembersOptions, copyMembers } from './copy-members.js';
import { type SamePlatform, withEntry } from './entries.js';
import { openedPlace, taggedTarget, withIndexPlace } from './index-place.js';
import { LastWriter } from './last-writer.js';
import { type FoundMember, type IndexMember, parseMember, readMember, withForeignMembers } from './members.js';
import { changedResult } from './result.js';
import type { IndexResult } from './schema.js';

/** Options of {@link addToIndex}. */
export interface AddToIndexOptions extends CopyMembersOptions {
  /** The treatment of a member whose platform another entry has. @default 'refuse' */
  readonly samePlatform?: SamePlatform | undefined;
  /** Write nothing, and return the result that the call would have. @default false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Adds members to the index of a tag, and moves the tag. A tag that does not exist gets an index with these members. Calls
 * at the same time lose nothing: each reads, adds, writes and reads back until its members stay.
 *
 * @param target an index with any number of tags, each of which is changed: `host/repo:v1,latest`
 * @param members as those of `createIndex`; one that is there already changes nothing
 * @returns the index of the first tag and its entries; sizes are in bytes
 * @throws RemoraError `INVALID_ARGUMENT` (a target without a tag), `NOT_FOUND` (a member), `EXISTS` (the tag is not an
 *   index, or has another member for a platform), `CHANGED`, and as the stores
 */
export async function addToIndex(
  target: Location<Store>,
  members: readonly (Location | IndexMember)[],
  options: AddToIndexOptions = {},
): Promise<IndexResult> {
  const { dryRun, signal, samePlatform = 'refuse' } = options;
  const { at, tags } = taggedTarget(target);
  const parsed = members.map((member) => parseMember(at, member));
  const isOwn = parsed.some(({ elsewhere }) => elsewhere === undefined);
  return withForeignMembers(parsed, options, (foreign) =>
    withIndexPlace(at, { ...options, create: !isOwn }, async (place) => {
      const found: FoundMember[] = [];
      for (const member of parsed)
        found.push(foreign.get(member) ?? (await readMember(openedPlace(place), member, { signal })));
      const make = (tag: string) => adding(found, place.format({ tag }), samePlatform);
      // A conflict is told before anything is copied.
      const planned = await changeIndexes({ ...place, store: undefined }, tags, make, options);
      if (place.store === undefined) return changedResult(place.format, planned, { dryRun });
      const copied = await copyMembers(found, place.store, at, options);
      return changedResult(place.format, await changeIndexes(place, tags, make, options), { copied });
    }),
  );
}

/** A change that puts members into an index, for the one tag that it looks at. */
export function adding(
  members: readonly Pick<FoundMember, 'entry'>[],
  name: string,
  samePlatform: SamePlatform,
): IndexChange {
  const wanted = members.map(({ entry }) => ({ entry, wish: new LastWriter() }));
  return (present, isAgain) => {
    const before = entriesOf(present);
    const after = wanted.reduce(
      (entries, { entry, wish }) => withEntry(entries, entry, { samePlatform, name, wish, isAgain }),
      before,
    );
    return after === before && present !== undefined ? undefined : withEntries(present, after);
  };
}
