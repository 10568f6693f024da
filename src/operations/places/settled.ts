import { isRemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { digestOf } from '../../oci/values/digest.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import { hasSeveralPlaces } from '../../store/interfaces/several-places.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Each attempt can meet another deletion: with many writers about every second one does. */
const MAX_ATTEMPTS = 30;

/** Options of {@link settled}. */
export interface SettledOptions<T> extends CallOptions {
  /** Whether a result lacks what was not there. @default never */
  readonly lacks?: ((result: T) => boolean) | undefined;
}

/**
 * Does work that reads a layout, and does it again where something was missing and others have changed `index.json`
 * meanwhile: they may have deleted it, and then nothing names it any more.
 *
 * @throws what the work throws; the last time, or when the layout is the same as before
 */
export async function settled<T>(
  source: Source,
  work: () => Promise<T>,
  { lacks = () => false, signal }: SettledOptions<T> = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfInterrupted(signal);
    const before = await stateOf(source);
    const isLast = async () => attempt === MAX_ATTEMPTS || before === (await stateOf(source));
    try {
      const result = await work();
      if (!lacks(result) || (await isLast())) return result;
    } catch (error) {
      if (!isMissing(error) || (await isLast())) throw error;
    }
  }
}

/** The digest of `index.json`, of several places those of all; undefined where a source has none, or it cannot be read. */
async function stateOf(source: Source): Promise<string | undefined> {
  if (hasSeveralPlaces(source)) return (await Promise.all(source.places.map(stateOf))).join(' ');
  if (!hasInventory(source)) return undefined;
  const bytes = await orUndefined(source.document('index.json'), 'IO', 'MALFORMED');
  return bytes && digestOf(bytes);
}

function isMissing(error: unknown): boolean {
  if (!isRemoraError(error)) return false;
  return error.code === 'NOT_FOUND' || (error.code === 'INCOMPLETE' && isMissing(error.cause));
}
