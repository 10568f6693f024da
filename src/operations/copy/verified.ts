import { mapSome } from '../../io/async/run-all.js';
import { layersOf, type Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import { isEmpty } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from '../attached/attachment.js';
import type { ItemLimit } from '../attached/item-limit.js';
import type { Subject } from '../attached/subject.js';
import {
  type JudgedSubject,
  type JudgeSubjectOptions,
  judgeSubject,
  unverifiedOf,
} from '../verified/judged-subject.js';
import { trustFor } from '../verified/policy-trust.js';
import type { UnverifiedAttachment, UseProof } from '../verified/schema.js';
import { evidenceIn } from '../verify/evidence.js';
import type { VerifiedNode } from '../verify/schema.js';
import { type AttachedTree, type CopySelection, chosenTrees, isChildAlone, isEverything } from './selection.js';

/** Manifests that are read at a time. */
const CONCURRENCY = 16;

/** Options of {@link judgeRoots}. */
export interface JudgeRootsOptions extends Omit<JudgeSubjectOptions, 'limit'> {
  readonly limit: () => ItemLimit;
}

/** The attachments that a copy takes, and those that it leaves behind. */
export interface VerifiedTrees {
  readonly trees: readonly AttachedTree[];
  readonly unverified: readonly UnverifiedAttachment[];
}

/** Reads the manifest of an attachment. */
type Read = (digest: Digest) => Promise<Manifest>;

/**
 * Judges the roots of a copy, before anything is written.
 *
 * @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` (not signed) and `INCOMPLETE` for the first root that is not verified
 */
export async function judgeRoots(
  source: Source,
  roots: readonly Subject[],
  { limit, trust, ...options }: JudgeRootsOptions,
): Promise<VerifiedRoots> {
  const byDigest = new Map(roots.map((root) => [root.descriptor.digest, root]));
  const judged = new Map<Digest, JudgedSubject>();
  const counted = await trustFor(source, trust);
  // Each judges many signatures at a time by itself.
  for (const [digest, root] of byDigest)
    judged.set(digest, await judgeSubject(source, root, { ...options, trust: counted, limit: limit() }));
  return new VerifiedRoots(judged);
}

/** The roots of a copy, all of which are verified. */
export class VerifiedRoots {
  /** The signature that covers each root. */
  readonly proofs: ReadonlyMap<Digest, UseProof>;

  /** @throws RemoraError for the first root that is not verified */
  constructor(private readonly judged: ReadonlyMap<Digest, JudgedSubject>) {
    this.proofs = new Map([...judged].map(([digest, subject]) => [digest, subject.proof()]));
  }

  /**
   * The attachments that are verified; with a selection those of them that fit, by the kind that is signed, and the
   * signatures that verify these. An attachment of what stays behind stays behind as well.
   *
   * @throws RemoraError `INCOMPLETE` where a place or a signature could not be read: it would stay behind silently
   */
  async trees(
    source: Source,
    found: readonly AttachedTree[],
    selection: CopySelection,
    read: Read,
  ): Promise<VerifiedTrees> {
    for (const { account } of this.judged.values()) account.checkComplete();
    const verdicts = new Verdicts([...this.judged.values()]);
    const unverified = new Map<string, UnverifiedAttachment>();
    const tell = (trees: readonly AttachedTree[], isCopied: boolean) => {
      for (const tree of flat(trees))
        for (const one of verdicts.unverified(source, tree, isCopied))
          unverified.set(`${one.digest} ${one.message}`, one);
    };
    const kept = async (trees: readonly AttachedTree[]): Promise<readonly AttachedTree[]> => {
      const each = await mapSome(trees, CONCURRENCY, async (tree) => {
        const isTaken = isChildAlone(tree.attachment) || (await verdicts.takes(tree, read));
        if (!isTaken) tell([tree], false);
        return isTaken ? [{ ...tree, attachment: verdicts.signed(tree), below: await kept(tree.below) }] : [];
      });
      return each.flat();
    };
    const all = await kept(found);
    const chosen = () => {
      const signatures = verdicts.signaturesOf(chosenTrees(all, selection));
      return chosenTrees(all, selection, (attachment) => signatures.has(manifestOf(attachment)));
    };
    const trees = isEverything(selection) ? all : chosen();
    tell(trees, true);
    return { trees, unverified: [...unverified.values()] };
  }
}

/** The verdicts on all attachments, by the manifest and its subject. */
class Verdicts {
  readonly #nodes = new Map<string, VerifiedNode[]>();
  readonly #verified = new Set<VerifiedNode>();

  constructor(private readonly judged: readonly JudgedSubject[]) {
    for (const { node } of judged.flatMap((one) => one.verified())) this.#verified.add(node);
    for (const { node } of judged.flatMap((one) => one.all())) {
      const key = `${node.manifest ?? node.digest} ${node.subject}`;
      this.#nodes.set(key, [...(this.#nodes.get(key) ?? []), node]);
    }
  }

  /**
   * Whether a manifest is copied: a signature covers it, or all of it is signatures and one of them is verified. Signatures
   * of others stand beside it in images of cosign, whose digest stays.
   */
  async takes(tree: AttachedTree, read: Read): Promise<boolean> {
    const nodes = this.#of(tree);
    const own = nodes.filter((node) => this.#verified.has(node));
    if (own.some(({ coveredBy }) => coveredBy !== undefined)) return true;
    if (own.length === 0) return false;
    const manifest = await read(manifestOf(tree.attachment));
    const layers = layersOf(manifest).filter((layer) => !isEmpty(layer)).length;
    const isSigned = nodes.every(({ reason }) => reason !== 'unsigned');
    return isSigned && nodes.length === layers && evidenceIn(manifest).length === layers;
  }

  /** The attachment, of the kind that is signed. */
  signed(tree: AttachedTree): Attachment {
    const node = this.#nodeOf(tree);
    if (node === undefined || !this.#verified.has(node)) return tree.attachment;
    const { kind: _kind, predicateType: _type, morePredicateTypes: more, ...rest } = tree.attachment;
    const { kind, formats = [], predicateType } = node;
    // A cover signs the manifest with its annotations; an envelope has one statement.
    const morePredicateTypes = node.coveredBy === undefined ? undefined : more;
    return { ...rest, formats, ...given({ kind, predicateType, morePredicateTypes }) };
  }

  /** The manifests of the signatures that verify attachments. */
  signaturesOf(trees: readonly AttachedTree[]): ReadonlySet<Digest> {
    const covering = flat(trees).flatMap((tree) => this.#nodeOf(tree)?.coveredBy ?? []);
    return new Set(
      covering.flatMap((digest) =>
        this.judged.flatMap((subject) => {
          const node = subject.signature(digest);
          return node === undefined ? [] : [node.manifest ?? node.digest];
        }),
      ),
    );
  }

  /** The attachments of a manifest that stays behind; of one that is copied, those that are not verified. */
  unverified(source: Source, tree: AttachedTree, isCopied: boolean): readonly UnverifiedAttachment[] {
    const nodes = this.#of(tree);
    if (isCopied && isChildAlone(tree.attachment)) return [];
    if (isCopied)
      return nodes.filter((node) => !this.#verified.has(node)).map((node) => ({ ...unverifiedOf(node), isCopied }));
    if (nodes.length > 0) return nodes.map(unverifiedOf);
    const { digest } = tree.attachment.descriptor;
    const message = 'it was attached while its subject was judged, or stands below what is not judged';
    return [
      { reference: source.format({ digest: manifestOf(tree.attachment) }), digest, verdict: 'unchecked', message },
    ];
  }

  #of({ attachment, subject }: AttachedTree): readonly VerifiedNode[] {
    return this.#nodes.get(`${manifestOf(attachment)} ${subject}`) ?? [];
  }

  /** Of a referrer with several signatures, one that is verified stands for it. */
  #nodeOf(tree: AttachedTree): VerifiedNode | undefined {
    const nodes = this.#of(tree);
    const { digest } = tree.attachment.descriptor;
    const verified = nodes.filter((node) => this.#verified.has(node));
    return verified.find((node) => node.digest === digest) ?? verified[0] ?? nodes[0];
  }
}

function manifestOf({ holder, descriptor }: Attachment): Digest {
  return (holder ?? descriptor).digest;
}

function flat(trees: readonly AttachedTree[]): readonly AttachedTree[] {
  return trees.flatMap((tree) => [tree, ...flat(tree.below)]);
}
