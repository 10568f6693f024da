import type { Digest } from '../../oci/values/digest.js';
import type { Source } from './store.js';

/** The ability to read from several places as from one: what is attached lives elsewhere than its subjects. */
export interface SeveralPlaces {
  /** The first one holds the subjects, and its tags are the tags of all. */
  readonly places: readonly [Source, ...Source[]];
  /** Tells that a place has a digest: it is read there, and `format` names it there. The first place wins. */
  learn(digest: Digest, place: Source): void;
}

/** Whether `source` reads from several places. */
export function hasSeveralPlaces<T extends object>(source: T): source is T & SeveralPlaces {
  return 'places' in source;
}
