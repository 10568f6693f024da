import type { RemoraError } from '../../errors.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector } from '../../store/interfaces/store.js';
import type { Subject } from '../attached/subject.js';
import type { Unasked } from '../results/incomplete.js';
import type { TrustToUse } from '../verified/policy-trust.js';
import type { UnverifiedAttachment, UseProof } from '../verified/schema.js';
import type { CopyAhead } from './ahead.js';
import type { KeptTag } from './schema.js';
import type { CopySelection } from './selection.js';

/** The digest that a tag names in the destination. */
export type TagThere = (tag: string) => Promise<Digest | undefined>;

/** Options of {@link planCopy}. */
export interface PlanCopyOptions extends CallOptions {
  /** Select this child of an index; it keeps its own digest. @default the index, with all children */
  readonly platform?: Platform | undefined;
  /** Copy attachments at every depth, of an index and of its children. @default false */
  readonly recursive?: boolean | undefined;
  /** Copy only these attachments; implies `recursive`. @default all */
  readonly selection?: CopySelection | undefined;
  /** The most attachments and entries of indexes that are met. @default 100000 */
  readonly maxItems?: number | undefined;
  /** Copy only what this trust verifies. @default everything */
  readonly verifyWith?: TrustToUse | undefined;
  /** Leave a tag that names another manifest, which this tells. @default tags are moved */
  readonly tagThere?: TagThere | undefined;
  /** Copy images under tags of cosign, and attestations of BuildKit, as referrers, too. @default false */
  readonly convert?: boolean | undefined;
  /** Looks in the destination for each manifest that planning meets. @default none */
  readonly ahead?: CopyAhead | undefined;
}

/** A name in the source, and its tags in the destination. */
export interface CopyRoot {
  readonly selector: ManifestSelector;
  readonly tags: readonly string[];
  /** Why it cannot be copied: its name cannot be a tag in the destination. */
  readonly refused?: RemoraError;
}

/** The roles of a manifest, the first of which wins: a child needs no entry of its own. */
export const ROLES = ['root', 'attached', 'child'] as const;

/** A manifest to copy. */
export interface CopyItem {
  readonly manifest: Manifest;
  /** `root`: named by the caller; `attached`: an attachment; `child`: named by an index. */
  readonly role: (typeof ROLES)[number];
  /** The children of an index; they are written first. */
  readonly children: readonly Digest[];
}

/** A root of a plan, with the name that messages give it. */
export interface PlannedRoot extends Subject {
  readonly name: string;
}

/** The content that a copy moves. */
export interface CopyPlan {
  readonly items: ReadonlyMap<Digest, CopyItem>;
  /** Configs and layers, each once. */
  readonly blobs: ReadonlyMap<Digest, Descriptor>;
  /** The manifests that the caller named, each under each of its names. */
  readonly roots: readonly PlannedRoot[];
  /** Tags for the destination. */
  readonly tags: ReadonlyMap<string, Digest>;
  /** Tags that stay in the destination; undefined where tags are moved. */
  readonly kept: readonly KeptTag[] | undefined;
  /** Attachments named only by an index that is not copied: they stay behind. */
  readonly left: readonly Descriptor[];
  /** Several roots were asked for: a root that cannot be copied stays behind, and the others are copied. */
  readonly several: boolean;
  /** Roots and attachments that stay behind, since they cannot be read. */
  readonly incomplete: readonly Unasked[];
  /** With trust: the signature that covers each root. */
  readonly proofs: ReadonlyMap<Digest, UseProof>;
  /** With trust: attachments that are not verified. */
  readonly unverified: readonly UnverifiedAttachment[] | undefined;
  /**
   * The plan without all that needs this content.
   *
   * @throws the first failure, where no root is left
   */
  without(failed: ReadonlyMap<Digest, unknown>): CopyPlan;
}

/** The tags of each manifest in the destination, sorted. */
export function tagsByDigest({ tags }: CopyPlan): ReadonlyMap<Digest, readonly string[]> {
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
  return byKey(sorted.map(([tag, digest]) => [digest, tag] as const));
}

/** The items in an order that does not depend on timing: roots first, by tag, then attachments. */
export function inOrder(plan: CopyPlan): readonly CopyItem[] {
  const tags = tagsByDigest(plan);
  return [...plan.items.values()]
    .map((item) => {
      const { digest } = item.manifest.descriptor;
      return { item, key: `${item.role === 'attached' ? 2 : 1} ${tags.get(digest)?.[0] ?? ''} ${digest}` };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}

/** The referrers of a plan by their subjects, whether these are copied or not. */
export function itemsBySubject({ items }: CopyPlan): ReadonlyMap<Digest, readonly CopyItem[]> {
  return byKey(
    [...items.values()].flatMap((item): (readonly [Digest, CopyItem])[] => {
      const subject = subjectOf(item.manifest)?.digest;
      return subject === undefined ? [] : [[subject, item]];
    }),
  );
}

function byKey<K, V>(pairs: Iterable<readonly [K, V]>): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** The most that a copy has to move. */
export interface CopyVolume {
  /** Number of blobs and manifests. */
  readonly objects: number;
  /** Number of attachments among them. */
  readonly attached: number;
  /** Bytes of all objects. */
  readonly bytes: number;
}

/** The volume of a plan where the destination is empty. */
export function volumeOf({ items, blobs }: CopyPlan): CopyVolume {
  const objects = [...[...items.values()].map(({ manifest }) => manifest.descriptor), ...blobs.values()];
  return {
    objects: objects.length,
    attached: [...items.values()].filter(({ role }) => role === 'attached').length,
    bytes: objects.reduce((sum, { size }) => sum + size, 0),
  };
}
