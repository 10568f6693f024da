import pLimit from 'p-limit';
import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from './attachment.js';
import { type FindOptions, findAttached } from './find.js';
import type { Subject } from './subject.js';
import { type TagSnapshot, tagSnapshot } from './tag-snapshot.js';

/** Options of {@link AttachedWalk}. */
export interface WalkOptions extends Pick<FindOptions, 'signal' | 'via' | 'onAsked' | 'onUnasked'> {
  /** Called for each entry of a list as soon as it is there, before it is verified. */
  readonly onListed?: ((entry: Descriptor, subject: Digest) => void) | undefined;
  /** Subjects that are asked about at a time. @default 32 */
  readonly concurrency?: number | undefined;
}

/** A registry can make up one referrer of a referrer after the other; nobody attaches so many. */
const MAX_LEVELS = 100;

/**
 * The way through what is attached to a subject, and to that, and so on. Each thing is met once, so that nothing goes
 * around in circles, and each subject is asked about once.
 */
export class AttachedWalk {
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #asked = new Map<Digest, Promise<readonly Attachment[]>>();
  readonly #met = new Set<string>();
  readonly #levels = new Map<Digest, number>();
  #tags: TagSnapshot | undefined;

  constructor(
    private readonly store: Source,
    /** Asked for by name, where it is one. */
    private readonly root: Descriptor | undefined,
    private readonly options: WalkOptions,
  ) {
    this.#limit = pLimit(options.concurrency ?? 32);
    if (root !== undefined) this.#met.add(root.digest);
  }

  /**
   * What is attached to a subject and was not met before.
   *
   * @param ahead so many levels below are asked about as soon as a list names them, while it is still being verified
   */
  async below(subject: Subject, ahead = 0): Promise<readonly Attachment[]> {
    const attachments = await this.#ask(subject, ahead);
    for (const { descriptor, holder } of attachments) this.#deepen(holder ?? descriptor, subject.descriptor);
    return attachments.filter(({ descriptor, holder }) => this.#meet(keyOf(descriptor.digest, holder?.digest)));
  }

  /** {@link below}, and the result of `action` for each: some at a time, since a list can name thousands. */
  async each<T>(
    subject: Subject,
    ahead: number,
    action: (attachment: Attachment) => Promise<T>,
  ): Promise<readonly T[]> {
    return mapSome(await this.below(subject, ahead), this.#limit.concurrency, action);
  }

  /** What else may be attached to: the thing's manifest, when it was not given before. Nothing is attached to a layer. */
  carrier({ descriptor, holder }: Attachment): Descriptor | undefined {
    if (holder === undefined) return descriptor;
    return this.#meet(holder.digest) ? holder : undefined;
  }

  /** Lists the tags now, where one list saves asking for the tags of each thing. */
  listTags(): TagSnapshot | undefined {
    // A layout needs no list to know its tags.
    if (this.store.kind === 'registry') this.#tags ??= tagSnapshot(this.store, { signal: this.options.signal });
    return this.#tags;
  }

  #ask(subject: Subject, ahead: number): Promise<readonly Attachment[]> {
    const { descriptor, attestations } = subject;
    const known = this.#asked.get(descriptor.digest);
    if (known !== undefined) return known;
    if (this.#levelOf(descriptor) > MAX_LEVELS) return this.#tooDeep(descriptor);
    const attachments = this.#limit(() =>
      findAttached(this.store, descriptor, {
        ...this.options,
        attestations,
        // The subject itself is asked for by name; most of what is below has no tags.
        tags: descriptor.digest === this.root?.digest ? undefined : this.listTags(),
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
    // Of a long list the rest is asked about in its turn: it would only wait here, and take memory.
    if (this.#met.has(entry.digest) || this.#limit.pendingCount >= this.#limit.concurrency) return;
    // It is awaited when its turn comes, and not at all for what is no referrer after all.
    this.#ask({ descriptor: entry }, ahead).catch(() => {});
  }

  async #tooDeep({ digest }: Descriptor): Promise<readonly Attachment[]> {
    const reference = this.store.format({ digest });
    const message = `${reference} is attached to the subject over more than ${MAX_LEVELS} levels`;
    const hint = 'Look at the levels above it with --depth';
    const error = new RemoraError('MALFORMED', message, { expected: MAX_LEVELS, hint });
    if (this.options.onUnasked === undefined) throw error;
    this.options.onUnasked(`what is attached to ${reference}`, error);
    return [];
  }

  #levelOf({ digest }: Descriptor): number {
    return this.#levels.get(digest) ?? 0;
  }

  #deepen({ digest }: Descriptor, below: Descriptor): void {
    if (!this.#levels.has(digest)) this.#levels.set(digest, this.#levelOf(below) + 1);
  }

  #meet(key: string): boolean {
    return !this.#met.has(key) && this.#met.add(key).has(key);
  }
}

function keyOf(digest: Digest, holder: Digest | undefined): string {
  return holder === undefined ? digest : `${holder} ${digest}`;
}
