import type { Store, Via } from '../../../../src/store/interfaces/store.js';
import { onTestFinished } from '../../../support/at-once.js';

/** A place that is empty at first, under contract. */
export interface ContractPlace {
  /** Another store of the place, which knows nothing of what others did there. */
  open(): Promise<Store>;
  /** What was begun and neither finished nor cleaned up: temporary files, upload sessions. */
  leftovers(): Promise<readonly string[]>;
}

/** What may differ from store to store. */
export interface ContractTraits {
  /** How a referrer is found after it was attached. */
  readonly via: Via;
  /** Keeps content of sha256 alone. */
  readonly onlySha256?: boolean;
  /** Wants every child of an index to be a manifest that is there. */
  readonly checksChildren?: boolean;
  /** Cannot delete a tag alone. */
  readonly deletesNoTags?: boolean;
  /** Keeps the tags of a manifest that was deleted by its digest. */
  readonly keepsTags?: boolean;
  /** Has a fault of its own when a blob that is not there is deleted. */
  readonly failsOnMissingBlobs?: boolean;
  /** Loses entries of its own lists when several manifests with one subject arrive at once. */
  readonly losesReferrers?: boolean;
}

export type StartPlace = () => Promise<ContractPlace>;

/** The place with one store in it, closed when the test is done. */
export interface Started extends ContractPlace {
  readonly store: Store;
}

export async function begin(start: StartPlace): Promise<Started> {
  const place = await start();
  const open = async () => {
    const store = await place.open();
    onTestFinished(() => store.close());
    return store;
  };
  return { open, leftovers: () => place.leftovers(), store: await open() };
}
