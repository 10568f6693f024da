import { isInterruption } from '../../io/async/interrupt.js';
import { once } from '../../io/async/once.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { ManifestSelector, Source } from '../../store/interfaces/store.js';
import { type Column, cellOf, factsOf, newestOf, unknownCell } from './cells.js';
import { earliestEnd } from './end-of-life.js';
import { type FactsOptions, type ImageFacts, imageFacts } from './facts.js';
import { safeFields } from './failure.js';
import { missingOf } from './missing.js';
import type { ReportRow } from './schema.js';

/** A row without the words that name its image. */
export type Answer = Omit<ReportRow, 'reference' | 'given' | 'from'>;

/** Options of {@link ImageAnswers}. */
export interface AnswersOptions extends FactsOptions {
  readonly columns: readonly Column[];
  readonly required: readonly Column[];
  readonly isTrusted: boolean;
}

/** Answers that are kept for further tags of the same image: an answer takes about 2 kB. */
const KEPT = 10_000;

/** The answers about images, each asked once. */
export class ImageAnswers {
  readonly #answers = new Map<string, Promise<Answer>>();

  constructor(private readonly options: AnswersOptions) {}

  /**
   * Asks about an image.
   *
   * @param from the place of the image
   * @param all gives that place with another one, which holds what is attached to the image
   * @throws RemoraError as `resolve`
   */
  async ask(from: Source, selector: ManifestSelector, all: () => Promise<Source>): Promise<Answer> {
    const descriptor = await from.resolve(selector, { signal: this.options.signal });
    const key = from.format({ digest: descriptor.digest });
    const answer = once(this.#answers, key, async () => this.#answer(await all(), descriptor));
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= KEPT) break;
      this.#answers.delete(oldest);
    }
    return answer;
  }

  /** The answer about an image that could not be asked. */
  unknown(error: unknown, image: Partial<Pick<Answer, 'digest' | 'mediaType'>> = {}): Answer {
    const { columns, isTrusted, required } = this.options;
    const cells = Object.fromEntries(columns.map(({ name }) => [name, unknownCell(isTrusted)]));
    const missing = required.length === 0 ? {} : { missing: [] };
    const policy = this.options.policy === undefined ? {} : { policy: 'unknown' as const };
    return { ...image, attached: 0, columns: cells, ...missing, ...policy, error: safeFields(error) };
  }

  async #answer(source: Source, descriptor: Descriptor): Promise<Answer> {
    const { digest, mediaType } = descriptor;
    try {
      const facts = await imageFacts(source, descriptor, this.options);
      const endOfLife = await earliestEnd(source, facts, this.options);
      return this.#row(facts, endOfLife);
    } catch (error) {
      if (isInterruption(error)) throw error;
      return this.unknown(error, { digest, mediaType });
    }
  }

  #row(facts: ImageFacts, endOfLife: Answer['endOfLife']): Answer {
    const { columns, required, isTrusted } = this.options;
    const { descriptor, held, account, violations } = facts;
    const all = factsOf(facts);
    const { incomplete } = account;
    const cells = Object.fromEntries(columns.map((column) => [column.name, cellOf(facts, column, isTrusted)]));
    return given({
      digest: descriptor.digest,
      mediaType: descriptor.mediaType,
      platforms: held.platforms?.filter(({ isPlatform }) => isPlatform !== false).length,
      attached: new Set<Digest>(all.map(({ digest }) => digest)).size,
      newest: newestOf(all),
      columns: cells,
      missing:
        required.length === 0
          ? undefined
          : missingOf(
              cells,
              required.map(({ name }) => name),
            ),
      endOfLife,
      policy: violations && policyState(violations.length, incomplete.length),
      violations: violations?.map(({ message, platform }) => (platform ? `${platform}: ${message}` : message)),
      incomplete: incomplete.length === 0 ? undefined : incomplete,
    });
  }
}

function policyState(violations: number, unasked: number): NonNullable<Answer['policy']> {
  if (violations === 0) return 'kept';
  return unasked > 0 ? 'unknown' : 'broken';
}
