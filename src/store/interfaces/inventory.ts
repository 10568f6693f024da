import type { Readable } from 'node:stream';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions } from './store.js';

/** The two documents of a layout itself (image-spec image-layout.md). */
export type LayoutDocument = 'oci-layout' | 'index.json';

/** An item of a layout's directory that is not a blob under its own name. */
export interface LayoutItem {
  /** With forward slashes: `blobs/sha256/…`. */
  readonly name: string;
  readonly type: 'file' | 'link' | 'directory' | 'other';
  /** A file that a writer left: its maker is gone, or may still be at work. */
  readonly leftOver?: 'abandoned' | 'in-use';
}

/** The mark of an entry of `index.json` that is a list of referrers. */
export interface ListMark {
  readonly via: 'layout-tag' | 'layout-referrers';
  /** Whether it is the list of this subject. A tag holds the beginning of a long digest only. */
  isFor(subject: Digest): boolean;
}

/** The ability to show what a layout is made of, well formed or not. */
export interface Inventory {
  /** The bytes of a document, undefined when there is none; @throws RemoraError `MALFORMED` (too large), `IO` */
  document(name: LayoutDocument): Promise<Uint8Array | undefined>;
  /** The digests by which files in `blobs/` are called. */
  blobDigests(): Promise<readonly Digest[]>;
  /** Other files in `blobs/`, links to blobs, and all that lies beside `index.json`. Empty where that cannot be told. */
  items(): Promise<readonly LayoutItem[]>;
  /** The digests that manifests name as their subject, present or missing. */
  subjects(options?: CallOptions): Promise<ReadonlySet<Digest>>;
  /** The entries of `index.json` that hold a manifest for its own sake: it is not attached, a child or a list. */
  roots(options?: CallOptions): Promise<readonly Descriptor[]>;
  /** The entries of `index.json` that can be read. */
  entries(): Promise<readonly Descriptor[]>;
  /** How an entry of `index.json` is marked as a list of referrers; undefined for all others. */
  listMark(entry: Descriptor): ListMark | undefined;
}

/** Whether `source` can show what it is made of. */
export function hasInventory<T extends object>(source: T): source is T & Inventory {
  return 'listMark' in source;
}

/** The ability to have damage repaired. */
export interface Mender {
  /**
   * Changes the entries of `index.json`, under the lock. `change` gives undefined when there is nothing to do.
   *
   * @returns whether something was changed
   */
  mendEntries(
    change: (entries: readonly Descriptor[]) => Promise<readonly Descriptor[] | undefined>,
    options?: CallOptions,
  ): Promise<boolean>;
  /** Puts a blob in its place in one step, whatever is there. `open` is verified. */
  replaceBlob(expected: Descriptor, open: () => Promise<Readable>, options?: CallOptions): Promise<void>;
  /** Writes `oci-layout` and makes `blobs/`, where they are missing. */
  complete(): Promise<void>;
  /** Removes what writers left whose makers are gone. */
  sweep(): Promise<void>;
}

/** Whether damage in `source` can be repaired. */
export function isMender<T extends object>(source: T): source is T & Mender {
  return 'mendEntries' in source;
}
