import type { Digest } from '../../oci/values/digest.js';
import { attestedBy } from '../attached/buildkit.js';
import type { IndexEntries } from '../attached/descendants.js';

/** What an index holds at any depth: each entry, with the manifests that the index says it belongs to. */
type Held = ReadonlyMap<Digest, ReadonlySet<Digest>>;

/**
 * The manifests that verified signatures cover: those that are signed, and all below an index that is signed. A manifest
 * that only refers to a signed one is not covered: anyone can attach it.
 */
export class Coverage {
  readonly #signed = new Map<Digest, Digest>();
  readonly #held = new Map<Digest, Held>();

  /** @param entries of the indexes that were read, the subject's and those above it */
  constructor(private readonly entries: IndexEntries) {}

  /** Notes a verified signature of a manifest; the first one stands for all. */
  add(manifest: Digest, signature: Digest): void {
    if (!this.#signed.has(manifest)) this.#signed.set(manifest, signature);
  }

  /** The verified signature that covers a manifest: its own, or that of an index over it. */
  of(manifest: Digest): Digest | undefined {
    return this.#signed.get(manifest) ?? this.#inIndex((held) => held.has(manifest));
  }

  /**
   * The verified signature that covers a manifest and its tie to the subject. The manifest itself says to which one it
   * is attached, or for BuildKit's attestations the index that holds both.
   *
   * @param named the subject that the manifest names
   */
  ofAttached(manifest: Digest, subject: Digest, named: Digest | undefined): Digest | undefined {
    if (named === subject) return this.of(manifest);
    return this.#inIndex((held) => held.get(manifest)?.has(subject) === true);
  }

  #inIndex(isIt: (held: Held) => boolean): Digest | undefined {
    for (const [index, signature] of this.#signed)
      if (this.entries.has(index) && isIt(this.#heldBy(index))) return signature;
    return undefined;
  }

  #heldBy(index: Digest): Held {
    const known = this.#held.get(index);
    if (known !== undefined) return known;
    const held = new Map<Digest, Set<Digest>>();
    const indexes = new Set([index]);
    for (const inner of indexes) {
      for (const entry of this.entries.get(inner) ?? []) {
        const subjects = held.get(entry.digest) ?? new Set();
        const subject = attestedBy(entry);
        if (subject !== undefined) subjects.add(subject);
        held.set(entry.digest, subjects);
        if (this.entries.has(entry.digest)) indexes.add(entry.digest);
      }
    }
    this.#held.set(index, held);
    return held;
  }
}
