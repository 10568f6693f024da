import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { ChangedTag, ChangeTagOptions, TagChange } from '../interfaces/abilities.js';
import type { PutManifestOptions, PutManifestResult } from '../interfaces/store.js';

/** A look that found the tag moved lets another writer pass: sixteen need no more looks than that. */
const LOOKS = 200;

/** The parts of a layout that {@link changeTag} needs. */
interface Tagged {
  /** The manifest at a tag; undefined where the tag does not exist. */
  read(tag: string): Promise<Manifest | undefined>;
  put(manifest: Manifest, options: PutManifestOptions): Promise<PutManifestResult>;
}

/**
 * Changes what a tag names. Under the lock of `index.json` the write asks once more what the tag names, and is not done
 * where others have moved it: then the tag is read again.
 */
export async function changeTag(
  { read, put }: Tagged,
  tag: string,
  change: TagChange,
  { signal }: ChangeTagOptions = {},
): Promise<ChangedTag> {
  for (let look = 1; ; look++) {
    throwIfInterrupted(signal);
    const before = await read(tag);
    const after = change(before, false);
    if (after === undefined) return { before, after: before, isWritten: false };
    const precondition = {
      selector: { tag },
      check(present: ReadonlySet<unknown>) {
        const isSame = before === undefined ? present.size === 0 : present.has(before.descriptor.digest);
        if (!isSame) throw new Moved(tag);
      },
    };
    try {
      const { listedBy } = await put(after, { tags: [tag], precondition, signal });
      return { before, after, isWritten: true, listedBy };
    } catch (error) {
      if (!(error instanceof Moved) || look === LOOKS) throw error;
    }
  }
}

class Moved extends RemoraError {
  constructor(tag: string) {
    super('CHANGED', `tag ${tag} is moved by other writers again and again`, {
      hint: 'Run the command again when fewer writers are at work',
    });
  }
}
