import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { HeldLock } from '../../io/files/lock.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { PruneResult } from '../interfaces/abilities.js';
import type { CallOptions } from '../interfaces/store.js';
import { blobState, isClaimed } from './blobs/claim.js';
import { changeEntries, readEntries } from './entries/index-file.js';
import { DirectoryFiles } from './files/directory-files.js';
import { blobPath } from './files/paths.js';
import { readableManifest } from './manifests/read.js';
import { ManifestScan, namedBy } from './manifests/scan.js';
import { listWith } from './removal.js';

/** Removes the blobs that manifests leave behind: it remembers since when these named them. */
export class Pruning {
  /** Of each blob the status time of the last manifest that named it, before that is removed. */
  readonly #named = new Map<Digest, bigint>();

  constructor(private readonly directory: string) {}

  /** A manifest, all that it leads to but its subject, and the lists of referrers that name it. */
  async blobsOf(manifest: Digest): Promise<readonly Digest[]> {
    const files = new DirectoryFiles(this.directory);
    const entries = await readEntries(files);
    const lists = (await Promise.all(entries.map((entry) => listWith(files, entry, manifest)))).flatMap(
      (list) => list?.descriptor.digest ?? [],
    );
    const known = await readableManifest(files, { digest: manifest });
    const found = new Set<Digest>([manifest, ...lists]);
    // A manifest that cannot be read leads nowhere: its blobs stay.
    if (known !== undefined) await new ManifestScan(this.directory).follow(namedBy(known), found, false);
    for (const digest of found) this.#name(digest, manifest);
    // A list is written after the manifests that it names.
    for (const digest of lists) this.#name(digest, digest);
    return [...found];
  }

  #name(digest: Digest, by: Digest): void {
    const time = blobState(this.directory, by)?.claimedNs ?? 0n;
    if (time > (this.#named.get(digest) ?? 0n)) this.#named.set(digest, time);
  }

  /**
   * Removes those of `candidates` that nothing leads to. Others are never looked at, so that uploads on their way and
   * what other tools keep without a name stay. A manifest that nobody lists keeps its blobs, too: somebody may be about to
   * list it, and `cosign save` lists none. So does a blob that somebody has written or claimed since its manifest was.
   */
  async prune(candidates: ReadonlySet<Digest>, { signal }: CallOptions = {}): Promise<PruneResult> {
    const scan = new ManifestScan(this.directory);
    // Reads what there is. Under the lock, for which others wait, only what is new is read.
    await this.#unreached(scan, await readEntries(new DirectoryFiles(this.directory)), candidates);
    let result: PruneResult = { blobs: 0, bytes: 0 };
    await changeEntries(
      this.directory,
      async (entries, lock) => {
        const unreached = await this.#unreached(scan, entries, candidates);
        throwIfInterrupted(signal);
        for (const digest of unreached) result = plus(result, await this.#remove(lock, digest));
        // Under the lock, and without a change of the index.
        return undefined;
      },
      { signal },
    );
    return result;
  }

  async #unreached(
    scan: ManifestScan,
    entries: readonly Descriptor[],
    candidates: ReadonlySet<Digest>,
  ): Promise<readonly Digest[]> {
    const reached = new Set<Digest>();
    await scan.follow(entries, reached, true);
    const going = [...candidates].filter((digest) => !this.#isClaimed(digest));
    await scan.follow(await scan.namedByOthers(new Set([...reached, ...going])), reached, true);
    return going.filter((digest) => !reached.has(digest));
  }

  #isClaimed(digest: Digest): boolean {
    const [named, state] = [this.#named.get(digest), blobState(this.directory, digest)];
    return named !== undefined && state !== undefined && isClaimed(state, named);
  }

  /** Awaits nothing between the last look and the removal: a claim may come at any time. */
  async #remove(lock: HeldLock, digest: Digest): Promise<PruneResult> {
    const state = blobState(this.directory, digest);
    if (state === undefined || this.#isClaimed(digest)) return { blobs: 0, bytes: 0 };
    const gone = await lock.removeFile(blobPath(this.directory, digest));
    return gone ? { blobs: 1, bytes: state.bytes } : { blobs: 0, bytes: 0 };
  }
}

function plus(one: PruneResult, other: PruneResult): PruneResult {
  return { blobs: one.blobs + other.blobs, bytes: one.bytes + other.bytes };
}
