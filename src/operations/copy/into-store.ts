import { shared } from '../../io/async/once.js';
import { endTogether, type Limiter, limiter, mapSome, workers } from '../../io/async/run-all.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { hasBlobFiles, isCloner, isLister } from '../../store/interfaces/abilities.js';
import type { CallOptions, Source, Store, WriteResult } from '../../store/interfaces/store.js';
import { type BlobTransfer, blobTransfer, directionOf } from '../transfer/transfer.js';
import { CopyAhead } from './ahead.js';
import { isEmptyContent, openContent } from './content.js';
import { type CopyItem, type CopyPlan, inOrder, itemsBySubject, tagsByDigest } from './plan.js';
import { copyResult } from './result.js';
import type { CopiedObject, CopyResult, KeptTag } from './schema.js';
import { Tolerance } from './tolerance.js';

/** Options of {@link copyIntoStore}. */
export interface IntoStoreOptions extends CallOptions {
  /** A manifest in the destination is assumed to be complete: its blobs are not looked for. @default false */
  readonly assumeComplete?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** The source's repository in the same registry: blobs are mounted from there. @default none */
  readonly mountFrom?: string | undefined;
  /** Answers of the destination from the time of planning. @default none */
  readonly ahead?: CopyAhead | undefined;
  /** Number of blobs that move at the same time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called repeatedly while blobs move. */
  readonly onProgress?: ((transfer: BlobTransfer) => void) | undefined;
  /** Called for each blob and manifest when it is in the destination. */
  readonly onObject?: ((object: CopiedObject) => void) | undefined;
}

/**
 * Carries out a copy: blobs first, then children, indexes, attachments, and tags last.
 *
 * Readers of the destination see only complete manifests. A repeated copy sends only what is missing, also the missing
 * blobs of a manifest that exists. Of several roots, one whose content cannot be read or is refused stays behind.
 *
 * @throws RemoraError the first failure; no tag names new content then
 */
export async function copyIntoStore(
  source: Source,
  destination: Store,
  plan: CopyPlan,
  options: IntoStoreOptions = {},
): Promise<CopyResult> {
  const copier = new Copier(source, destination, plan, options);
  try {
    await endTogether((signal) => copier.parts(signal), options.signal);
  } catch (error) {
    await copier.ended();
    throw error;
  }
  return copier.finish();
}

/** Manifests that are under way at a time, most of which wait: each takes some kilobytes meanwhile. */
const AT_A_TIME = 1000;

/** The state of a manifest that needs a blob. */
interface Needed {
  /** The manifest exists, so its blobs probably do. */
  readonly existed: boolean;
  /** The manifest exists and is assumed to be complete. */
  readonly isTrusted: boolean;
}

class Copier {
  readonly #objects = new Map<Digest, CopiedObject>();
  readonly #manifests = new Map<Digest, Promise<boolean>>();
  readonly #blobs = new Map<Digest, Promise<void>>();
  readonly #moving: Limiter;
  readonly #asking = limiter(32);
  #signal: AbortSignal | undefined;
  readonly #replaced = new Map<string, Digest>();
  readonly #taken: KeptTag[] = [];
  readonly #ahead: CopyAhead;
  readonly #tagged: ReadonlySet<Digest>;
  readonly #tolerance: Tolerance;
  readonly #failed = new Map<Digest, unknown>();

  constructor(
    private readonly source: Source,
    private readonly destination: Store,
    private readonly plan: CopyPlan,
    private readonly options: IntoStoreOptions,
  ) {
    this.#moving = limiter(options.concurrency ?? 5);
    this.#signal = options.signal;
    this.#ahead = options.ahead ?? new CopyAhead(destination, { signal: options.signal });
    this.#tagged = new Set(plan.tags.values());
    this.#tolerance = new Tolerance(plan.several);
  }

  /** The work that precedes entries and tags. */
  parts(signal: AbortSignal): readonly Promise<unknown>[] {
    this.#signal = signal;
    const items = [...this.plan.items.values()];
    const manifests = workers(items, AT_A_TIME, (item) => this.#tolerated(item, this.#manifest(item)));
    return [...manifests, ...this.#lists()];
  }

  /** Waits for what a failure left under way. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#manifests.values());
  }

  /** Sets the tags, of all that arrived; those of roots last, since tags of cosign make manifests attached to them. */
  async finish(): Promise<CopyResult> {
    const plan = this.#failed.size === 0 ? this.plan : this.plan.without(this.#failed);
    // Entries and tags of a layout are written one after another: the same input gives the same bytes.
    const concurrency = this.destination.kind === 'layout' ? 1 : 32;
    const run = <T>(all: readonly T[], write: (one: T) => Promise<void>) => mapSome(all, concurrency, write);
    if (this.destination.kind === 'layout') await run(inOrder(plan), (item) => this.#enter(item));
    const byDigest = [...tagsByDigest(plan)];
    const isRoot = ([digest]: readonly [Digest, unknown]) => plan.items.get(digest)?.role === 'root';
    const tag = ([digest, tags]: readonly [Digest, readonly string[]]) => this.#tag(digest, tags);
    await run(
      byDigest.filter((entry) => !isRoot(entry)),
      tag,
    );
    await run(byDigest.filter(isRoot), tag);
    const format: Source['format'] = (selector) => this.destination.format(selector);
    return copyResult(format, plan, [...this.#objects.values()], { replaced: this.#replaced, taken: this.#taken });
  }

  /** Of several roots, a failure that is about content alone does not end the copy. */
  async #tolerated({ manifest }: CopyItem, written: Promise<unknown>): Promise<void> {
    try {
      await written;
    } catch (error) {
      if (!this.#tolerance.allows(error)) throw error;
      this.#failed.set(manifest.descriptor.digest, error);
    }
  }

  /** Gives an attachment, or a root without a tag, its entry in the layout. */
  async #enter({ manifest, role }: CopyItem): Promise<void> {
    if (role === 'child' || (role === 'root' && this.#tagged.has(manifest.descriptor.digest))) return;
    await this.destination.putManifest(manifest, { settle: this.options.settle, signal: this.options.signal });
  }

  async #tag(digest: Digest, tags: readonly string[]): Promise<void> {
    const manifest = this.plan.items.get(digest)?.manifest;
    if (manifest === undefined) return;
    const there = await Promise.all(tags.map((tag) => this.#ahead.tagged(tag)));
    const missing = tags.filter((_, index) => there[index] !== digest);
    for (const [index, tag] of tags.entries()) {
      const before = there[index];
      if (before !== undefined && before !== digest) this.#replaced.set(tag, before);
    }
    if (missing.length === 0) return;
    const onKept = (tag: string, found: Digest) => {
      this.#taken.push({ tag, digest: found, wanted: digest });
      this.#replaced.delete(tag);
    };
    const keeps = this.plan.kept !== undefined;
    await this.destination.tagManifest(manifest, missing, {
      signal: this.options.signal,
      ...(keeps && { onKept }),
    });
  }

  /** Writes a manifest after all that it names; true when it existed already. */
  #manifest(item: CopyItem): Promise<boolean> {
    return shared(this.#manifests, item.manifest.descriptor.digest, () => this.#write(item));
  }

  /** Whether it can be listed. An existing manifest can be while its blobs are still being looked for. */
  async #present(item: CopyItem): Promise<boolean> {
    const { digest } = item.manifest.descriptor;
    if (!(await this.#ahead.hasManifest(digest))) await this.#tolerated(item, this.#manifest(item));
    return !this.#failed.has(digest);
  }

  async #write({ manifest, role, children }: CopyItem): Promise<boolean> {
    const existed = await this.#ahead.hasManifest(manifest.descriptor.digest);
    const isTrusted = existed && this.options.assumeComplete === true;
    await Promise.all([
      ...neededBlobs(manifest).map((blob) => this.#blob(blob, { existed, isTrusted })),
      ...children.map((child) => this.#item(child)),
    ]);
    // Subjects form no circle, since each is named by digest. An image under a tag of cosign could, and does not wait.
    const subject = subjectOf(manifest);
    if (subject !== undefined) await this.#item(subject.digest);
    // A layout always gets the manifest: its file may exist without an entry in index.json.
    const isNeeded = !existed || this.destination.kind === 'layout';
    if (isNeeded) await this.#put(manifest, role);
    this.#done(manifest.descriptor, existed ? 'exists' : 'copied');
    return existed;
  }

  async #item(digest: Digest): Promise<void> {
    const item = this.plan.items.get(digest);
    if (item !== undefined) await this.#manifest(item);
  }

  async #put(manifest: Manifest, role: CopyItem['role']): Promise<void> {
    const isTagged = this.#tagged.has(manifest.descriptor.digest);
    await this.destination.putManifest(manifest, {
      // An entry of a layout follows later, in order.
      child: this.destination.kind === 'layout' || role === 'child' || (role === 'root' && isTagged),
      listLater: true,
      settle: this.options.settle,
      signal: this.#signal,
    });
  }

  /** Lists all referrers of a subject in one step, where the destination keeps lists. */
  #lists(): readonly Promise<unknown>[] {
    const { destination } = this;
    if (!isLister(destination)) return [];
    const { settle } = this.options;
    return [...itemsBySubject(this.plan)].map(async ([subject, items]) => {
      const present = await mapSome(items, AT_A_TIME, (item) => this.#present(item));
      const manifests = items.flatMap(({ manifest }, index) => (present[index] ? [manifest] : []));
      if (manifests.length === 0) return;
      await this.#asking(() => destination.listReferrers(subject, manifests, { signal: this.#signal, settle }));
    });
  }

  #blob(blob: Descriptor, how: Needed): Promise<void> {
    return shared(this.#blobs, blob.digest, () => this.#move(blob, how));
  }

  async #move(blob: Descriptor, how: Needed): Promise<void> {
    if (how.isTrusted) return this.#done(blob, 'skipped');
    const { source, destination } = this;
    const signal = this.#signal;
    // The manifest exists, so its blob probably does: asking costs less than starting an upload. A layout looks itself.
    const isThere = how.existed && destination.kind !== 'layout' && (await this.#ahead.hasBlob(blob));
    if (isThere) return this.#done(blob, 'exists');
    const direction = directionOf({ from: source, to: destination });
    const written = await this.#moving(() => {
      const onProgress = (bytes: number) => this.options.onProgress?.({ ...blobTransfer(blob, bytes), direction });
      const open = () => this.#tolerance.ofSource(openContent(source, blob, { signal }));
      const { mountFrom } = this.options;
      return isCloner(destination) && hasBlobFiles(source) && !isEmptyContent(blob)
        ? destination.cloneBlob(blob, source.blobFile(blob.digest), open, { signal, onProgress })
        : destination.writeBlob(blob, open, { signal, onProgress, mountFrom });
    });
    this.options.onProgress?.({ ...blobTransfer(blob, blob.size), direction, isDone: true });
    this.#done(blob, RESULTS[written]);
  }

  #done({ mediaType, digest, size }: Descriptor, result: CopiedObject['result']): void {
    const object = { mediaType, digest, size, result };
    this.#objects.set(digest, object);
    this.options.onObject?.(object);
  }
}

const RESULTS: Readonly<Record<WriteResult, CopiedObject['result']>> = {
  written: 'copied',
  exists: 'exists',
  mounted: 'mounted',
};
