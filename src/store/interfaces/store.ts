import type { Readable } from 'node:stream';
import type { ContentFacts } from '../../oci/documents/content.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';

/** Every call that may take long can be stopped; it then throws `INTERRUPTED` and leaves nothing half-written. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How far a blob has come. */
export interface TransferOptions extends CallOptions {
  /** Called with the bytes moved so far; smaller than before when a transfer was started again. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Another repository of the same registry that is known to have the blob: it need not be sent then. @default none */
  readonly mountFrom?: string | undefined;
}

/** Which manifest is meant. A digest wins over a tag; a store with only one root needs neither. */
export interface ManifestSelector {
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/** Options of {@link ContentReader.blobSize}. */
export interface BlobSizeOptions extends CallOptions {
  /** The size that a descriptor promises: bytes that must be counted are counted up to one more. @default 1 GiB */
  readonly atMost?: number | undefined;
}

/** Reads content. All of it is verified against the digest that was asked for. */
export interface ContentReader {
  /** Whether the blob is there, in the size that the descriptor promises. */
  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean>;
  /** Whether a manifest is there. */
  hasManifest(digest: Digest, options?: CallOptions): Promise<boolean>;
  /** The size of a blob in bytes, undefined when there is none. */
  blobSize(digest: Digest, options?: BlobSizeOptions): Promise<number | undefined>;
  /**
   * Opens a blob. The stream ends with an error when size or digest differ.
   *
   * @throws RemoraError `NOT_FOUND`
   */
  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable>;
  /**
   * Reads a manifest or index.
   *
   * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS` (no selector and several roots), `DIGEST_MISMATCH`, `MALFORMED`
   */
  manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest>;
}

/** The outcome of a write. */
export type WriteResult = 'written' | 'exists' | 'mounted';

/** How a manifest is to be kept. */
export interface PutManifestOptions extends CallOptions {
  /** Tags that shall point at it. @default none */
  readonly tags?: readonly string[] | undefined;
  /** It is reached through an index that follows: a layout keeps no entry of its own for it. @default false */
  readonly child?: boolean | undefined;
  /** In a layout all blobs that it needs must be there: `CHANGED` else. @default false: blobs that were absent may be */
  readonly complete?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Delete the lists of referrers that this write replaces, which stay as untagged manifests else. @default false */
  readonly clean?: boolean | undefined;
  /** List it with its subject later, with `listReferrers` of a `Lister`: many are listed in one step then. @default false */
  readonly listLater?: boolean | undefined;
  /** Called for a list that could not be deleted: that changes nothing for what was written. */
  readonly onUncleaned?: ((list: Digest, error: unknown) => void) | undefined;
  /**
   * Whether the lists of referrers that regctl and olareg write into a layout are kept true. Those tools then see what
   * is attached. @default 'auto'
   */
  readonly layoutLists?: 'auto' | 'none' | undefined;
  /** Ask this where nobody else can change the answer before the write; layouts do. @default no condition */
  readonly precondition?: Precondition | undefined;
}

/** A condition of a write. */
export interface Precondition {
  /** The name that is asked about. */
  readonly selector: ManifestSelector;
  /** Is given the manifests of that name, and throws where the write must not be done. */
  check(present: ReadonlySet<Digest>): void;
}

/** The outcome of writing a manifest. */
export interface PutManifestResult {
  readonly result: WriteResult;
  /** For a manifest with a subject: where the store lists it from now on. */
  readonly listedBy?: Via | undefined;
}

/** Writes content. Blobs first, the manifest that names them last. */
export interface ContentWriter {
  /**
   * Writes a blob. `open` is called once per attempt, and not at all when the blob is there.
   *
   * @throws RemoraError `SIZE_MISMATCH` or `DIGEST_MISMATCH` when `open` gives other content than `expected`
   */
  writeBlob(expected: Descriptor, open: () => Promise<Readable>, options?: TransferOptions): Promise<WriteResult>;
  /**
   * Tells which manifest comes next, so that the store can ask what it will need while blobs are still on their way.
   *
   * @returns whether it is there already
   */
  prepareManifest(manifest: Manifest, options?: CallOptions): Promise<boolean>;
  /** Writes a manifest, and sees to it that it is found: by tag, by list, and as a referrer of its subject. */
  putManifest(manifest: Manifest, options?: PutManifestOptions): Promise<PutManifestResult>;
}

/** Names. */
export interface TagResolver {
  /** The descriptor of a manifest; @throws RemoraError as {@link ContentReader.manifest} does. */
  resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor>;
  /** The descriptor of what a tag stands for; undefined when the tag does not exist. */
  findTag(tag: string, options?: CallOptions): Promise<Descriptor | undefined>;
  /** All tags, in no particular order. */
  tags(options?: CallOptions): AsyncIterable<string>;
}

/** Options of {@link Tagger.tagManifest}. */
export interface TagManifestOptions extends CallOptions {
  /**
   * A tag that names another manifest stays, and this is called with the digest of that one. Layouts look under their
   * lock, registries at the write where they honour `If-None-Match`, else just before it. @default the tag is moved
   */
  readonly onKept?: ((tag: string, digest: Digest) => void) | undefined;
}

/** Gives names. */
export interface Tagger {
  /**
   * Points tags at a manifest that is there, and moves no blobs. Lists of referrers stay as they are: a tag does not
   * make a new referrer.
   */
  tagManifest(manifest: Manifest, tags: readonly string[], options?: TagManifestOptions): Promise<void>;
}

/**
 * How something attached is found:
 *
 * - `api`: the Referrers API
 * - `tag`: the referrers tag
 * - `cosign-tag`: one of cosign's tags, `.sig`, `.att` or `.sbom`
 * - `index-child`: the index that holds the subject: BuildKit's attestations
 * - `layout-entry`: an entry of a layout's index.json
 * - `layout-tag`: a list that a layout tags like the referrers tag
 * - `layout-referrers`: a list that a layout's index.json marks as one of referrers
 * - `layout-scan`: a look through a layout's blobs: nothing else leads to it
 */
export const VIAS = [
  'api',
  'tag',
  'cosign-tag',
  'index-child',
  'layout-entry',
  'layout-tag',
  'layout-referrers',
  'layout-scan',
] as const;
export type Via = (typeof VIAS)[number];

/** An attached manifest: its descriptor with artifact type and annotations, and how it was found. */
export interface Referrer {
  readonly descriptor: Descriptor;
  readonly via: readonly Via[];
  /** Its manifest was asked for: nobody need read it again for `content`. */
  readonly isRead?: true;
  /** The files of its manifest. */
  readonly content?: ContentFacts;
}

/** A way that was asked about a subject, and answered. */
export interface WayAnswer {
  readonly via: Via;
  /** How much it named that is attached; 0 is an answer, too. */
  readonly found: number;
  /** The registry does not have this way. */
  readonly unsupported?: true;
  /** The place that was asked, where several are. */
  readonly place?: string;
}

/** Options of {@link ReferrerLister.referrers}. */
export interface ReferrerOptions extends CallOptions {
  /** Only this artifact type. @default all */
  readonly artifactType?: string | undefined;
  /** Called for each way that could not be asked; the others are still listed. @default the error is thrown */
  readonly onUnasked?: ((way: string, error: unknown) => void) | undefined;
  /** Called for each entry of a registry's list whose manifest is gone: the list is old. @default it is left out */
  readonly onGone?: ((entry: Descriptor) => void) | undefined;
  /** Only these ways are asked. @default all */
  readonly via?: readonly Via[] | undefined;
  /** Called for each way that answered. */
  readonly onAsked?: ((asked: WayAnswer) => void) | undefined;
  /** The tags that there are, where they were listed: a referrers tag among them is read at once. */
  readonly tags?: ReadonlySet<string> | undefined;
  /** Called for each entry of a list as soon as it is known, before it is verified: to ask ahead what hangs below it. */
  readonly onListed?: ((descriptor: Descriptor) => void) | undefined;
  /** Whether the caller will read the manifest of an entry: where one must be opened, that one is. @default the first */
  readonly isLikely?: ((entry: Descriptor) => boolean) | undefined;
}

/** Lists what is attached. */
export interface ReferrerLister {
  /**
   * Everything that names `subject`, each digest once. An empty list means that every way was asked and answered.
   */
  referrers(subject: Descriptor, options?: ReferrerOptions): AsyncIterable<Referrer>;
}

/** A place that artifacts can be read from. `await using` closes it. */
export interface Source extends ContentReader, TagResolver, ReferrerLister, AsyncDisposable {
  readonly kind: 'registry' | 'layout' | 'archive' | 'directory';
  /** The full reference of something in this store. */
  format(selector: ManifestSelector): string;
  /** Ends what is open, network connections for one. */
  close(): Promise<void>;
}

/** A place that holds artifacts: a repository in a registry, or an image layout. */
export interface Store extends Source, ContentWriter, Tagger {
  readonly kind: 'registry' | 'layout';
}

/** A manifest that an archive's `index.json` names, under each of its tags, or once without any. */
export interface ListedManifest {
  readonly manifest: Manifest;
  readonly tags: readonly string[];
}

/** A blob for an archive; a manifest is one, too. */
export interface ArchiveBlob {
  readonly descriptor: Descriptor;
  /** Called once, when its turn comes. Its content is verified. */
  readonly open: (options: CallOptions) => Promise<Readable>;
}

/** The content of an archive. */
export interface ArchiveContent {
  /** In the order of `index.json`. The children of an index need no entry. */
  readonly listed: readonly ListedManifest[];
  /** In any order; what is there twice is written once. */
  readonly blobs: Iterable<ArchiveBlob>;
}

/** Options of {@link ArchiveWriter.write}. */
export interface WriteArchiveOptions extends CallOptions {
  /** Blobs that are read at a time; where the archive is compressed they come one after another. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called as a blob is written, with its bytes so far. */
  readonly onProgress?: ((blob: Descriptor, bytes: number) => void) | undefined;
  /** Called when all of a blob is in the file, which has its name only when everything is. */
  readonly onWritten?: ((blob: Descriptor) => void) | undefined;
}

/** Writes one archive of an image layout. */
export interface ArchiveWriter {
  /** The full reference of something in the archive. */
  format(selector: ManifestSelector): string;
  /**
   * Writes all of the archive. It is there when it is whole; a failure leaves what was there before.
   *
   * @throws RemoraError `SIZE_MISMATCH` or `DIGEST_MISMATCH` when a blob is not what it should be, `EXISTS` when somebody
   * else has written one meanwhile, `IO`, `INTERRUPTED`, and what opening a blob throws
   */
  write(content: ArchiveContent, options?: WriteArchiveOptions): Promise<void>;
}
