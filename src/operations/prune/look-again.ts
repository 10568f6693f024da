import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { findAttached } from '../attached/find.js';
import type { DetachItem } from '../detach/items.js';
import { isThere } from './census.js';
import { readTagged } from './names.js';
import type { Going, PrunePlan } from './plan.js';

/** Milliseconds for which an answer holds that many removals need. */
const FRESH_MS = 1000;

/** Looks at a place once more, right before each removal: another client may have given a reason to keep something. */
export class LookAgain {
  readonly #changed = new Map<Digest, string>();
  #tagged: { readonly at: number; readonly took: number; readonly tags: ReadonlyMap<Digest, string> } | undefined;

  constructor(
    private readonly source: Source,
    private readonly places: readonly Source[],
    private readonly plan: PrunePlan,
    private readonly options: CallOptions,
  ) {}

  /** The manifests that stay, each with the reason. */
  get changed(): ReadonlyMap<Digest, string> {
    return this.#changed;
  }

  /** @throws RemoraError `CHANGED` where it must stay now, and for every question without an answer */
  async check({ digest }: DetachItem): Promise<void> {
    const reason = (await this.#reason(digest)) ?? (await this.#attachedNow(digest));
    if (reason === undefined) return;
    this.#changed.set(digest, reason);
    this.#keepAbove(digest);
    throw new RemoraError('CHANGED', `${this.source.format({ digest })} stays: ${reason}`);
  }

  /** A manifest stays with the attachments that stay. */
  #keepAbove(digest: Digest): void {
    const parent = this.plan.going.get(digest)?.parent;
    if (parent === undefined || this.#changed.has(parent)) return;
    this.#changed.set(parent, `${digest}, which stays, is attached to it`);
    this.#keepAbove(parent);
  }

  /** Whether a subject is in none of the places. */
  async isGone(subject: Digest): Promise<boolean> {
    return !(await isThere([this.source, ...this.places], subject, this.options));
  }

  /** An attachment goes along with its subject only where that may still go. */
  async #reason(digest: Digest): Promise<string | undefined> {
    const going = this.plan.going.get(digest);
    if (going === undefined) return undefined;
    const { parent } = going;
    return (
      (await this.#ownReason(digest, going)) ?? (parent === undefined ? undefined : await this.#parentReason(parent))
    );
  }

  async #parentReason(parent: Digest): Promise<string | undefined> {
    const reason = this.#changed.get(parent) ?? (await this.#reason(parent));
    return reason && `${this.source.format({ digest: parent })} stays, since ${reason}`;
  }

  async #ownReason(digest: Digest, { holder, rules, survivors }: Going): Promise<string | undefined> {
    const tag = (await this.#tags()).get(digest);
    if (tag !== undefined) return `it has the tag ${tag} now`;
    // It goes along with its subject, or by a rule of which no answer can change.
    if (rules.size === 0 || rules.has('older-than')) return undefined;
    if (rules.has('orphans')) {
      if (await this.isGone(holder.subject)) return undefined;
      if (rules.size === 1) return `its subject ${holder.subject} is there again`;
    }
    for (const survivor of survivors)
      if (!this.plan.going.has(survivor) && !(await this.source.hasManifest(survivor, this.options)))
        return `${survivor}, which was to stay, is gone`;
    return undefined;
  }

  async #attachedNow(digest: Digest): Promise<string | undefined> {
    const going = this.plan.going.get(digest);
    if (going === undefined) return undefined;
    const { signal } = this.options;
    const found = await findAttached(this.source, going.holder.manifest, { signal, onGone: () => {} });
    for (const { descriptor, holder } of found) {
      const attached = (holder ?? descriptor).digest;
      if (!this.plan.going.has(attached) || this.#changed.has(attached)) return `${attached} is attached to it now`;
    }
    return undefined;
  }

  /** The tags that people gave: they are read once more after a moment that is long beside the time that they take. */
  async #tags(): Promise<ReadonlyMap<Digest, string>> {
    const known = this.#tagged;
    const started = performance.now();
    if (known !== undefined && started - known.at < Math.max(FRESH_MS, 5 * known.took)) return known.tags;
    const tags = await readTagged(this.source, this.options);
    const at = performance.now();
    this.#tagged = { at, took: at - started, tags };
    return tags;
  }
}
