import type { Digest } from '../../oci/values/digest.js';
import { isImageConfig, isIndexType } from '../../oci/values/media-types.js';
import type { Source } from '../../store/interfaces/store.js';
import { isAttestation } from '../attached/buildkit.js';
import { isImageLayer } from '../check/content/manifest-faults.js';
import type { Holder } from '../detach/holder.js';
import type { Census } from './census.js';
import type { KeepReason } from './schema.js';
import type { Survey } from './survey.js';

/** Why an attachment stays, although a rule chose it. */
export interface Protected {
  readonly reason: KeepReason;
  readonly message: string;
}

/** Tells which attachments must stay: what people name, what an index names, images, and all that carries such. */
export class Protection {
  readonly #known = new Map<Digest, Protected | undefined>();
  /** Each holder of a manifest: two subjects can share one. */
  readonly #holders = new Map<Digest, Holder[]>();

  constructor(
    private readonly source: Source,
    private readonly census: Census,
    private readonly survey: Survey,
  ) {
    for (const holder of [...survey.bySubject.values()].flat()) {
      const known = this.#holders.get(holder.manifest.digest);
      if (known === undefined) this.#holders.set(holder.manifest.digest, [holder]);
      else known.push(holder);
    }
  }

  /** Why a manifest stays with all that is attached to it; undefined where all of it can go. */
  of(holder: Holder): Protected | undefined {
    const { digest } = holder.manifest;
    if (this.#known.has(digest)) return this.#known.get(digest);
    // In a circle of attachments the first one decides.
    this.#known.set(digest, undefined);
    const reason = this.#own(holder) ?? this.#below(digest);
    this.#known.set(digest, reason);
    return reason;
  }

  /** The subjects of a manifest: those of cosign's tags share one where their signatures or SBOMs are equal. */
  subjectsOf(digest: Digest): ReadonlySet<Digest> {
    return new Set((this.#holders.get(digest) ?? []).map(({ subject }) => subject));
  }

  #own({ manifest, via, attachments }: Holder): Protected | undefined {
    const { digest, mediaType, artifactType } = manifest;
    const tag = this.census.tagged.get(digest)?.tag;
    if (tag !== undefined) return { reason: 'tagged', message: `it has the tag ${tag}` };
    const isChild = this.census.children.has(digest) || this.survey.children.has(digest);
    if (isChild || via.includes('index-child') || isAttestation(manifest))
      return { reason: 'in-index', message: 'an index names it, and would be broken without it' };
    // cosign's own images have the config of an image, and layers that no image has.
    const isWhole = attachments.every(({ holder, tags }) => holder === undefined && tags === undefined);
    const isImage =
      (isIndexType(mediaType) && !artifactType) ||
      (isWhole && isImageConfig(artifactType ?? '')) ||
      attachments.some((one) => isImageLayer(one.descriptor.mediaType));
    if (isImage) return { reason: 'image', message: 'it is an image or an index of images' };
    const others = this.#holders.get(digest) ?? [];
    const isReferrer = others.some((other) => other.via.some((way) => way !== 'cosign-tag'));
    const subjects = this.subjectsOf(digest);
    if (isReferrer && subjects.size > 1)
      return { reason: 'shared', message: `it is attached to ${[...subjects].join(' and ')}` };
    return undefined;
  }

  #below(digest: Digest): Protected | undefined {
    for (const holder of this.survey.bySubject.get(digest) ?? []) {
      if (this.of(holder) === undefined) continue;
      const reference = this.source.format({ digest: holder.manifest.digest });
      return { reason: 'holds-kept', message: `${reference} is attached to it, and stays` };
    }
    return undefined;
  }
}
