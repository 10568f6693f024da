import type { Digest } from '../../oci/values/digest.js';
import type { Proof } from '../../trust/values/judgement.js';
import { attestedBy } from '../attached/buildkit.js';
import type { IndexEntries } from '../attached/descendants.js';

/** A verified signature. */
export interface Cover {
  /** The digest of its layer or manifest. */
  readonly signature: Digest;
  readonly proofs: readonly Proof[];
  /** It says one thing of a manifest, good or bad, and does not consent to all that the manifest holds. */
  readonly isAttestation: boolean;
}

/** The entries of an index at any depth, each with the manifests that an index says it belongs to. */
type Held = ReadonlyMap<Digest, ReadonlySet<Digest>>;

/**
 * The manifests that verified signatures cover: those that are signed, and all below an index that is signed. A manifest
 * that only refers to a signed one is not covered: anyone can attach it.
 */
export class Coverage {
  readonly #signed = new Map<Digest, Cover[]>();
  readonly #held = new Map<Digest, Held>();

  /** @param entries of the indexes that were read, the subject's and those above it */
  constructor(private readonly entries: IndexEntries) {}

  /** Notes a verified signature of a manifest. */
  add(manifest: Digest, cover: Cover): void {
    const before = this.#signed.get(manifest);
    if (before === undefined) this.#signed.set(manifest, [cover]);
    else before.push(cover);
  }

  /** The verified signatures that cover a manifest: first its own, then those of indexes over it. */
  of(manifest: Digest): readonly Cover[] {
    return [...(this.#signed.get(manifest) ?? []), ...this.#inIndex((held) => held.has(manifest))];
  }

  /**
   * The verified signatures that cover a manifest and its tie to the subject. The manifest itself says to which one it
   * is attached, or for BuildKit's attestations the index that holds both. Attestations do not cover what is attached:
   * scanners attest all that they see, also what an attacker attached.
   *
   * @param named the subject that the manifest names
   */
  ofAttached(manifest: Digest, subject: Digest, named: Digest | undefined): readonly Cover[] {
    const covers =
      named === subject ? this.of(manifest) : this.#inIndex((held) => held.get(manifest)?.has(subject) === true);
    return covers.filter(({ isAttestation }) => !isAttestation);
  }

  #inIndex(isIt: (held: Held) => boolean): readonly Cover[] {
    const over = [...this.#signed].filter(([index]) => this.entries.has(index) && isIt(this.#heldBy(index)));
    return over.flatMap(([, covers]) => covers);
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
