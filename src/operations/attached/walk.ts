import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { type Limiter, limiter, mapSome, runAll, sharedSignal } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment, SelectedAttachment } from './attachment.js';
import type { FindOptions } from './find.js';
import { findInPlaces } from './in-places.js';
import { ItemLimit } from './item-limit.js';
import type { Subject } from './subject.js';

/** Options of {@link AttachedWalk}. */
export interface WalkOptions
  extends Pick<FindOptions, 'signal' | 'via' | 'onAsked' | 'onGone' | 'limit' | 'isLikely' | 'predicateTypes'> {
  /** Called for each way that could not be asked about a subject. @default the failure is thrown */
  readonly onUnasked?: ((way: string, error: unknown, subject: Digest) => void) | undefined;
  /** Called for each entry of a list before the list is verified. */
  readonly onListed?: ((entry: Descriptor, subject: Digest) => void) | undefined;
  /** Subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
}

/** A hostile registry can invent referrers of referrers without end; real ones are less deep. */
const MAX_LEVELS = 100;

/**
 * Walks through the attachments of a subject, then through theirs, and so on. The walk meets each attachment once, which
 * ends circles, and asks about each subject once.
 */
export class AttachedWalk {
  readonly #limit: Limiter;
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;
  readonly #asked = new Map<Digest, Promise<readonly Attachment[]>>();
  readonly #met = new Set<string>();
  readonly #levels = new Map<Digest, number>();
  readonly #items: ItemLimit;

  constructor(
    private readonly store: Source,
    /** The only subject, which the walk does not meet again; undefined for several. */
    private readonly root: Descriptor | undefined,
    private readonly options: WalkOptions,
  ) {
    this.#limit = limiter(options.concurrency ?? 32);
    this.#items = options.limit ?? new ItemLimit();
    this.#signal = sharedSignal(this.#failure.signal, options.signal);
    if (root !== undefined) this.#met.add(root.digest);
  }

  /** Ends when the walk fails, or the caller's signal does: those who ask with it share the answers of the walk. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /**
   * The attachments of a subject that were not met before.
   *
   * @param ahead number of levels below that are asked about before the list that names them is verified
   */
  async below(subject: Subject, ahead = 0): Promise<readonly Attachment[]> {
    return (await this.#attachedTo(subject, ahead)).filter((attachment) => this.#meetAttachment(attachment));
  }

  /** All attachments of a subject, met before or not: two platforms can share an image of cosign, and both have it. */
  async direct(subject: Subject, ahead = 0): Promise<readonly Attachment[]> {
    const attachments = await this.#attachedTo(subject, ahead);
    for (const attachment of attachments) this.#meetAttachment(attachment);
    return attachments.filter(({ descriptor, holder }) => (holder ?? descriptor).digest !== this.root?.digest);
  }

  /** Yields the attachments of these subjects that were not met before, then theirs; stop iterating once enough matched. */
  async *levels(subjects: readonly Subject[]): AsyncGenerator<readonly SelectedAttachment[]> {
    for (let level = subjects; level.length > 0; ) {
      const attachments = (await this.level(level)).filter((attachment) => this.#meetAttachment(attachment));
      yield attachments;
      level = attachments.flatMap((attachment) => {
        const descriptor = this.carrier(attachment);
        return descriptor === undefined ? [] : [{ descriptor, ...given({ platform: attachment.platform }) }];
      });
    }
  }

  /**
   * All attachments of these subjects, met before or not. The first failure ends the walk, after all requests under way
   * have ended.
   */
  async level(subjects: readonly Subject[]): Promise<readonly SelectedAttachment[]> {
    const ask = async (subject: Subject): Promise<readonly SelectedAttachment[]> => {
      try {
        const { descriptor, platform } = subject;
        const attachments = await this.#attachedTo(subject, 0);
        return attachments.map((found) => given({ ...found, subject: descriptor.digest, platform }));
      } catch (error) {
        this.#failure.abort();
        throw error;
      }
    };
    return (await runAll(subjects, ask, { concurrency: this.#limit.concurrency })).flat();
  }

  /** Runs `action` for each attachment of {@link below}, some at a time: a list can name thousands. */
  async each<T>(
    subject: Subject,
    ahead: number,
    action: (attachment: Attachment) => Promise<T>,
  ): Promise<readonly T[]> {
    return mapSome(await this.below(subject, ahead), this.#limit.concurrency, action);
  }

  /** The manifest of an attachment as a subject; of several layers in one manifest, only the first returns it. */
  carrier({ descriptor, holder }: Attachment): Descriptor | undefined {
    if (holder === undefined) return descriptor;
    return this.#meet(holder.digest) ? holder : undefined;
  }

  async #attachedTo(subject: Subject, ahead: number): Promise<readonly Attachment[]> {
    const attachments = await this.#ask(subject, ahead);
    for (const { descriptor, holder } of attachments) this.#deepen(holder ?? descriptor, subject.descriptor);
    return attachments;
  }

  #ask(subject: Subject, ahead: number): Promise<readonly Attachment[]> {
    const { descriptor, attestations } = subject;
    const known = this.#asked.get(descriptor.digest);
    if (known !== undefined) return known;
    if (this.#levelOf(descriptor) > MAX_LEVELS) return this.#tooDeep(descriptor);
    const { onUnasked } = this.options;
    const attachments = this.#limit(() =>
      findInPlaces(this.store, descriptor, {
        ...this.options,
        limit: this.#items,
        onUnasked: onUnasked && ((way, error) => onUnasked(way, error, descriptor.digest)),
        signal: this.#signal,
        attestations,
        onListed: (entry) => {
          this.options.onListed?.(entry, descriptor.digest);
          this.#deepen(entry, descriptor);
          if (ahead > 0) this.#askAhead(entry, ahead - 1);
        },
      }),
    );
    this.#asked.set(descriptor.digest, attachments);
    return attachments;
  }

  #askAhead(entry: Descriptor, ahead: number): void {
    // Entries beyond the limit would only wait here and take memory: their turn comes later.
    if (this.#met.has(entry.digest) || this.#limit.pendingCount >= this.#limit.concurrency) return;
    // The answer is awaited in its turn, or never if verification drops the entry.
    handled(this.#ask({ descriptor: entry }, ahead));
  }

  async #tooDeep({ digest }: Descriptor): Promise<readonly Attachment[]> {
    const reference = this.store.format({ digest });
    const message = `${reference} is attached to the subject over more than ${MAX_LEVELS} levels`;
    const hint = 'Look at the levels above it with discover --depth';
    const error = new RemoraError('MALFORMED', message, { expected: MAX_LEVELS, hint });
    if (this.options.onUnasked === undefined) throw error;
    this.options.onUnasked(`attachments of ${reference}`, error, digest);
    return [];
  }

  #levelOf({ digest }: Descriptor): number {
    return this.#levels.get(digest) ?? 0;
  }

  #deepen({ digest }: Descriptor, below: Descriptor): void {
    if (!this.#levels.has(digest)) this.#levels.set(digest, this.#levelOf(below) + 1);
  }

  #meetAttachment({ descriptor: { digest }, holder }: Attachment): boolean {
    return this.#meet(holder === undefined ? digest : `${holder.digest} ${digest}`);
  }

  #meet(key: string): boolean {
    return !this.#met.has(key) && this.#met.add(key).has(key);
  }
}
