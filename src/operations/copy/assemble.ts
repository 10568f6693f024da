import { errorFields, isRemoraError } from '../../errors.js';
import { childManifests } from '../../oci/documents/children.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from '../attached/attachment.js';
import type { Unasked } from '../results/incomplete.js';
import { incompleteCopy } from './attached.js';
import { assertDistinct, type NamedTag } from './collisions.js';
import { asReferrer, BUILDKIT_FORM, cosignForm, type ReferrerForm } from './convert.js';
import { type CopyItem, type CopyPlan, ROLES } from './plan.js';
import type { CopyReading, ReadRoot } from './read.js';
import { type AttachedTree, isChildAlone } from './selection.js';
import { isOdd } from './tolerance.js';

/** Content that cannot be copied, with the failure. */
type Failed = ReadonlyMap<Digest, unknown>;

/**
 * Makes the plan for what was read, without the content that failed. The order of its items depends on the source alone.
 *
 * @throws RemoraError `AMBIGUOUS` (several manifests would get one tag), and the first failure where no root is left
 */
export function assemblePlan(reading: CopyReading, failed: Failed = new Map()): CopyPlan {
  return new Assembly(reading, failed).plan();
}

function assembler(reading: CopyReading, before: Failed): CopyPlan['without'] {
  return (failed) => assemblePlan(reading, new Map([...before, ...failed]));
}

function firstOf(failed: Failed): never {
  const [first] = failed.values();
  throw first;
}

class Assembly {
  readonly #items = new Map<Digest, CopyItem>();
  readonly #blobs = new Map<Digest, Descriptor>();
  readonly #tags: NamedTag[] = [];
  /** The image under each tag of cosign. */
  readonly #tagged = new Map<string, Digest>();
  readonly #left = new Map<Digest, Descriptor>();
  readonly #incomplete = new Map<string, Unasked>();

  constructor(
    private readonly reading: CopyReading,
    private readonly failed: Failed,
  ) {}

  plan(): CopyPlan {
    const { roots, trees, unasked, kept: staying, options } = this.reading;
    const several = roots.length > 1;
    const judged = roots.map((root) => ({ root, failure: root.failure ?? this.#failureOf(root) }));
    const good = judged.flatMap(({ root, failure }) => (failure === undefined ? [root] : []));
    const [first] = judged;
    if (good.length === 0 && first?.failure !== undefined) throw first.failure.error;
    for (const { root, failure } of judged) {
      for (const tag of root.tags) this.#tags.push({ tag, digest: root.subject?.descriptor.digest, name: root.name });
      if (failure !== undefined) this.#lacks(root.name, failure.error);
    }
    for (const root of good)
      for (const digest of root.graph) this.#add(digest, digest === root.graph[0] ? 'root' : 'child');
    const kept = new Set(good.flatMap(({ graph }) => graph));
    for (const { subject, way, error } of unasked) if (kept.has(subject)) this.#lacks(way, error);
    for (const tree of trees) if (kept.has(tree.subject)) this.#tree(tree);
    assertDistinct(this.#tags);
    return {
      items: this.#items,
      blobs: this.#blobs,
      roots: good.flatMap(({ name, subject }) => (subject === undefined ? [] : [{ ...subject, name }])),
      tags: new Map(
        this.#tags.flatMap(({ tag, digest }) =>
          digest && this.#items.has(digest) && !staying.stays(tag, digest) ? [[tag, digest]] : [],
        ),
      ),
      kept: options.tagThere && staying.tags,
      left: [...this.#left.values()],
      several,
      incomplete: [...this.#incomplete.values()],
      proofs: this.reading.proofs,
      unverified: this.reading.unverified,
      // The only root cannot be left out, and what was read of it need not be kept.
      without: several ? assembler(this.reading, this.failed) : firstOf,
    };
  }

  /** Why a root cannot be copied: content of it failed, or its attachments could not be asked for. */
  #failureOf({ graph }: ReadRoot): ReadRoot['failure'] {
    const content = this.#failedIn(graph);
    if (content !== undefined) return content;
    const members = new Set(graph);
    const asked = this.reading.unasked.find(({ subject, error }) => members.has(subject) && !isOdd(error));
    return asked && { error: incompleteCopy(asked.way, asked.error) };
  }

  #failedIn(graph: readonly Digest[]): ReadRoot['failure'] {
    if (this.failed.size === 0) return undefined;
    const needed = graph.flatMap((digest) => [digest, ...this.#needed(digest).map((blob) => blob.digest)]);
    const found = needed.find((digest) => this.failed.has(digest));
    return found === undefined ? undefined : { error: this.failed.get(found) };
  }

  #needed(digest: Digest): readonly Descriptor[] {
    const manifest = this.reading.manifests.get(digest);
    return manifest === undefined ? [] : neededBlobs(manifest);
  }

  #lacks(way: string, error: unknown): void {
    if (this.#incomplete.has(way)) return;
    const cause = isRemoraError(error) && error.code === 'INCOMPLETE' ? error.cause : error;
    const { code } = errorFields(cause);
    this.#incomplete.set(way, { way, error: { ...errorFields(error), code } });
  }

  #add(digest: Digest, role: CopyItem['role']): void {
    const manifest = this.reading.manifests.get(digest);
    if (manifest !== undefined) this.#put(manifest, role);
  }

  #put(manifest: Manifest, role: CopyItem['role']): void {
    const { digest } = manifest.descriptor;
    const known = this.#items.get(digest);
    const better = ROLES.find((one) => one === role || one === known?.role) ?? role;
    const children = childManifests(manifest).map((child) => child.digest);
    this.#items.set(digest, { manifest, role: better, children });
    for (const blob of neededBlobs(manifest)) this.#blobs.set(blob.digest, blob);
  }

  #tree({ attachment, subject, below }: AttachedTree): void {
    const { digest } = attachment.holder ?? attachment.descriptor;
    const { tags = [] } = attachment;
    const form = isChildAlone(attachment) ? this.#childForm() : cosignForm(tags);
    if (this.reading.kept.hides(attachment)) {
      this.#convert(digest, subject, form);
      return;
    }
    // An attachment that only the index names is copied with the index, or as a referrer alone.
    if (isChildAlone(attachment)) {
      if (!this.#items.has(digest) && form === undefined)
        this.#left.set(digest, attachment.holder ?? attachment.descriptor);
    } else if (!this.#isReferrerAlone(attachment, digest)) {
      if (!this.#attach(digest)) return;
      this.#tags.push(...this.#named(attachment, digest));
      for (const tag of tags ?? []) if (!this.#tagged.has(tag)) this.#tagged.set(tag, digest);
    }
    this.#convert(digest, subject, form);
    for (const tree of below) this.#tree(tree);
  }

  /** The tags of an attachment, each named in its place: another place can have another image under the same tag. */
  #named({ tags, places }: Attachment, digest: Digest): readonly NamedTag[] {
    const all = places ?? [{ place: this.reading.source, tags }];
    return all.flatMap((one) => (one.tags ?? []).map((tag) => ({ tag, digest, name: one.place.format({ tag }) })));
  }

  /** Whether it is copied as a referrer and not under its tag, which an image of another place has. */
  #isReferrerAlone({ tags, places }: Attachment, digest: Digest): boolean {
    if (places === undefined || !this.reading.options.convert) return false;
    return tags?.some((tag) => (this.#tagged.get(tag) ?? digest) !== digest) === true;
  }

  /** Adds an attached manifest; false where it cannot be copied, and what is attached to it stays behind as well. */
  #attach(digest: Digest): boolean {
    const { attached, source } = this.reading;
    const { graph = [], failure } = attached.get(digest) ?? {};
    const lacking = failure ?? this.#failedIn(graph);
    if (lacking !== undefined) {
      this.#lacks(`manifest ${source.format({ digest })}`, lacking.error);
      return false;
    }
    for (const one of graph) this.#add(one, one === digest ? 'attached' : 'child');
    return true;
  }

  /** A verified index covers its attestations, and no signature covers a referrer that is made of them. */
  #childForm(): ReferrerForm | undefined {
    const { convert, verifyWith } = this.reading.options;
    return convert && verifyWith === undefined ? BUILDKIT_FORM : undefined;
  }

  #convert(digest: Digest, subject: Digest, form: ReferrerForm | undefined): void {
    if (!this.reading.options.convert || form === undefined) return;
    const manifest = this.reading.manifests.get(digest);
    const to = this.#items.get(subject)?.manifest.descriptor;
    if (manifest === undefined || to === undefined || subjectOf(manifest) !== undefined) return;
    const converted = asReferrer(manifest, to, form);
    if (converted === undefined || this.#items.has(converted.descriptor.digest)) return;
    const failure = this.#failedIn([converted.descriptor.digest]);
    if (failure === undefined) this.#put(converted, 'attached');
    else this.#lacks(`referrer made of ${this.reading.source.format({ digest })}`, failure.error);
  }
}
