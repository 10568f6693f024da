import { RemoraError } from '../../errors.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { given } from '../../oci/values/given.js';
import { type CollectOptions, isGarbageCollector } from '../../store/interfaces/abilities.js';
import type { Source } from '../../store/interfaces/store.js';
import { refuseLocalName } from '../places/local-name.js';
import { type Location, resolveLocation, type Stored, withSource } from '../places/location.js';
import type { GarbageResult } from './schema.js';

/** Options of {@link collectGarbage}. */
export type GarbageOptions = CollectOptions;

/**
 * Removes from a layout what nothing names, and what is younger than `grace` never. That are blobs to which neither
 * `index.json` nor a subject leads, temporary files whose makers are gone, and unfinished uploads.
 *
 * @param location `oci:PATH`, a place, or an open layout
 * @throws RemoraError `INVALID_ARGUMENT` for all but a whole layout directory, `INCOMPLETE` when something that is named
 *   cannot be read (nothing is removed), `NOT_FOUND`, `CHANGED` (lock), `IO`, `INTERRUPTED`
 */
export async function collectGarbage(location: Location, options: GarbageOptions = {}): Promise<GarbageResult> {
  const at = resolveLocation(location);
  if (!('store' in at)) await refuseLocalName(at, true);
  assertCollectable(at);
  const { grace, dryRun, signal } = options;
  return withSource(at, { signal, damaged: true }, async (source) => {
    if (!isGarbageCollector(source)) throw notCollectable(source.format({}), source.kind);
    const garbage = await source.collectGarbage({ grace, dryRun, signal });
    return { reference: source.format({}), ...garbage, ...given({ dryRun: dryRun || undefined }) };
  });
}

/**
 * Checks that a place can be collected, before it is opened.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for all but a layout directory, which is collected as a whole
 */
export function assertCollectable(at: Place | Stored): void {
  const kind = 'store' in at ? at.store.kind : at.kind;
  if (kind !== 'layout') throw notCollectable('store' in at ? at.store.format({}) : formatPlace(at, {}), kind);
  if (at.tag === undefined && at.digest === undefined) return;
  throw new RemoraError('INVALID_ARGUMENT', 'garbage is collected in a whole layout, without a tag or digest', {
    hint: 'Leave out tag and digest',
  });
}

const HINTS: Readonly<Record<Source['kind'], string>> = {
  layout: 'Open it with openStore, or name its path',
  registry: 'A registry removes what nothing names by itself; remora serve does so with --gc',
  archive: 'Copy what is named into a new archive with remora copy',
  directory: 'Copy it into a layout like oci:./layout',
};

function notCollectable(place: string, kind: Source['kind']): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${place} is not a layout directory: garbage is collected only there`, {
    hint: HINTS[kind],
  });
}
