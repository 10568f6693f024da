import { isRemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import { attachmentOfManifest } from '../attached/attachment.js';
import type { ItemLimit } from '../attached/item-limit.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { AttachedWalk, type WalkOptions } from '../attached/walk.js';
import { type Holder, holdersOf } from '../detach/holder.js';
import { type Census, unknownSubject } from './census.js';
import { CONCURRENCY } from './names.js';

/** All that is attached in a place, at every depth. */
export interface Survey {
  /** By subject; a subject stands before the attachments that are subjects themselves. */
  readonly bySubject: ReadonlyMap<Digest, readonly Holder[]>;
  /** The entries of attachments that are indexes. */
  readonly children: ReadonlySet<Digest>;
  /** The registry answered that it has no Referrers API. */
  readonly lacksApi: boolean;
  /** Manifests that lists name, and that are gone. */
  readonly vanished: ReadonlySet<Digest>;
}

/** @throws RemoraError `INCOMPLETE` where a way could not be asked, `INTERRUPTED` */
export async function surveyOf(
  source: Source,
  census: Census,
  { signal, limit, predicateTypes }: CallOptions & Pick<WalkOptions, 'predicateTypes'> & { readonly limit: ItemLimit },
): Promise<Survey> {
  const { here, there, gone, lists, tagged } = census;
  const account = new AskedWays();
  const vanished = new Set<Digest>();
  // A layout shows all that it holds: an entry without its manifest is attached to nothing.
  const isWhole = hasInventory(source);
  if (isWhole)
    await mapSome(
      lists.flatMap(({ entries }) => entries),
      CONCURRENCY,
      async ({ digest }) => {
        if (!tagged.has(digest) && !(await source.hasManifest(digest))) vanished.add(digest);
      },
    );
  const walk = new AttachedWalk(source, undefined, {
    signal,
    limit,
    predicateTypes,
    onUnasked: (way, error) => {
      if (!isWhole || !isRemoraError(error) || error.code !== 'NOT_FOUND') account.failed(way, error);
    },
    onAsked: (answer) => account.answered(answer),
    onGone: ({ digest }: Descriptor) => void vanished.add(digest),
  });
  const bySubject = new Map<Digest, Holder[]>();
  const asked = new Set<Digest>();
  for (let level: readonly Subject[] = [...here, ...[...there, ...gone].map(unknownSubject)]; level.length > 0; ) {
    for (const { descriptor } of level) asked.add(descriptor.digest);
    const below = new Map<Digest, Subject>();
    for (const holder of holdersOf(await walk.level(level))) {
      const holders = bySubject.get(holder.subject);
      if (holders === undefined) bySubject.set(holder.subject, [holder]);
      else holders.push(holder);
      const { digest } = holder.manifest;
      if (!asked.has(digest)) below.set(digest, { descriptor: holder.manifest });
    }
    level = [...below.values()];
  }
  const children = new Set<Digest>();
  const indexes = [...bySubject.values()].flat().filter(({ manifest }) => isIndexType(manifest.mediaType));
  await mapSome(indexes, CONCURRENCY, async ({ manifest }) => {
    const onUnasked = (way: string, error: unknown) => account.failed(way, error);
    const found = await platformSubjects(source, manifest, { signal, limit, onUnasked });
    for (const child of found?.children ?? []) children.add(child);
  });
  account.checkComplete();
  for (const holder of unlisted(census)) {
    const holders = bySubject.get(holder.subject) ?? [];
    const isListed = holders.some(({ manifest }) => manifest.digest === holder.manifest.digest);
    if (!isListed) bySubject.set(holder.subject, [...holders, holder]);
  }
  const api = account.ways.find(({ via }) => via === 'api');
  const lacksApi = api !== undefined && api.unsupported === api.subjects;
  return { bySubject, children, lacksApi, vanished };
}

/**
 * Attachments of subjects that are gone, found by the tags of their own attachments. An interrupted removal takes them out of
 * their list first. Those of other subjects may be on their way into a list.
 */
function unlisted({ attached, gone }: Census): readonly Holder[] {
  return [...attached].flatMap(([subject, manifests]) =>
    gone.has(subject)
      ? manifests.map((manifest) => {
          const attachment = attachmentOfManifest(manifest, ['tag']);
          return { manifest: attachment.descriptor, attachments: [attachment], via: attachment.via, subject };
        })
      : [],
  );
}
