import { isRemoraError, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { shared } from '../../io/async/once.js';
import { type Limiter, limiter } from '../../io/async/run-all.js';
import { type ContentFacts, contentOf } from '../../oci/documents/content.js';
import { annotationsOf } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from './attachment.js';

/** The facts that the manifest of an attachment adds to its entry in a list, or why it could not be read. */
interface Facts {
  readonly content?: ContentFacts;
  readonly created?: string;
  readonly failure?: RemoraError;
}

/** So many failures, beside manifests that are gone, end the reading: each waits for its retries. */
const MAX_FAILURES = 8;

/** Manifests that are read at a time. */
const CONCURRENCY = 32;

/** Reads the manifests of attachments for the facts of their files: each once. Only the facts are kept. */
export class ContentReader {
  readonly #facts = new Map<Digest, Promise<Facts>>();
  readonly #told = new Set<RemoraError>();
  /** The failure of each manifest that is not asked for any more. */
  readonly #enough = tooMany();
  readonly #limit: Limiter = limiter(CONCURRENCY);
  #failures = 0;

  constructor(
    private readonly source: Source,
    /** Called for each manifest that cannot be read; its attachment stays as its list describes it. */
    private readonly onUnread: (what: string, error: unknown) => void = () => {},
  ) {}

  /** Begins with a manifest that a list names before the list is verified, unless many are waiting. */
  begin(digest: Digest, signal: AbortSignal): void {
    if (this.#limit.activeCount < CONCURRENCY) void this.#read(digest, signal);
  }

  /**
   * The attachment with the facts of its files, and with the date of its manifest where its list has none.
   *
   * @throws RemoraError `INTERRUPTED`
   */
  async read(attachment: Attachment, signal: AbortSignal): Promise<Attachment> {
    const { descriptor, holder, isRead } = attachment;
    if (isRead || holder !== undefined) return attachment;
    const { digest } = descriptor;
    const { content, created, failure } = await this.#read(digest, signal);
    if (failure !== undefined) this.#tell(digest, failure);
    return { ...attachment, ...given({ content, created: attachment.created ?? created }) };
  }

  #read(digest: Digest, signal: AbortSignal): Promise<Facts> {
    return shared(this.#facts, digest, () => this.#limit(() => this.#ask(digest, signal)));
  }

  async #ask(digest: Digest, signal: AbortSignal): Promise<Facts> {
    if (this.#failures >= MAX_FAILURES) return { failure: this.#enough };
    try {
      const manifest = await this.source.manifest({ digest }, { signal });
      return given({ content: contentOf(manifest), created: annotationsOf(manifest)[Annotation.created] });
    } catch (error) {
      if (isInterruption(error) || !isRemoraError(error)) throw error;
      if (error.code !== 'NOT_FOUND') this.#failures++;
      return { failure: error };
    }
  }

  #tell(digest: Digest, failure: RemoraError): void {
    if (this.#told.has(failure)) return;
    this.#told.add(failure);
    const what = failure === this.#enough ? 'other manifests' : `manifest ${this.source.format({ digest })}`;
    this.onUnread(what, failure);
  }
}

function tooMany(): RemoraError {
  return new RemoraError('INCOMPLETE', `they were not asked for after ${MAX_FAILURES} failures`);
}
