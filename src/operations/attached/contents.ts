import { isRemoraError, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { shared } from '../../io/async/once.js';
import { type ContentFacts, contentOf } from '../../oci/documents/content.js';
import { annotationsOf } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from './attachment.js';

/** The facts that the manifest of an attachment adds to its entry in a list. */
interface Facts {
  readonly content?: ContentFacts;
  readonly created?: string;
}

/** So many failures, beside manifests that are gone, end the reading: each waits for its retries. */
const MAX_FAILURES = 8;

/** Reads the manifests of attachments for the facts of their files: each once. Only the facts are kept. */
export class ContentReader {
  readonly #facts = new Map<Digest, Promise<Facts>>();
  #failures = 0;

  constructor(
    private readonly source: Source,
    /** Called for each manifest that cannot be read; its attachment stays as its list describes it. */
    private readonly onUnread: (what: string, error: unknown) => void = () => {},
  ) {}

  /**
   * The attachment with the facts of its files, and with the date of its manifest where its list has none.
   *
   * @throws RemoraError `INTERRUPTED`
   */
  async read(attachment: Attachment, signal: AbortSignal): Promise<Attachment> {
    const { descriptor, holder, isRead } = attachment;
    if (isRead || holder !== undefined) return attachment;
    const { digest } = descriptor;
    const { content, created } = await shared(this.#facts, digest, () => this.#read(digest, signal));
    return { ...attachment, ...given({ content, created: attachment.created ?? created }) };
  }

  async #read(digest: Digest, signal: AbortSignal): Promise<Facts> {
    if (this.#failures >= MAX_FAILURES) return {};
    try {
      const manifest = await this.source.manifest({ digest }, { signal });
      return given({ content: contentOf(manifest), created: annotationsOf(manifest)[Annotation.created] });
    } catch (error) {
      if (isInterruption(error) || !isRemoraError(error)) throw error;
      this.onUnread(`manifest ${this.source.format({ digest })}`, error);
      if (error.code !== 'NOT_FOUND' && ++this.#failures === MAX_FAILURES) this.onUnread('other manifests', tooMany());
      return {};
    }
  }
}

function tooMany(): RemoraError {
  return new RemoraError('INCOMPLETE', `they were not asked for after ${MAX_FAILURES} failures`);
}
