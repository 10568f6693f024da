import { isRemoraError, RemoraError } from '../../../errors.js';
import { once } from '../../../io/async/once.js';
import type { Limiter } from '../../../io/async/run-all.js';
import type { UnpackLimitOptions } from '../../../io/compression/unpack-limit.js';
import { type Descriptor, embeddedData } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { isNonDistributable, MediaType } from '../../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { CheckReport } from '../report/report.js';
import { type BlobContent, readContent } from './blob-content.js';
import type { Fetcher } from './fetch.js';

/** Options of {@link BlobCheck}. */
export interface BlobCheckOptions extends CallOptions, UnpackLimitOptions {
  /** Read and hash blobs, instead of asking for presence and size. */
  readonly deep: boolean;
  readonly limit: Limiter;
  readonly fetcher?: Fetcher | undefined;
  /** Called while a blob is read. */
  readonly onProgress?: ((digest: Digest, bytes: number, size: number) => void) | undefined;
}

/** The outcome of looking at a blob. */
type State =
  | { readonly kind: 'whole'; readonly size: number; readonly content?: BlobContent }
  | { readonly kind: 'missing' | 'unread' }
  | { readonly kind: 'damaged'; readonly size: number };

/** Looks at blobs, each once however many name it: presence, size, digest (image-spec descriptor.md, "Verification"). */
export class BlobCheck {
  readonly #states = new Map<string, Promise<State>>();
  readonly #counted = new Set<Digest>();

  constructor(
    private readonly source: Source,
    private readonly report: CheckReport,
    private readonly options: BlobCheckOptions,
  ) {}

  /**
   * Checks the blob of a descriptor.
   *
   * @param name its role in the manifest: `layer 1 of sha256:…`
   * @returns the facts of a blob that was read and is whole, else undefined
   */
  async check(descriptor: Descriptor, name: string, diffId = false): Promise<BlobContent | undefined> {
    const { digest, mediaType } = descriptor;
    this.#checkData(descriptor, name);
    const state = await this.#state(digest, diffId, descriptor.size);
    if (state.kind === 'missing' && isNonDistributable(mediaType)) return undefined;
    const fault = faultOf(state, descriptor, this.options.deep);
    if (fault !== undefined) {
      const [code, problem] = fault;
      const message = `${name}: ${digest} ${problem}`;
      const isBroken = code !== 'descriptor-size';
      if (isBroken && (await this.options.fetcher?.blob(digest))) this.report.fetched(code, message, { digest });
      else this.report.add(code, message, { digest });
    }
    return fault === undefined && state.kind === 'whole' ? state.content : undefined;
  }

  /** Checks an unreachable blob against its file name. */
  async checkFile(digest: Digest): Promise<void> {
    const state = await this.#state(digest, false);
    if (state.kind !== 'damaged') return;
    const message = `unreachable blob ${digest} has other content`;
    if (await this.options.fetcher?.blob(digest)) this.report.fetched('blob-digest', message, { digest });
    else this.report.add('blob-digest', message, { digest });
  }

  #state(digest: Digest, diffId: boolean, atMost?: number): Promise<State> {
    // A look with the diffId answers the question without it, too.
    const key = [`${digest} ${diffId}`, `${digest} true`].find((name) => this.#states.has(name));
    return once(this.#states, key ?? `${digest} ${diffId}`, () =>
      this.options.limit(() => this.#look(digest, diffId, atMost)),
    );
  }

  async #look(digest: Digest, diffId: boolean, atMost: number | undefined): Promise<State> {
    const { signal, deep, onProgress } = this.options;
    try {
      const size = await this.source.blobSize(digest, { signal, atMost });
      if (size === undefined) return { kind: 'missing' };
      this.#count(digest, size, deep);
      if (!deep) return { kind: 'whole', size };
      const onBytes = (bytes: number) => onProgress?.(digest, bytes, size);
      const descriptor = { mediaType: MediaType.octetStream, digest, size };
      const content = await this.#read(descriptor, diffId, onBytes);
      if (content.exceeded === undefined) return { kind: 'whole', size, content };
      this.#unread(digest, content.exceeded);
      return { kind: 'unread' };
    } catch (error) {
      if (isRemoraError(error) && error.code === 'NOT_FOUND') return { kind: 'missing' };
      if (error instanceof Damaged) return { kind: 'damaged', size: error.size };
      this.#unread(digest, error);
      return { kind: 'unread' };
    }
  }

  async #read(descriptor: Descriptor, diffId: boolean, onBytes: (bytes: number) => void): Promise<BlobContent> {
    try {
      const { signal, maxUnpackedBytes } = this.options;
      return await readContent(this.source, descriptor, { signal, maxUnpackedBytes, diffId, onBytes });
    } catch (error) {
      const isDamage = isRemoraError(error) && ['DIGEST_MISMATCH', 'SIZE_MISMATCH'].includes(error.code);
      throw isDamage ? new Damaged(descriptor.size) : error;
    }
  }

  #unread(digest: Digest, error: unknown): void {
    // An unknown digest algorithm is a limit of remora, not a failure of the place.
    if (isRemoraError(error) && error.code === 'UNSUPPORTED')
      this.report.add('blob-unverified', error.message, { digest });
    else this.report.unread(`blob ${this.source.format({ digest })}`, error);
  }

  #checkData(descriptor: Descriptor, name: string): void {
    try {
      embeddedData(descriptor);
    } catch (error) {
      if (!(error instanceof RemoraError)) throw error;
      if (error.code !== 'UNSUPPORTED')
        this.report.add('descriptor-data', `${name}: ${error.message}`, { digest: descriptor.digest });
    }
  }

  #count(digest: Digest, size: number, deep: boolean): void {
    if (this.#counted.has(digest)) return;
    this.#counted.add(digest);
    this.report.count('blobs', size, deep ? size : 0);
  }
}

/** Content that is not what its digest says. */
class Damaged extends Error {
  constructor(readonly size: number) {
    super('damaged');
  }
}

function faultOf(
  state: State,
  { size }: Descriptor,
  deep: boolean,
): readonly ['blob-missing' | 'blob-size' | 'blob-digest' | 'descriptor-size', string] | undefined {
  if (state.kind === 'missing') return ['blob-missing', 'does not exist'];
  if (state.kind !== 'whole' && state.kind !== 'damaged') return undefined;
  const sizes = `has ${state.size} bytes, wanted ${size}`;
  if (state.kind === 'damaged')
    return state.size === size ? ['blob-digest', 'has other content'] : ['blob-size', sizes];
  if (state.size === size) return undefined;
  // The content has the digest, so the descriptor is wrong.
  return deep ? ['descriptor-size', sizes] : ['blob-size', sizes];
}
