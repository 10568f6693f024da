import { RemoraError } from '../../errors.js';
import { once } from '../../io/async/once.js';
import { mapSome } from '../../io/async/run-all.js';
import { childBlobs, childManifests, isManifestEntry } from '../../oci/documents/children.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import type { Platform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { isReference } from './buildkit.js';
import { ItemLimit, throwIfTooMany } from './item-limit.js';

/** Levels of indexes within indexes: real ones have two or three, and a hostile registry can nest them without end. */
export const MAX_NESTED = 100;

/** Options of {@link indexLevels}. */
export interface IndexOptions extends CallOptions {
  /** Manifests that were read already. @default none */
  readonly known?: ReadonlyMap<Digest, Manifest> | undefined;
  /** Called for each index that was read, the first one included. */
  readonly onOpened?: ((index: Manifest) => void) | undefined;
  /** Called for each index whose entries could not be read; its siblings are still read. @default the failure is thrown */
  readonly onUnasked?: ((way: string, error: unknown, index: Digest) => void) | undefined;
  /** The limit of the walk. @default one of its own */
  readonly limit?: ItemLimit | undefined;
}

/** An entry of an index that is a manifest, or that names a platform. */
export interface IndexEntry {
  /** As the index has it; the manifest's own where the entry has no media type. */
  readonly descriptor: Descriptor;
  /** The entry's own, else the one of the index that holds it. */
  readonly platform: Platform | undefined;
  /** False for what belongs to another entry or is of an unknown architecture, and for all within such an index. */
  readonly isPlatform: boolean;
  /** False for unknown architectures alone: a runtime looks at platforms, and not at what an entry says to belong to. */
  readonly mayRun: boolean;
}

/** An index, with its entries that are manifests. */
export interface OpenedIndex {
  readonly index: Manifest;
  readonly entries: readonly IndexEntry[];
}

/**
 * Opens an index, then the indexes within it, then those within these. Each is opened once, however many paths lead there.
 *
 * @returns the indexes of each level, in the order of their entries; stop iterating to read no further
 */
export async function* indexLevels(
  source: Source,
  root: Manifest,
  options: IndexOptions = {},
): AsyncGenerator<readonly OpenedIndex[]> {
  const opener = new IndexOpener(source, options);
  for (let level = [await opener.open(root)], depth = 1; level.length > 0; depth++) {
    yield level;
    level = await opener.below(level, depth);
  }
}

/** Indexes that are read at a time. */
const CONCURRENCY = 16;

/** True for a platform that an image can be run on; `unknown/unknown` marks attestations. */
function isKnown({ architecture }: Platform): boolean {
  return architecture !== '' && architecture !== 'unknown';
}

class IndexOpener {
  readonly #seen = new Set<Digest>();
  readonly #read = new Map<Digest, Promise<Manifest>>();
  readonly #limit: ItemLimit;

  constructor(
    private readonly source: Source,
    private readonly options: IndexOptions,
  ) {
    this.#limit = options.limit ?? new ItemLimit();
  }

  async open(index: Manifest, from?: IndexEntry): Promise<OpenedIndex> {
    this.#seen.add(index.descriptor.digest);
    this.options.onOpened?.(index);
    const { digest } = index.descriptor;
    for (const { error } of index.kind === 'index' ? index.unread : []) {
      if (this.options.onUnasked === undefined) throw error;
      this.options.onUnasked(`an entry of ${this.source.format({ digest })}`, error, digest);
    }
    const entry = async (child: Descriptor): Promise<IndexEntry> => {
      const descriptor = child.mediaType === '' ? await this.#typed(child) : child;
      const platform = child.platform ?? from?.platform;
      const isUnknown = platform !== undefined && !isKnown(platform);
      const mayRun = !isUnknown && (from?.mayRun ?? true);
      const isOwn = isManifestEntry(child) && !isReference(child);
      return { descriptor, platform, mayRun, isPlatform: mayRun && isOwn && (from?.isPlatform ?? true) };
    };
    // Some runtimes look at the platform of an entry alone, and ask the registry for its type.
    const others = childBlobs(index).filter(({ platform }) => platform !== undefined && isKnown(platform));
    const children = [...childManifests(index), ...others];
    this.#limit.count(children.length);
    return { index, entries: await mapSome(children, CONCURRENCY, entry) };
  }

  async below(level: readonly OpenedIndex[], depth: number): Promise<OpenedIndex[]> {
    const inner = level
      .flatMap(({ entries }) => entries)
      .filter(({ descriptor: { mediaType, digest } }) => isIndexType(mediaType) && this.#isNew(digest));
    const opened = await mapSome(inner, CONCURRENCY, (entry) =>
      this.#guarded(entry.descriptor, async () => {
        if (depth > MAX_NESTED) throw tooDeep(this.source, entry.descriptor);
        return this.open(await this.#manifest(entry.descriptor), entry);
      }),
    );
    return opened.filter((index) => index !== undefined);
  }

  /** An entry without a media type, with its manifest's. */
  async #typed(entry: Descriptor): Promise<Descriptor> {
    const manifest = await this.#guarded(entry, () => this.#manifest(entry));
    return manifest === undefined ? entry : { ...entry, mediaType: manifest.descriptor.mediaType };
  }

  #manifest({ digest }: Descriptor): Promise<Manifest> {
    const { known, signal } = this.options;
    return once(this.#read, digest, async () => known?.get(digest) ?? this.source.manifest({ digest }, { signal }));
  }

  async #guarded<T>({ digest }: Descriptor, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      throwIfTooMany(error);
      if (this.options.onUnasked === undefined) throw error;
      this.options.onUnasked(`children of ${this.source.format({ digest })}`, error, digest);
      return undefined;
    }
  }

  #isNew(digest: Digest): boolean {
    return !this.#seen.has(digest) && this.#seen.add(digest).has(digest);
  }
}

function tooDeep(source: Source, { digest }: Descriptor): RemoraError {
  return new RemoraError('MALFORMED', `${source.format({ digest })} is nested in more than ${MAX_NESTED} indexes`, {
    expected: MAX_NESTED,
    hint: 'Name the inner index itself, by its digest',
  });
}
