import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { findAttached } from '../attached/find.js';
import { platformSubjects } from '../attached/subject.js';
import type { DetachItem } from '../detach/items.js';
import { isThere } from './census.js';
import { readTagged } from './names.js';
import type { Going, PrunePlan } from './plan.js';

/** Milliseconds for which an answer holds that many removals need. */
const FRESH_MS = 1000;

/** The manifests that people named at one moment. */
interface NamedNow {
  readonly at: number;
  /** Milliseconds that it took to ask. */
  readonly took: number;
  /** Why each of them must stay. */
  readonly reasons: ReadonlyMap<Digest, string>;
  /** Those with a tag that is not named after a digest. */
  readonly people: ReadonlySet<Digest>;
}

/** Looks at a place once more, right before each removal: another client may have given a reason to keep something. */
export class LookAgain {
  readonly #changed = new Map<Digest, string>();
  readonly #children = new Map<Digest, readonly Digest[]>();
  #named: NamedNow | undefined;

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
    const named = (await this.#names()).reasons.get(digest);
    if (named !== undefined) return named;
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

  /** Whether a tag that people gave names a manifest, and not one of referrers lists. */
  async isNamed(digest: Digest): Promise<boolean> {
    return (await this.#names()).people.has(digest);
  }

  /** The names that people gave are read once more after a moment that is long beside the time that it takes. */
  async #names(): Promise<NamedNow> {
    const known = this.#named;
    const started = performance.now();
    if (known !== undefined && started - known.at < Math.max(FRESH_MS, 5 * known.took)) return known;
    const tagged = await readTagged(this.source, this.options);
    const reasons = new Map(tagged.map(({ tag, descriptor }) => [descriptor.digest, `it has the tag ${tag} now`]));
    for (const { tag, descriptor, mayBeList } of tagged)
      if (!mayBeList)
        for (const child of await this.#childrenOf(descriptor))
          if (!reasons.has(child)) reasons.set(child, `the index with the tag ${tag} names it now`);
    const people = new Set(tagged.filter(({ mayBeList }) => !mayBeList).map(({ descriptor }) => descriptor.digest));
    const at = performance.now();
    this.#named = { at, took: at - started, reasons, people };
    return this.#named;
  }

  /** The entries of an index that came after the plan, at every depth. */
  async #childrenOf(descriptor: Descriptor): Promise<readonly Digest[]> {
    const { digest, mediaType } = descriptor;
    if (!isIndexType(mediaType) || this.plan.tagged.has(digest)) return [];
    const known = this.#children.get(digest);
    if (known !== undefined) return known;
    const found = await platformSubjects(this.source, descriptor, this.options);
    const children = found?.children ?? [];
    this.#children.set(digest, children);
    return children;
  }
}
