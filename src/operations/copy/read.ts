import { isRemoraError, RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { shared } from '../../io/async/once.js';
import { limiter, mapSome } from '../../io/async/run-all.js';
import { childManifests } from '../../oci/documents/children.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { MAX_NESTED } from '../attached/index-levels.js';
import { ItemLimit, throwIfTooMany } from '../attached/item-limit.js';
import { resolveSubject, type Subject } from '../attached/subject.js';
import type { UnverifiedAttachment, UseProof } from '../verified/schema.js';
import { attachedTrees, incompleteCopy, type UnaskedOf } from './attached.js';
import { KeptTags } from './kept-tags.js';
import { PackedManifests } from './packed.js';
import type { CopyRoot, PlanCopyOptions } from './plan.js';
import { type AttachedTree, chosenTrees, isChildAlone, isEverything } from './selection.js';
import { Tolerance } from './tolerance.js';
import type { VerifiedRoots } from './verified.js';

/** A root that was read with all its children, or the failure to do so. */
export interface ReadRoot extends CopyRoot {
  /** The name that messages give it. */
  readonly name: string;
  readonly subject?: Subject;
  /** The digests of the manifest, and of all that an index leads to. */
  readonly graph: readonly Digest[];
  readonly failure?: { readonly error: unknown };
}

/** All that a copy read. */
export interface CopyReading {
  readonly source: Source;
  readonly options: PlanCopyOptions;
  readonly roots: readonly ReadRoot[];
  readonly manifests: ReadonlyMap<Digest, Manifest>;
  /** The chosen attachments. */
  readonly trees: readonly AttachedTree[];
  /** The digests that each attached manifest leads to, or the failure to read them. */
  readonly attached: ReadonlyMap<Digest, Graph>;
  /** Failed questions about what is attached. */
  readonly unasked: readonly UnaskedOf[];
  /** With trust: the signature that covers each root. */
  readonly proofs: ReadonlyMap<Digest, UseProof>;
  /** With trust: attachments that are not verified. */
  readonly unverified?: readonly UnverifiedAttachment[] | undefined;
  /** The tags that stay in the destination. */
  readonly kept: KeptTags;
}

/** The digests of a graph, or the failure to read it. */
export type Graph = Pick<ReadRoot, 'graph' | 'failure'>;

/** Reads roots, their children, and what is attached to them. Each manifest is read once. */
export async function readForCopy(
  source: Source,
  roots: readonly CopyRoot[],
  options: PlanCopyOptions,
): Promise<CopyReading> {
  return new Reader(source, options, roots.length > 1).read(roots);
}

/** Manifests that wait for their turn to be read. */
const MAX_AHEAD = 1000;

class Reader {
  readonly #limit = limiter(32);
  /** Those under way, and those that failed. */
  readonly #reads = new Map<Digest, Promise<Manifest>>();
  readonly #manifests = new Map<Digest, Manifest>();
  readonly #packed = new PackedManifests();
  readonly #attached = new Map<Digest, Graph>();
  readonly #expected = new Set<Digest>();
  readonly #tolerance: Tolerance;
  readonly #kept: KeptTags;

  constructor(
    private readonly source: Source,
    private readonly options: PlanCopyOptions,
    /** A failure of one of several roots does not end the copy. */
    private readonly several: boolean,
  ) {
    this.#tolerance = new Tolerance(several);
    this.#kept = new KeptTags(options.tagThere);
  }

  async read(named: readonly CopyRoot[]): Promise<CopyReading> {
    const { source, options } = this;
    const roots = await this.#kept.ofRoots(await Promise.all(named.map((root) => this.#root(root))));
    const { recursive, selection } = options;
    const subjects = roots.flatMap(({ subject }) => subject ?? []);
    const isRecursive = recursive || selection !== undefined;
    const judging = handled(this.#judged(subjects));
    // Attachments are asked for while the children are still being read.
    const asked = handled(isRecursive ? this.#trees(subjects) : Promise.resolve({ trees: [], unasked: [] }));
    const graphs = await Promise.all(
      roots.map(async (root) =>
        root.subject === undefined ? root : { ...root, ...(await this.#tried(root.subject.descriptor.digest)) },
      ),
    );
    // A child that is missing is an error of its own, before it is one of the question what is attached to it.
    const { trees, unasked } = await asked;
    const judged = await judging;
    const { trees: chosen, unverified } = await this.#chosen(trees, judged);
    await this.#kept.expect(chosen);
    await mapSome(carriers(chosen, options.convert), MAX_AHEAD, (digest) => this.#carrier(digest));
    return {
      ...{ source, options, unasked, unverified, kept: this.#kept },
      proofs: judged?.proofs ?? new Map(),
      roots: graphs,
      manifests: this.#manifests,
      trees: chosen,
      attached: this.#attached,
    };
  }

  async #judged(roots: readonly Subject[]): Promise<VerifiedRoots | undefined> {
    const { verifyWith: trust, signal } = this.options;
    if (trust === undefined) return undefined;
    const { judgeRoots } = await import('./verified.js');
    return judgeRoots(this.source, roots, {
      ...{ trust, signal },
      predicateTypes: this.options.selection?.predicateType !== undefined,
      limit: () => this.#limitOf(),
    });
  }

  async #chosen(
    trees: readonly AttachedTree[],
    judged: VerifiedRoots | undefined,
  ): Promise<Pick<CopyReading, 'trees' | 'unverified'>> {
    const { recursive, selection = {} } = this.options;
    if (judged !== undefined && recursive)
      return judged.trees(this.source, trees, selection, (digest) => this.#read(digest));
    return { trees: isEverything(selection) ? trees : chosenTrees(trees, selection) };
  }

  async #root(root: CopyRoot): Promise<ReadRoot> {
    const { selector, tags, refused } = root;
    const { platform, ahead, signal } = this.options;
    const named = { ...root, name: this.source.format(selector), graph: [] };
    if (refused !== undefined) return { ...named, failure: { error: refused } };
    ahead?.expectTags(tags);
    const find = () =>
      platform === undefined
        ? this.#namedBy(selector)
        : resolveSubject(this.source, selector, platform, { signal, limit: this.#limitOf() });
    const found = await this.#attempt(() => this.#limit(find));
    if ('failure' in found) return { ...named, ...found };
    ahead?.expectRoot(found.value.descriptor.digest);
    return { ...named, subject: found.value };
  }

  async #namedBy(selector: CopyRoot['selector']): Promise<Subject> {
    const manifest = await this.source.manifest(selector, { signal: this.options.signal });
    const { descriptor } = manifest;
    this.#keep(manifest);
    return { descriptor };
  }

  async #carrier(digest: Digest): Promise<void> {
    const { source } = this;
    const found = await this.#tried(digest, (error) => incompleteCopy(`manifest ${source.format({ digest })}`, error));
    this.#attached.set(digest, found);
  }

  async #tried(digest: Digest, described = (error: unknown): unknown => error): Promise<Graph> {
    const found = await this.#attempt(() => this.#graph(digest), described);
    return 'failure' in found ? { ...found, graph: [] } : { graph: found.value };
  }

  #limitOf(): ItemLimit {
    return new ItemLimit(this.options.maxItems);
  }

  /** The value, or of several roots the failure. */
  async #attempt<T>(
    ask: () => Promise<T>,
    described = (error: unknown): unknown => error,
  ): Promise<{ readonly value: T } | { readonly failure: { readonly error: unknown } }> {
    try {
      return { value: await this.#tolerance.ofSource(ask()) };
    } catch (error) {
      throwIfTooMany(error);
      if (isInterruption(error)) throw error;
      if (!this.#tolerance.allows(error)) throw described(error);
      return { failure: { error } };
    }
  }

  /**
   * The digests of a manifest and of all that it leads to, each once. An index counts as nested by the shortest way to it:
   * level after level is read.
   */
  async #graph(root: Digest): Promise<readonly Digest[]> {
    const met = new Set([root]);
    const items = this.#limitOf();
    let level: readonly Digest[] = [root];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > MAX_NESTED)
        throw new RemoraError('MALFORMED', `${level[0]} is nested in more than ${MAX_NESTED} indexes`, {
          expected: MAX_NESTED,
        });
      const below = await Promise.all(level.map((digest) => this.#children(digest, items)));
      level = [...new Set(below.flat())].filter((digest) => !met.has(digest));
      for (const digest of level) met.add(digest);
    }
    return [...met];
  }

  /** The children of a manifest, which begin to be read. */
  async #children(digest: Digest, items: ItemLimit): Promise<readonly Digest[]> {
    const index = await this.#read(digest);
    // The copy would lack the content that such an entry names.
    for (const { error } of index.kind === 'index' ? index.unread : []) throw error;
    const children = childManifests(index);
    items.count(children.length);
    return children.map((child) => {
      this.options.ahead?.expect(child.digest);
      handled(this.#child(index, child.digest));
      return child.digest;
    });
  }

  async #child(index: Manifest, digest: Digest): Promise<Manifest> {
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    return shared(this.#reads, digest, async () => {
      try {
        return await this.#fetch(digest);
      } catch (error) {
        if (!isRemoraError(error) || error.code !== 'NOT_FOUND') throw error;
        throw new RemoraError('NOT_FOUND', `${digest}, which ${index.descriptor.digest} names, is missing`, {
          cause: error,
          hint: 'Copy the platforms that are there one by one, with --platform',
        });
      }
    });
  }

  async #read(digest: Digest): Promise<Manifest> {
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    return shared(this.#reads, digest, () => this.#fetch(digest));
  }

  /** Reads a manifest where an earlier copy left it in the destination, else in the source. Roots were read already. */
  async #fetch(digest: Digest): Promise<Manifest> {
    const { ahead, signal } = this.options;
    return this.#limit(async () =>
      this.#keep((await ahead?.manifest(digest)) ?? (await this.source.manifest({ digest }, { signal }))),
    );
  }

  #keep(read: Manifest): Manifest {
    const manifest = this.#packed.pack(read);
    const { digest } = manifest.descriptor;
    this.#manifests.set(digest, manifest);
    this.#reads.delete(digest);
    this.options.ahead?.expectBlobs(manifest);
    return manifest;
  }

  /** Reads a listed manifest ahead; it is known when the walk reaches it. */
  #expect(digest: Digest): void {
    if (this.#expected.has(digest)) return;
    this.#expected.add(digest);
    this.options.ahead?.expect(digest);
    // Beyond so many they would only wait here and take memory: their turn comes later.
    if (this.source.kind === 'registry' && this.#limit.pendingCount < MAX_AHEAD) handled(this.#read(digest));
  }

  #trees(subjects: readonly Subject[]) {
    const isAll = isEverything(this.options.selection ?? {});
    return attachedTrees(this.source, subjects, {
      signal: this.options.signal,
      several: this.several,
      predicateTypes: this.options.selection?.predicateType !== undefined,
      limit: this.#limitOf(),
      known: this.#manifests,
      onListed: ({ digest }, to) => {
        if (isAll) this.#expect(digest);
        this.options.ahead?.expectReferrers(to);
      },
    });
  }
}

/** The manifests of attachments; those that only an index names are read with the index, or to be converted. */
function carriers(trees: readonly AttachedTree[], convert = false): readonly Digest[] {
  const own = trees.flatMap(({ attachment, below }) => [
    ...(isChildAlone(attachment) && !convert ? [] : [(attachment.holder ?? attachment.descriptor).digest]),
    ...carriers(below, convert),
  ]);
  return [...new Set(own)];
}
