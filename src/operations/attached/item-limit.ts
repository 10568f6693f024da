import { RemoraError } from '../../errors.js';

/**
 * Attachments and entries of indexes that a walk meets at most. Real images have some dozens; a hostile registry names
 * more without end, in one list or in a tree, and each takes about 2 kB of memory.
 */
export const DEFAULT_MAX_ITEMS = 100_000;

/** The error of a walk that meets more than its limit. No walk goes on after it, and none tells a part for the whole. */
export class TooManyItems extends RemoraError {
  constructor(max: number) {
    super('INCOMPLETE', `more than ${max} attachments and entries of indexes were met, which is the limit`, {
      expected: max,
      hint: 'Choose with --platform, --depth or a digest, or allow more with --max-items',
    });
  }
}

/** The limit of one walk: all ways, levels and platforms together. */
export class ItemLimit {
  #met = 0;

  /** @param max @default 100,000 */
  constructor(private readonly max = DEFAULT_MAX_ITEMS) {}

  /** @throws RemoraError {@link TooManyItems} */
  count(items = 1): void {
    this.#met += items;
    if (this.#met > this.max) throw new TooManyItems(this.max);
  }
}

/** Throws what ends a walk as a whole; every other failure is one of a question. */
export function throwIfTooMany(error: unknown): void {
  if (error instanceof TooManyItems) throw error;
}
