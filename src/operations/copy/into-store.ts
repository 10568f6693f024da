import pLimit from 'p-limit';
import { sharedSignal } from '../../io/async/run-all.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { hasBlobFiles, isCloner, isLister } from '../../store/interfaces/abilities.js';
import type { CallOptions, Source, Store, WriteResult } from '../../store/interfaces/store.js';
import { CopyAhead } from './ahead.js';
import { grouped } from './grouped.js';
import { type CopyItem, type CopyPlan, tagsByDigest } from './plan.js';
import { type CopiedObject, type CopyResult, copyResult } from './result.js';

export type { CopiedObject, CopyResult } from './result.js';

/** Options of {@link copy}. */
export interface CopyOptions extends CallOptions {
  /** What the destination has is taken to be whole: a manifest that is there is not looked into. @default false */
  readonly trustDestination?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** The repository of the same registry that is copied from: blobs are mounted from there. @default none */
  readonly mountFrom?: string | undefined;
  /** What was asked of the destination while the copy was planned. @default nothing */
  readonly ahead?: CopyAhead | undefined;
  /** Blobs that are moved at a time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called as blobs move. */
  readonly onProgress?: ((transfer: BlobTransfer) => void) | undefined;
  /** Called for each object when it is in the destination. */
  readonly onObject?: ((object: CopiedObject) => void) | undefined;
}

/** How far a blob has come. */
export interface BlobTransfer {
  readonly name: string;
  readonly bytes: number;
  readonly total: number;
  readonly phase: 'move';
}

/**
 * Carries out a copy: blobs first, then children, then what names them, then what is attached, and tags last. Whoever
 * looks at the destination meanwhile sees nothing incomplete. Made again after an interruption it goes on: what is there
 * is not sent twice, and what is there without all that it needs is healed.
 *
 * @throws RemoraError the first failure; no tag points at anything new then
 */
export async function copy(
  source: Source,
  destination: Store,
  plan: CopyPlan,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const failure = new AbortController();
  const signal = sharedSignal(failure.signal, options.signal);
  const run = new Copier(source, destination, plan, { ...options, signal });
  // When one part fails the others end, and are awaited: nothing goes on behind the caller's back.
  const parts = run.parts().map((part) =>
    part.catch((error: unknown) => {
      if (!failure.signal.aborted) failure.abort(error);
      throw error;
    }),
  );
  const settled = await Promise.allSettled(parts);
  if (failure.signal.aborted) throw failure.signal.reason;
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  await run.tag();
  return run.result();
}

/** What is known of a manifest that needs a blob. */
interface Needed {
  /** It is there, and so its blobs are, most likely. */
  readonly existed: boolean;
  /** It is there, and not to be looked into. */
  readonly isTrusted: boolean;
}

class Copier {
  readonly #objects = new Map<Digest, CopiedObject>();
  readonly #manifests = new Map<Digest, Promise<boolean>>();
  readonly #blobs = new Map<Digest, Promise<void>>();
  readonly #moving: ReturnType<typeof pLimit>;
  readonly #asking = pLimit(32);
  readonly #signal: AbortSignal | undefined;
  readonly #replaced = new Map<string, Digest>();
  readonly #ahead: CopyAhead;
  readonly #tagged: ReadonlySet<Digest>;

  constructor(
    private readonly source: Source,
    private readonly destination: Store,
    private readonly plan: CopyPlan,
    private readonly options: CopyOptions,
  ) {
    this.#moving = pLimit(options.concurrency ?? 5);
    this.#signal = options.signal;
    this.#ahead = options.ahead ?? new CopyAhead(destination, { signal: options.signal });
    this.#tagged = new Set(plan.tags.values());
  }

  /** All that is to be done before tags are given. */
  parts(): readonly Promise<unknown>[] {
    const manifests = [...this.plan.items.values()].map((item) => this.#manifest(item));
    return [...manifests, ...this.#lists()];
  }

  /** Points the tags at what is there now; those of what was asked for last, since cosign's make other things attached. */
  async tag(): Promise<void> {
    const byDigest = tagsByDigest(this.plan);
    const isRoot = ([digest]: readonly [Digest, unknown]) => this.plan.items.get(digest)?.role === 'root';
    const tag = ([digest, tags]: readonly [Digest, readonly string[]]) => this.#tag(digest, tags);
    await Promise.all([...byDigest].filter((entry) => !isRoot(entry)).map(tag));
    await Promise.all([...byDigest].filter(isRoot).map(tag));
  }

  async #tag(digest: Digest, tags: readonly string[]): Promise<void> {
    const manifest = this.plan.items.get(digest)?.manifest;
    if (manifest === undefined) return;
    const there = await Promise.all(tags.map((tag) => this.#ahead.tagged(tag)));
    const missing = tags.filter((tag, index) => {
      const before = there[index];
      if (before !== undefined && before !== digest) this.#replaced.set(tag, before);
      return before !== digest;
    });
    if (missing.length > 0) await this.destination.tagManifest(manifest, missing, { signal: this.#signal });
  }

  result(): CopyResult {
    return copyResult(
      (selector) => this.destination.format(selector),
      this.plan,
      [...this.#objects.values()],
      this.#replaced,
    );
  }

  /** A manifest, after all that it names; true when it was there already. */
  #manifest(item: CopyItem): Promise<boolean> {
    const { digest } = item.manifest.descriptor;
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    const written = this.#write(item);
    this.#manifests.set(digest, written);
    // Several wait for it; who fails first is told to all.
    written.catch(() => {});
    return written;
  }

  /** What is there can be listed, also while what it needs is still being looked for. */
  async #present(item: CopyItem): Promise<void> {
    if (!(await this.#ahead.hasManifest(item.manifest.descriptor.digest))) await this.#manifest(item);
  }

  async #write({ manifest, role, children }: CopyItem): Promise<boolean> {
    const existed = await this.#ahead.hasManifest(manifest.descriptor.digest);
    const isTrusted = existed && this.options.trustDestination === true;
    await Promise.all([
      ...neededBlobs(manifest).map((blob) => this.#blob(blob, { existed, isTrusted })),
      ...children.map((child) => this.#item(child)),
    ]);
    // Digests cannot go around in circles; what stands under a tag of cosign could, and waits for nothing.
    const subject = subjectOf(manifest);
    if (subject !== undefined) await this.#item(subject.digest);
    // A layout is told in any case: the file may be there, and no entry that names it.
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
      // What gets a tag gets its entry with it.
      child: role === 'child' || (role === 'root' && isTagged),
      listLater: true,
      settle: this.options.settle,
      signal: this.#signal,
    });
  }

  /** What is attached to one subject is listed in one step, where the destination lists at all. */
  #lists(): readonly Promise<unknown>[] {
    const { destination } = this;
    if (!isLister(destination)) return [];
    const bySubject = grouped(
      [...this.plan.items.values()].flatMap((item): (readonly [Digest, CopyItem])[] => {
        const subject = subjectOf(item.manifest)?.digest;
        return subject === undefined ? [] : [[subject, item]];
      }),
    );
    const { settle } = this.options;
    return [...bySubject].map(async ([subject, items]) => {
      await Promise.all(items.map((item) => this.#present(item)));
      const manifests = items.map(({ manifest }) => manifest);
      await this.#asking(() => destination.listReferrers(subject, manifests, { signal: this.#signal, settle }));
    });
  }

  #blob(blob: Descriptor, how: Needed): Promise<void> {
    const known = this.#blobs.get(blob.digest);
    if (known !== undefined) return known;
    const moved = this.#move(blob, how);
    this.#blobs.set(blob.digest, moved);
    moved.catch(() => {});
    return moved;
  }

  async #move(blob: Descriptor, how: Needed): Promise<void> {
    if (how.isTrusted) return this.#done(blob, 'skipped');
    const { source, destination } = this;
    const signal = this.#signal;
    // What needs it is there, so it is as well, most likely: one question is less than the beginning of an upload.
    const isThere = how.existed && (await this.#ahead.hasBlob(blob));
    if (isThere) return this.#done(blob, 'exists');
    const written = await this.#moving(() => {
      const onProgress = (bytes: number) =>
        this.options.onProgress?.({ name: blob.digest, bytes, total: blob.size, phase: 'move' });
      const open = () => source.openBlob(blob, { signal });
      const { mountFrom } = this.options;
      return isCloner(destination) && hasBlobFiles(source)
        ? destination.cloneBlob(blob, source.blobFile(blob.digest), open, { signal, onProgress })
        : destination.writeBlob(blob, open, { signal, onProgress, mountFrom });
    });
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
