import { errorFields, isRemoraError, type RemoraError, type RemoraErrorCode } from '../../errors.js';
import type { Attachment } from '../attached/attachment.js';
import type { Unasked } from '../results/incomplete.js';

/** Failures of the caller's own choice or place, which no attachment is at fault for. */
const FATAL: readonly RemoraErrorCode[] = ['INTERRUPTED', 'INVALID_ARGUMENT', 'EXISTS'];

/** The attachments that are left out, where all are wanted and something of one cannot be fetched. */
export class LeftOut {
  readonly #attachments = new Set<Attachment>();
  readonly incomplete: Unasked[] = [];
  /** The error of the first that is left out. */
  first: RemoraError | undefined;

  /** @param isAllowed false where one attachment is wanted: its failure is that of the whole */
  constructor(readonly isAllowed: boolean) {}

  /**
   * Leaves something out.
   *
   * @throws the error, where nothing may be left out or no attachment is at fault
   */
  failed(way: string, error: unknown, attachments: readonly Attachment[] = []): void {
    if (!this.isAllowed || !isRemoraError(error) || FATAL.includes(error.code)) throw error;
    // The files of one attachment often fail together; the first failure tells why.
    if (attachments.length > 0 && attachments.every((attachment) => this.#attachments.has(attachment))) return;
    for (const attachment of attachments) this.#attachments.add(attachment);
    this.first ??= error;
    this.incomplete.push({ way, error: errorFields(error) });
  }

  has(attachment: Attachment): boolean {
    return this.#attachments.has(attachment);
  }
}
