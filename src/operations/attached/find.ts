import { isRemoraError, RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { referrersTag } from '../../oci/values/referrers-tag.js';
import type { CallOptions, Referrer, Source, Via, WayAnswer } from '../../store/interfaces/store.js';
import {
  type Attachment,
  attachmentOfEntry,
  attachmentOfManifest,
  attachmentsOfLayers,
  isUndecided,
} from './attachment.js';
import { isAttestation } from './buildkit.js';
import { ItemLimit, throwIfTooMany } from './item-limit.js';

/** Suffixes of cosign's tags for a subject. */
export const COSIGN_TAGS: readonly string[] = ['.sig', '.att', '.sbom'];

/** Options of {@link findAttached}. */
export interface FindOptions extends CallOptions {
  /** BuildKit's attestation manifests for this subject, from the index that names both. */
  readonly attestations?: readonly Descriptor[] | undefined;
  /** Only these ways are asked. @default all */
  readonly via?: readonly Via[] | undefined;
  /** Called for each way that answered. */
  readonly onAsked?: ((asked: WayAnswer) => void) | undefined;
  /** Called for each entry of a list of referrers whose manifest is gone. @default `onUnasked` is called */
  readonly onGone?: ((entry: Descriptor) => void) | undefined;
  /** Called for each entry of a list of referrers before the list is verified. */
  readonly onListed?: ((descriptor: Descriptor) => void) | undefined;
  /** Whether the caller will read the manifest of an entry: where one must be opened, that one is. @default the first */
  readonly isLikely?: ((entry: Descriptor) => boolean) | undefined;
  /** Reads the predicate types that no annotation tells. @default false */
  readonly predicateTypes?: boolean | undefined;
  /** Called for each way that could not be asked. @default the first failure is thrown after all ways were asked */
  readonly onUnasked?: ((way: string, error: unknown) => void) | undefined;
  /** The limit of the walk. @default one of its own */
  readonly limit?: ItemLimit | undefined;
}

/**
 * Finds the attachments of a subject: its referrers, cosign's tags, and BuildKit's attestations in its index. All ways
 * are asked at the same time. An attachment that several ways name is returned once.
 */
export async function findAttached(
  store: Source,
  subject: Descriptor,
  options: FindOptions = {},
): Promise<readonly Attachment[]> {
  const failures: unknown[] = [];
  const onUnasked = options.onUnasked ?? ((_way: string, error: unknown) => void failures.push(error));
  const limit = options.limit ?? new ItemLimit();
  const attachments = await findAll(store, subject, { ...options, onUnasked, limit });
  if (failures.length > 0) throw failures[0];
  return attachments;
}

/** Options with a failure listener. */
type Listened = FindOptions & {
  readonly onUnasked: NonNullable<FindOptions['onUnasked']>;
  readonly limit: ItemLimit;
};

async function findAll(store: Source, subject: Descriptor, options: Listened): Promise<readonly Attachment[]> {
  const unanswered = new Set<Via>();
  const guarded = async (asked: string, ask: () => Promise<readonly Attachment[]>, way?: Via) => {
    try {
      return await ask();
    } catch (error) {
      throwIfTooMany(error);
      options.onUnasked(asked, error);
      if (way !== undefined) unanswered.add(way);
      return [];
    }
  };
  const reference = store.format({ digest: subject.digest });
  const wants = (way: Via) => options.via === undefined || options.via.includes(way);
  const attestations = wants('index-child') ? options.attestations : undefined;
  const answers = await Promise.all([
    referrers(store, subject, options, guarded),
    ...(wants('cosign-tag') ? COSIGN_TAGS : []).map((end) =>
      guarded(`cosign tag ${end} of ${reference}`, () => cosign(store, subject.digest, end, options), 'cosign-tag'),
    ),
    ...(attestations ?? []).map((entry) =>
      guarded(`attestation ${store.format({ digest: entry.digest })}`, () =>
        layersOf(store, entry.digest, ['index-child'], options),
      ),
    ),
  ]);
  const attachments = merged(answers.flat());
  const foundBy = (way: Via) => attachments.filter(({ via }) => via.includes(way)).length;
  if (wants('cosign-tag') && !unanswered.has('cosign-tag'))
    options.onAsked?.({ via: 'cosign-tag', found: foundBy('cosign-tag') });
  if (attestations !== undefined) options.onAsked?.({ via: 'index-child', found: foundBy('index-child') });
  if (!options.predicateTypes) return attachments;
  const { withPredicateTypes } = await import('./predicate-types.js');
  return withPredicateTypes(store, attachments, options);
}

type Guard = (asked: string, ask: () => Promise<readonly Attachment[]>) => Promise<readonly Attachment[]>;

/** The ways that `referrers` of a layout asks together. */
const LAYOUT_WAYS: readonly Via[] = ['layout-entry', 'layout-tag', 'layout-referrers', 'layout-scan'];

async function referrers(
  store: Source,
  subject: Descriptor,
  options: Listened,
  guarded: Guard,
): Promise<readonly Attachment[]> {
  const { signal, onAsked, limit, via: only, isLikely } = options;
  const ways: readonly Via[] = store.kind === 'registry' ? ['api', 'tag'] : LAYOUT_WAYS;
  if (only !== undefined && !ways.some((way) => only.includes(way))) return [];
  return guarded(`referrers of ${store.format({ digest: subject.digest })}`, async () => {
    const attachments: Promise<readonly Attachment[]>[] = [];
    const vanished = new Map<Digest, Vanished>();
    const onMissing = (entry: Descriptor) => void vanished.set(entry.digest, { entry });
    let listed = 0;
    let found = 0;
    const onListed = (entry: Descriptor) => {
      listed++;
      limit.count();
      options.onListed?.(entry);
    };
    const onUnasked = (way: string, error: unknown) => {
      throwIfTooMany(error);
      options.onUnasked(way, error);
    };
    const ask = { signal, onUnasked, onGone: onMissing, onListed, onAsked, via: only, isLikely };
    const byWay = new Map<Via, number>();
    for await (const referrer of store.referrers(subject, ask)) {
      const { via } = referrer;
      // Entries of a list were counted as it named them.
      if (++found > listed) limit.count();
      for (const way of via) byWay.set(way, (byWay.get(way) ?? 0) + 1);
      if (only === undefined || via.some((way) => only.includes(way)))
        attachments.push(attachmentsOf(store, referrer, options, vanished));
    }
    if (store.kind !== 'registry')
      for (const way of ways) if (!only || only.includes(way)) onAsked?.({ via: way, found: byWay.get(way) ?? 0 });
    const there = (await Promise.all(attachments)).flat();
    return [...there, ...(await stillListed(store, subject, vanished, options))];
  });
}

/** An entry of a list whose manifest was not there. */
interface Vanished {
  readonly entry: Descriptor;
  /** The entry as an attachment, where the list was sure of it. */
  readonly attachment?: Attachment;
}

/** Another client deletes one by one. So many at once are a list that names what is not there. */
const MAX_VANISHED = 1000;

/**
 * Asks for the list once more, since another client may have deleted what was not there: then it is not in the list any
 * more. An entry that is still listed is reported, since nobody knows what it was.
 */
async function stillListed(
  store: Source,
  subject: Descriptor,
  vanished: ReadonlyMap<Digest, Vanished>,
  { signal, via, onGone, onUnasked }: Listened,
): Promise<readonly Attachment[]> {
  if (vanished.size === 0) return [];
  const again = vanished.size > MAX_VANISHED ? undefined : await namesIn(store, subject, { signal, via });
  const left = [...vanished.values()].filter(({ entry }) => again?.has(entry.digest) !== false);
  for (const { entry, attachment } of left) {
    const { digest } = entry;
    if (attachment === undefined && onGone !== undefined) onGone(entry);
    else onUnasked(`manifest ${store.format({ digest })}`, gone(store, digest));
  }
  return left.flatMap(({ attachment }) => attachment ?? []);
}

/** The digests that a list of referrers names now; undefined where not all of it answers. */
async function namesIn(
  store: Source,
  subject: Descriptor,
  options: CallOptions & Pick<FindOptions, 'via'>,
): Promise<ReadonlySet<Digest> | undefined> {
  const names = new Set<Digest>();
  let isWhole = true;
  const ask = {
    ...options,
    onListed: ({ digest }: Descriptor) => void names.add(digest),
    onGone: () => {},
    onUnasked: () => {
      isWhole = false;
    },
  };
  for await (const { descriptor } of store.referrers(subject, ask)) names.add(descriptor.digest);
  return isWhole ? names : undefined;
}

/** The error for an attachment that a list names and that is not there. */
export function gone(source: Source, digest: Digest): RemoraError {
  const reference = source.format({ digest });
  const hint = `Attach it again, or take it out of the list with remora manifest delete ${reference}`;
  return new RemoraError('NOT_FOUND', `${reference} is listed as attached, and does not exist`, { hint });
}

function isMissing(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'NOT_FOUND';
}

/** The attachments of a referrer; its manifest is read only when the list's entry is not enough. */
async function attachmentsOf(
  store: Source,
  referrer: Referrer,
  options: Listened,
  vanished: Map<Digest, Vanished>,
): Promise<readonly Attachment[]> {
  const { descriptor, via } = referrer;
  if (isAttestation(descriptor)) return layersOf(store, descriptor.digest, via, options);
  if (!isUndecided(descriptor)) return [attachmentOfEntry(descriptor, via, referrer)];
  const { digest } = descriptor;
  try {
    return [attachmentOfManifest(await store.manifest({ digest }, { signal: options.signal }), via)];
  } catch (error) {
    // The list proves that it exists: report it without what the manifest would add.
    const attachment = attachmentOfEntry(descriptor, via, { isRead: true });
    if (isMissing(error)) {
      vanished.set(digest, { entry: descriptor, attachment });
      return [];
    }
    options.onUnasked(`manifest ${store.format({ digest })}`, error);
    return [attachment];
  }
}

async function cosign(store: Source, subject: Digest, end: string, options: Listened): Promise<readonly Attachment[]> {
  const tag = `${referrersTag(subject)}${end}`;
  for (let before: Digest | undefined; ; ) {
    // A list of tags may be stale or partial: only the tag itself proves that it does not exist.
    const found = await store.findTag(tag, { signal: options.signal });
    if (found === undefined) return [];
    try {
      return await layersOf(store, found.digest, ['cosign-tag'], options, tag);
    } catch (error) {
      // cosign moves its tag for each signature, and another client may have deleted it.
      if (!isMissing(error) || found.digest === before) throw error;
      before = found.digest;
    }
  }
}

async function layersOf(
  store: Source,
  digest: Digest,
  via: readonly Via[],
  { signal, limit }: Listened,
  tag?: string,
): Promise<readonly Attachment[]> {
  const attachments = attachmentsOfLayers(await store.manifest({ digest }, { signal }), via, tag);
  limit.count(attachments.length);
  return attachments;
}

/**
 * Unites attachments with one digest (within one holder), with all ways that named them. A manifest under cosign's tag
 * may also be a referrer: its layers are the attachments then.
 */
function merged(attachments: readonly Attachment[]): readonly Attachment[] {
  const known = new Map<string, Attachment>();
  const whole = new Map<Digest, readonly Via[]>();
  const add = (attachment: Attachment, via: readonly Via[]) => {
    const key = `${attachment.descriptor.digest} ${attachment.holder?.digest ?? ''}`;
    const before = known.get(key);
    const tags = new Set([...(before?.tags ?? []), ...(attachment.tags ?? [])]);
    known.set(key, {
      ...(before ?? attachment),
      via: before === undefined && via.length === 1 ? via : [...new Set([...(before?.via ?? []), ...via])],
      ...given({ tags: tags.size === 0 ? undefined : [...tags], content: before?.content ?? attachment.content }),
    });
  };
  const holders = new Set(attachments.map(({ holder }) => holder?.digest));
  for (const { descriptor, via } of attachments.filter(({ descriptor }) => holders.has(descriptor.digest)))
    whole.set(descriptor.digest, via);
  for (const attachment of attachments) {
    if (holders.has(attachment.descriptor.digest)) continue;
    add(attachment, [...attachment.via, ...((attachment.holder && whole.get(attachment.holder.digest)) ?? [])]);
  }
  return [...known.values()];
}
