import { isRemoraError } from '../../../errors.js';
import { once } from '../../../io/async/once.js';
import { type Limiter, mapSome } from '../../../io/async/run-all.js';
import type { ImageIndex } from '../../../oci/documents/image-index.js';
import { layersOf, type Manifest, referrerEntry, subjectOf } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { isManifestType, isSchema1Type } from '../../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { ItemLimit } from '../../attached/item-limit.js';
import type { FindingCode } from '../report/findings.js';
import type { CheckReport } from '../report/report.js';
import type { BlobCheck } from './blobs.js';
import type { Fetcher } from './fetch.js';
import { checkImage } from './image.js';
import { childrenTwice, descriptorFaults, type Fault, faultsOf } from './manifest-faults.js';
import { faultOf, readManifest, type Wanted } from './read-manifest.js';

/** Options of {@link GraphCheck}. */
export interface GraphCheckOptions extends CallOptions {
  /** Read and hash blobs. */
  readonly deep: boolean;
  readonly limit: Limiter;
  /** Entries of indexes that are visited. */
  readonly items: ItemLimit;
  readonly fetcher?: Fetcher | undefined;
}

/** The facts of a manifest that descriptors are compared with; the rest is not kept. */
export interface Fact {
  /** Its descriptor as a list of referrers should have it. */
  readonly entry: Descriptor;
  readonly subject: Descriptor | undefined;
}

/** The holder of a descriptor, and the finding for a missing manifest. */
export interface Naming {
  /** `index sha256:…`, `tag "v1"`. */
  readonly holder: string;
  readonly missing: FindingCode;
  /** The tag or list that the finding is about. @default the digest */
  readonly what?: string | undefined;
  /** The faults of the descriptor. @default {@link descriptorFaults} */
  readonly compare?: ((found: Fact) => readonly Fault[]) | undefined;
}

/** Checks manifests with all that they lead to, each once. Subjects are not part of a graph. */
export class GraphCheck {
  /** All reachable digests, present or missing. */
  readonly reached = new Set<Digest>();
  readonly facts = new Map<Digest, Fact>();
  readonly #visits = new Map<Digest, Promise<Fact | 'missing' | undefined>>();
  readonly #platforms = new Map<Digest, string>();
  readonly #subjects = new Map<Digest, Descriptor>();

  constructor(
    private readonly source: Source,
    private readonly report: CheckReport,
    private readonly blobs: BlobCheck,
    private readonly options: GraphCheckOptions,
  ) {}

  /**
   * Checks the manifest or blob that a descriptor names, with all that it leads to.
   *
   * @returns the facts of a manifest; undefined for a blob, and for a missing or damaged manifest
   */
  async visit(wanted: Wanted, naming: Naming): Promise<Fact | undefined> {
    const { digest, mediaType, size } = wanted;
    this.reached.add(digest);
    if (mediaType && size !== undefined && !isManifestType(mediaType)) {
      await this.blobs.check({ ...wanted, mediaType, size }, naming.holder);
      if (isSchema1Type(mediaType))
        this.report.add('manifest-schema1', `${naming.holder} names the Docker schema 1 manifest ${digest}`, {
          digest,
        });
      return undefined;
    }
    const fact = await once(this.#visits, digest, () => this.#visit(wanted));
    const about = { digest, what: naming.what };
    if (fact === 'missing')
      this.report.add(naming.missing, `${naming.holder} names ${digest}, which does not exist`, about);
    if (fact === 'missing' || fact === undefined) return undefined;
    const faults = naming.compare?.(fact) ?? descriptorFaults(wanted, fact.entry, naming.holder);
    for (const [code, message] of faults) this.report.add(code, message, about);
    return fact;
  }

  /** Checks the subjects, after all else was visited. A subject may be missing; a different one is a warning. */
  async checkSubjects(): Promise<void> {
    await mapSome([...this.facts.values()], 32, async ({ entry: { digest }, subject }) => {
      if (subject === undefined) return;
      const found = this.facts.get(subject.digest)?.entry ?? (await this.#descriptorOf(subject));
      const about = { digest };
      if (found === undefined)
        this.report.add('subject-missing', `subject ${subject.digest} of ${digest} is not here`, about);
      else if (found.size !== subject.size || (found.mediaType ?? subject.mediaType) !== subject.mediaType)
        this.report.add(
          'subject-differs',
          `${digest} says that its subject is ${subject.mediaType} of ${subject.size} bytes, it is ${found.mediaType ?? 'a manifest'} of ${found.size}`,
          about,
        );
    });
  }

  async #visit(wanted: Wanted): Promise<Fact | 'missing' | undefined> {
    const manifest = await this.#load(wanted);
    if (manifest === 'missing' || manifest === undefined) return manifest;
    const { digest, size } = manifest.descriptor;
    this.report.count('manifests', size, size);
    // Facts stay in memory during the check; bytes and layers do not.
    const fact: Fact = { entry: referrerEntry(manifest), subject: this.#subject(subjectOf(manifest)) };
    this.facts.set(digest, fact);
    for (const [code, message] of faultsOf(manifest)) this.report.add(code, message, { digest });
    await this.#checkContents(manifest);
    return fact;
  }

  /** The same object for all that are attached to one subject. */
  #subject(subject: Descriptor | undefined): Descriptor | undefined {
    if (subject === undefined) return undefined;
    const { mediaType, digest, size } = subject;
    const known = this.#subjects.get(digest);
    if (known?.mediaType === mediaType && known.size === size) return known;
    const kept = { mediaType, digest, size };
    this.#subjects.set(digest, kept);
    return kept;
  }

  async #load(wanted: Wanted): Promise<Manifest | 'missing' | undefined> {
    const { signal, limit, fetcher } = this.options;
    const { digest } = wanted;
    try {
      return await limit(() => readManifest(this.source, wanted, { signal }));
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) {
        this.report.unread(`manifest ${this.source.format({ digest })}`, error);
        return undefined;
      }
      const message = error instanceof Error ? error.message : String(error);
      const isLost = ['manifest-missing', 'blob-digest', 'blob-size'].includes(fault);
      const fetched = isLost ? await fetcher?.manifest(digest) : undefined;
      if (fetched !== undefined) this.report.fetched(fault, message, { digest });
      else if (fault === 'manifest-missing') return 'missing';
      else this.report.add(fault, message, { digest });
      return fetched;
    }
  }

  async #checkContents(manifest: Manifest): Promise<void> {
    const { digest } = manifest.descriptor;
    if (manifest.kind === 'index') return this.#checkChildren(digest, manifest.content);
    for (const layer of layersOf(manifest)) this.reached.add(layer.digest);
    if (manifest.kind === 'image') {
      const { config } = manifest.content;
      if (config !== undefined) this.reached.add(config.digest);
      const { source, report, blobs } = this;
      const image = await checkImage(digest, manifest.content, { source, report, blobs, ...this.options });
      if (image?.os && image.architecture) this.#platforms.set(digest, `${image.os}/${image.architecture}`);
      return;
    }
    await Promise.all(
      layersOf(manifest).map((blob, index) => this.blobs.check(blob, `blob ${index + 1} of ${digest}`)),
    );
  }

  async #checkChildren(digest: Digest, { manifests }: ImageIndex): Promise<void> {
    this.options.items.count(manifests.length);
    for (const child of childrenTwice(manifests))
      this.report.add('child-twice', `index ${digest} names ${child.digest} twice`, { digest });
    await Promise.all(
      manifests.map(async (child) => {
        await this.visit(child, { holder: `index ${digest}`, missing: 'child-missing' });
        const found = this.#platforms.get(child.digest);
        const promised = child.platform && `${child.platform.os}/${child.platform.architecture}`;
        if (found === undefined || promised === undefined || found === promised) return;
        const message = `index ${digest} promises ${promised}, and the config of ${child.digest} says ${found}`;
        this.report.add('platform-differs', message, { digest: child.digest });
      }),
    );
  }

  /** The descriptor of a manifest that was not visited; a layout knows only its size. */
  async #descriptorOf({ digest }: Descriptor): Promise<(Partial<Descriptor> & Pick<Descriptor, 'size'>) | undefined> {
    const { signal } = this.options;
    try {
      if (this.source.kind === 'registry') return await this.source.resolve({ digest }, { signal });
      const size = await this.source.blobSize(digest, { signal });
      return size === undefined ? undefined : { size };
    } catch (error) {
      if (isRemoraError(error) && error.code === 'NOT_FOUND') return undefined;
      this.report.unread(`manifest ${this.source.format({ digest })}`, error);
      return undefined;
    }
  }
}
