import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { limiter, sharedSignal } from '../../io/async/run-all.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { resolveSubject, type Subject } from '../attached/subject.js';
import type { CopyAhead } from './ahead.js';
import { attachedTrees } from './attached.js';
import { asReferrer } from './convert.js';
import { type AttachedTree, type CopySelection, chosenTrees, isEverything } from './selection.js';

/** Options of {@link planCopy}. */
export interface PlanCopyOptions extends CallOptions {
  /** Select this child of an index; it keeps its own digest. @default the index, with all children */
  readonly platform?: Platform | undefined;
  /** Copy attachments at every depth, of an index and of its children. @default false */
  readonly recursive?: boolean | undefined;
  /** Copy only these attachments; implies `recursive`. @default all */
  readonly selection?: CopySelection | undefined;
  /** Copy images under tags of cosign as referrers, too. @default false */
  readonly convert?: boolean | undefined;
  /** Looks in the destination for each manifest that planning meets. @default none */
  readonly ahead?: CopyAhead | undefined;
}

/** A name in the source, and its tags in the destination. */
export interface CopyRoot {
  readonly selector: ManifestSelector;
  readonly tags: readonly string[];
}

/** A manifest to copy. */
export interface CopyItem {
  readonly manifest: Manifest;
  /** `root`: named by the caller; `attached`: an attachment; `child`: named by an index. */
  readonly role: (typeof ROLES)[number];
  /** The children of an index; they are written first. */
  readonly children: readonly Digest[];
}

/** The content that a copy moves. */
export interface CopyPlan {
  readonly items: ReadonlyMap<Digest, CopyItem>;
  /** Configs and layers, each once. */
  readonly blobs: ReadonlyMap<Digest, Descriptor>;
  /** The manifests that the caller named. */
  readonly roots: readonly Descriptor[];
  /** Tags for the destination. */
  readonly tags: ReadonlyMap<string, Digest>;
  /** Attachments named only by an index that is not copied: they stay behind. */
  readonly left: readonly Descriptor[];
}

/**
 * Reads all manifests that a copy moves.
 *
 * @throws RemoraError `NOT_FOUND`, `NO_MATCH` (platform), and when a way to be attached could not be asked: the copy
 *   would lack attachments silently
 */
export async function planCopy(
  source: Source,
  roots: readonly CopyRoot[],
  options: PlanCopyOptions = {},
): Promise<CopyPlan> {
  const failure = new AbortController();
  try {
    const signal = sharedSignal(failure.signal, options.signal);
    return await new Planner(source, options, signal).plan(roots);
  } catch (error) {
    // The first failure ends all pending requests.
    failure.abort();
    throw error;
  }
}

/** The tags of each manifest in the destination. */
export function tagsByDigest({ tags }: CopyPlan): ReadonlyMap<Digest, readonly string[]> {
  return byKey([...tags].map(([tag, digest]) => [digest, tag] as const));
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

/** Nested indexes are rare and never deep, but a hostile registry can nest them without end. */
const MAX_NESTED = 20;

const ROLES = ['root', 'attached', 'child'] as const;

class Planner {
  readonly #limit = limiter(32);
  readonly #items = new Map<Digest, CopyItem>();
  readonly #blobs = new Map<Digest, Descriptor>();
  readonly #tags = new Map<string, Digest>();
  readonly #expected = new Set<Digest>();
  /** The roots, as read by tag: they are not read again by digest. */
  readonly #named = new Map<Digest, Manifest>();
  readonly #left = new Map<Digest, Descriptor>();

  constructor(
    private readonly source: Source,
    private readonly options: PlanCopyOptions,
    private readonly signal: AbortSignal,
  ) {}

  async plan(roots: readonly CopyRoot[]): Promise<CopyPlan> {
    const subjects = await Promise.all(roots.map((root) => this.#root(root)));
    const { recursive, selection = {} } = this.options;
    const isRecursive = recursive || this.options.selection !== undefined;
    // Attachments are asked for while the children are still being read.
    const [trees] = await Promise.all([
      isRecursive ? this.#trees(subjects) : [],
      ...subjects.map(({ descriptor }) => this.#graph(descriptor, 'root')),
    ]);
    const chosen = isEverything(selection) ? trees : chosenTrees(this.source, trees, selection);
    await Promise.all(chosen.map((tree) => this.#tree(tree)));
    return {
      items: this.#items,
      blobs: this.#blobs,
      roots: [...new Map(subjects.map(({ descriptor }) => [descriptor.digest, descriptor])).values()],
      tags: this.#tags,
      left: [...this.#left.values()],
    };
  }

  async #root({ selector, tags }: CopyRoot): Promise<Subject> {
    const { platform, ahead } = this.options;
    ahead?.expectTags(tags);
    const subject =
      platform === undefined
        ? { descriptor: await this.#namedBy(selector) }
        : await resolveSubject(this.source, selector, platform, { signal: this.signal });
    for (const tag of tags) this.#tags.set(tag, subject.descriptor.digest);
    ahead?.expectRoot(subject.descriptor.digest);
    return subject;
  }

  async #namedBy(selector: ManifestSelector): Promise<Descriptor> {
    const manifest = await this.source.manifest(selector, { signal: this.signal });
    this.#named.set(manifest.descriptor.digest, manifest);
    return manifest.descriptor;
  }

  /** A manifest, with its children and theirs. */
  async #graph({ digest }: Descriptor, role: CopyItem['role'], level = 0): Promise<void> {
    if (level > MAX_NESTED)
      throw new RemoraError('MALFORMED', `${digest} is nested in more than ${MAX_NESTED} indexes`, {
        expected: MAX_NESTED,
      });
    const known = this.#items.get(digest)?.manifest;
    const manifest = known ?? (await this.#limit(() => this.#read(digest, role)));
    this.#add(manifest, role);
    if (known !== undefined || manifest.kind !== 'index') return;
    // The copy would lack the content that such an entry names.
    for (const { error } of manifest.unread) throw error;
    for (const child of manifest.content.manifests) this.options.ahead?.expect(child.digest);
    await Promise.all(manifest.content.manifests.map((child) => this.#child(manifest, child, level + 1)));
  }

  async #child(index: Manifest, child: Descriptor, level: number): Promise<void> {
    try {
      await this.#graph(child, 'child', level);
    } catch (error) {
      if (!(error instanceof RemoraError) || error.code !== 'NOT_FOUND') throw error;
      throw new RemoraError('NOT_FOUND', `${child.digest}, which ${index.descriptor.digest} names, is missing`, {
        cause: error,
        hint: 'Copy the platforms that are there one by one, with --platform',
      });
    }
  }

  #add(manifest: Manifest, role: CopyItem['role']): void {
    const { digest } = manifest.descriptor;
    const known = this.#items.get(digest);
    const children = manifest.kind === 'index' ? manifest.content.manifests.map((child) => child.digest) : [];
    // The first role of ROLES wins: a child needs no entry of its own.
    const better = ROLES.find((one) => one === role || one === known?.role) ?? role;
    this.#items.set(digest, { manifest, role: better, children });
    for (const blob of neededBlobs(manifest)) this.#blobs.set(blob.digest, blob);
  }

  /** Reads a listed manifest ahead; it is known when the walk reaches it. */
  #expect(digest: Digest): void {
    if (this.#expected.has(digest)) return;
    this.#expected.add(digest);
    this.options.ahead?.expect(digest);
    if (this.source.kind !== 'registry') return;
    handled(this.#limit(() => this.#read(digest, 'attached')));
  }

  /** Reads a manifest where an earlier copy left it in the destination, else in the source. Roots were read already. */
  async #read(digest: Digest, role: CopyItem['role']): Promise<Manifest> {
    const found = role === 'root' ? this.#named.get(digest) : await this.options.ahead?.manifest(digest);
    const manifest = found ?? (await this.source.manifest({ digest }, { signal: this.signal }));
    this.options.ahead?.expectBlobs(manifest);
    return manifest;
  }

  #trees(subjects: readonly Subject[]): Promise<readonly AttachedTree[]> {
    const isAll = isEverything(this.options.selection ?? {});
    return attachedTrees(this.source, subjects, {
      signal: this.signal,
      known: this.#named,
      onListed: ({ digest }, to) => {
        if (isAll) this.#expect(digest);
        this.options.ahead?.expectReferrers(to);
      },
    });
  }

  async #tree({ attachment, subject, below }: AttachedTree): Promise<void> {
    const descriptor = attachment.holder ?? attachment.descriptor;
    const isChildAlone = attachment.via.every((way) => way === 'index-child');
    // An attachment that only the index names is copied with the index, or not at all.
    if (isChildAlone && !this.#items.has(descriptor.digest)) this.#left.set(descriptor.digest, descriptor);
    else {
      await this.#graph(descriptor, isChildAlone ? 'child' : 'attached');
      for (const tag of attachment.tags ?? []) this.#tags.set(tag, descriptor.digest);
      if (this.options.convert && attachment.tags !== undefined)
        this.#convert(descriptor.digest, subject, attachment.tags);
    }
    await Promise.all(below.map((tree) => this.#tree(tree)));
  }

  #convert(digest: Digest, subject: Digest, tags: readonly string[]): void {
    const manifest = this.#items.get(digest)?.manifest;
    const to = this.#items.get(subject)?.manifest.descriptor;
    if (manifest === undefined || to === undefined || subjectOf(manifest) !== undefined) return;
    const converted = asReferrer(manifest, to, tags);
    if (converted !== undefined && !this.#items.has(converted.descriptor.digest)) this.#add(converted, 'attached');
  }
}
