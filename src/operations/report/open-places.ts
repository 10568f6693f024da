import { handled } from '../../io/async/handled.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import { openSource } from '../../store/open.js';
import { explained } from '../places/explained.js';
import type { AccessOptions, Stored } from '../places/location.js';

/** Places that stay open while nobody uses them: the next image is often in the same one. */
const IDLE = 32;

interface Opened {
  readonly source: Promise<Source>;
  users: number;
}

/**
 * The places of a report, each opened once for all images in it that are asked about at about the same time. Those share
 * the manifests that were read, and what is known of the repository.
 */
export class OpenPlaces {
  readonly #opened = new Map<string, Opened>();

  /** Runs `use` with a place; an open store stays open. */
  async use<T>(at: Place | Stored, access: AccessOptions, use: (source: Source) => Promise<T>): Promise<T> {
    if ('store' in at) return use(at.store);
    const key = formatPlace(at);
    const opened = this.#opened.get(key) ?? { source: handled(open(at, access)), users: 0 };
    // The place that was used last stands last.
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    opened.users++;
    try {
      return await use(await opened.source);
    } finally {
      opened.users--;
      await this.#closeIdle();
    }
  }

  async #closeIdle(): Promise<void> {
    const idle = [...this.#opened].filter(([, { users }]) => users === 0);
    for (const [key, { source }] of idle.slice(0, Math.max(0, idle.length - IDLE))) await this.#close(key, source);
  }

  async #close(key: string, source: Promise<Source>): Promise<void> {
    this.#opened.delete(key);
    const isOpen = await source.then(
      () => true,
      // Those who used a place that could not be opened were told.
      () => false,
    );
    if (isOpen) await (await source).close();
  }

  /** Closes all places. */
  async close(): Promise<void> {
    for (const [key, { source }] of [...this.#opened]) await this.#close(key, source);
  }
}

function open(at: Place, { connection, credentials, session, maxUnpackedBytes, signal }: AccessOptions) {
  return explained(at, openSource(at, given({ ...connection, credentials, session, maxUnpackedBytes, signal })));
}
