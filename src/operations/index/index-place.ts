import { RemoraError } from '../../errors.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { parseTags } from '../../oci/names/target.js';
import type { Source, Store } from '../../store/interfaces/store.js';
import { isThere } from '../../store/open.js';
import { type AccessOptions, type Location, type Stored, withStore } from '../places/location.js';
import { unpinnedTarget } from '../places/target-location.js';

/** The place of an index, with the tags that name it there. */
export interface IndexTarget {
  readonly at: Place | Stored<Store>;
  readonly tags: readonly string[];
}

/** An open place. */
export interface IndexPlace {
  /** Undefined where it does not exist yet, in a dry run. */
  readonly source: Source | undefined;
  /** Undefined in a dry run. */
  readonly store: Store | undefined;
  readonly format: Source['format'];
}

/**
 * Parses the target of a new index.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function newTarget(target: Location<Store>, more: readonly string[] = []): IndexTarget {
  const { at, tags } = unpinnedTarget(target);
  return { at, tags: [...new Set([...tags, ...parseTags('store' in at ? at.store.kind : at.kind, more)])] };
}

/**
 * Parses the target of a change: only a tag can be moved.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a target without a tag, or with a digest
 */
export function taggedTarget(target: Location<Store>): IndexTarget {
  const parsed = newTarget(target);
  if (parsed.tags.length > 0) return parsed;
  const name =
    typeof target === 'string' ? target : 'store' in parsed.at ? parsed.at.store.format({}) : formatPlace(parsed.at);
  throw new RemoraError('INVALID_ARGUMENT', `${name} has no tag, and a changed index needs one to be found by`, {
    found: name,
    hint: 'Name the tag of the index, like ghcr.io/acme/app:v1',
  });
}

/** Opens the place of an index; a dry run opens it for reading, and creates no layout. */
export async function withIndexPlace<T>(
  at: Place | Stored<Store>,
  { dryRun, ...options }: AccessOptions & { readonly create: boolean; readonly dryRun?: boolean | undefined },
  use: (place: IndexPlace) => Promise<T>,
): Promise<T> {
  if (dryRun && !('store' in at) && at.kind === 'layout' && options.create && !isThere(at))
    return use({ source: undefined, store: undefined, format: (selector) => formatPlace(at, selector) });
  const how = dryRun ? { ...options, create: false, access: 'read' as const } : options;
  return withStore(at, how, (store) =>
    use({ source: store, store: dryRun ? undefined : store, format: (selector) => store.format(selector) }),
  );
}

/** The place for reading. @throws RemoraError `NOT_FOUND` where it does not exist yet */
export function openedPlace({ source, format }: IndexPlace): Source {
  if (source !== undefined) return source;
  throw new RemoraError('NOT_FOUND', `${format({})} does not exist, and a member shall be there`);
}
