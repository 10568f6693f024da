import { isRemoraError, RemoraError, type RemoraErrorCode } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { runAll } from '../../io/async/run-all.js';
import type { Digest } from '../../oci/values/digest.js';
import type { DeleteManifestOptions, Deleter } from '../../store/interfaces/abilities.js';
import type { CallOptions, Store } from '../../store/interfaces/store.js';
import type { DetachItem } from './items.js';

/** Above this number of tags, the tags are not resolved one by one. */
const MAX_TAGS = 2_000;

/** Failures of a tag list after which the tags of a manifest are not known. */
const UNLISTED: readonly [RemoraErrorCode, ...RemoraErrorCode[]] = [
  'NOT_FOUND',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'MALFORMED',
  'UNREACHABLE',
  'TIMEOUT',
  'BUSY',
  'UNSUPPORTED',
  'REJECTED',
  'INVALID_ARGUMENT',
  'SIZE_MISMATCH',
  'DIGEST_MISMATCH',
  'IO',
];

/** Deletes the manifests and tags of a plan, one manifest at a time. */
export class Deletion {
  #tags: Promise<ReadonlyMap<Digest, readonly string[]> | undefined> | undefined;

  constructor(
    private readonly store: Store & Deleter,
    private readonly options: DeleteManifestOptions,
  ) {}

  /**
   * Deletes a manifest with its list entries. If only cosign's tags make it attached and it has other tags, it stays.
   *
   * @throws RemoraError `UNSUPPORTED`, `CHANGED`, and what the store throws
   */
  async delete({ digest, tags, byTag, keepsManifest }: DetachItem): Promise<void> {
    const there = await this.#stillNaming(digest, tags);
    const others = byTag && !keepsManifest ? await this.#othersFor(digest, tags) : undefined;
    let isGone = false;
    if (!byTag) {
      await this.store.deleteManifest(digest, this.options);
      isGone = true;
    } else if (others?.length === 0) {
      isGone = await this.#deleteAlone(digest);
    }
    // go-containerregistry keeps a copy of the manifest for each tag.
    const left = isGone ? await this.#stillNaming(digest, there) : there;
    for (const tag of left) await this.#deleteTag(tag, digest, others ?? []);
  }

  /** False when the registry cannot delete manifests: it may still delete tags. */
  async #deleteAlone(digest: Digest): Promise<boolean> {
    const deleted = this.store.deleteManifest(digest, this.options).then(() => true);
    return (await orUndefined(deleted, 'UNSUPPORTED')) ?? false;
  }

  async #deleteTag(tag: string, digest: Digest, others: readonly string[]): Promise<void> {
    const { signal } = this.options;
    try {
      const gone = await this.store.deleteTag(tag, { signal });
      if (gone || (await this.store.findTag(tag, { signal }))?.digest !== digest) return;
      throw new RemoraError('UNSUPPORTED', `tag ${tag} cannot be deleted alone`);
    } catch (error) {
      if (others.length === 0 || !isRemoraError(error) || error.code !== 'UNSUPPORTED') throw error;
      throw new RemoraError(
        'UNSUPPORTED',
        `${this.store.format({ tag })} cannot be deleted alone, and its manifest has other tags: ${others.slice(0, 10).join(', ')}`,
        {
          cause: error,
          candidates: others,
          hint: `manifest delete ${this.store.format({ digest })} removes all of them`,
        },
      );
    }
  }

  /**
   * The tags that still name a manifest.
   *
   * @throws RemoraError `CHANGED` for a tag that another client has moved: cosign does so for each new signature
   */
  async #stillNaming(digest: Digest, tags: readonly string[]): Promise<readonly string[]> {
    const { signal } = this.options;
    const found = await Promise.all(tags.map((tag) => this.store.findTag(tag, { signal })));
    const index = found.findIndex((now) => now !== undefined && now.digest !== digest);
    const now = found[index];
    if (now === undefined) return tags.filter((_, position) => found[position] !== undefined);
    throw new RemoraError('CHANGED', `tag ${tags[index]} is now ${now.digest}, wanted ${digest}`, {
      expected: digest,
      found: now.digest,
      hint: 'Look again with discover, then run the command again',
    });
  }

  /** The other tags of a manifest, which deleting it would remove, too; undefined when they are not known. */
  async #othersFor(digest: Digest, tags: readonly string[]): Promise<readonly string[] | undefined> {
    this.#tags ??= orUndefined(tagsByDigest(this.store, this.options), ...UNLISTED);
    const known = await this.#tags;
    if (known === undefined) return undefined;
    // A layout may have whole references as tags.
    const isPlanned = (name: string) => tags.some((tag) => name === tag || name.endsWith(`:${tag}`));
    return (known.get(digest) ?? []).filter((name) => !isPlanned(name));
  }
}

async function tagsByDigest(
  store: Store,
  options: CallOptions,
): Promise<ReadonlyMap<Digest, readonly string[]> | undefined> {
  const names: string[] = [];
  for await (const name of store.tags({ signal: options.signal })) {
    names.push(name);
    if (names.length > MAX_TAGS) return undefined;
  }
  const found = await runAll(names, (tag, signal) => store.findTag(tag, { signal }), {
    signal: options.signal,
    concurrency: 16,
  });
  const byDigest = new Map<Digest, string[]>();
  for (const [index, name] of names.entries()) {
    const digest = found[index]?.digest;
    if (digest !== undefined) byDigest.set(digest, [...(byDigest.get(digest) ?? []), name]);
  }
  return byDigest;
}
