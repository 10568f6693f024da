import { isRemoraError, type RemoraErrorCode } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import type { ItemLimit } from '../attached/item-limit.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { CONCURRENCY, type Names, readNames } from './names.js';

/** Options of {@link takeCensus}. */
export interface CensusOptions extends CallOptions {
  readonly limit: ItemLimit;
  /** Other places where subjects may be. */
  readonly elsewhere: readonly Source[];
}

/** All subjects that a place knows of. */
export interface Census extends Names {
  /** Subjects that are in the place. */
  readonly here: readonly Subject[];
  /** Subjects that are in another of the places. */
  readonly there: readonly Digest[];
  /** Subjects of which every place says that they do not exist. */
  readonly gone: ReadonlySet<Digest>;
  /** Manifests that tags lead to, by the subject that they name: its lists need not name them. */
  readonly attached: ReadonlyMap<Digest, readonly Manifest[]>;
  /** The entries of indexes that are in the place: an index would name a manifest that is gone. */
  readonly children: ReadonlySet<Digest>;
}

/**
 * Finds the subjects of a place. A registry lists tags alone: they name images, or the digests that something is attached to.
 * Of an attachment that is there its own subject is asked for as well. A layout shows all that it holds.
 *
 * @throws RemoraError `INCOMPLETE` where something could not be asked, `NOT_FOUND`, `INTERRUPTED`
 */
export async function takeCensus(source: Source, options: CensusOptions): Promise<Census> {
  const { signal, limit, elsewhere } = options;
  const names = await readNames(source, { signal });
  const account = new AskedWays();
  const here = new Map<Digest, Subject>();
  const there: Digest[] = [];
  const gone = new Set<Digest>();
  const children = new Set<Digest>();
  const attached = new Map<Digest, Manifest[]>();
  const onUnasked = (way: string, error: unknown) => account.failed(way, error);

  const meet = async (descriptor: Descriptor) => {
    if (!here.has(descriptor.digest)) here.set(descriptor.digest, { descriptor });
    const found = await platformSubjects(source, descriptor, { signal, limit, onUnasked });
    for (const child of found?.children ?? []) children.add(child);
    // BuildKit's attestations are entries of the index, and never go.
    for (const { descriptor, platform } of found?.platforms ?? [])
      if (here.get(descriptor.digest)?.platform === undefined)
        here.set(descriptor.digest, { descriptor, ...(platform === undefined ? {} : { platform }) });
  };
  const inventory = hasInventory(source) ? source : undefined;
  const roots = (await inventory?.roots({ signal })) ?? [];
  await mapSome([...names.tagged.values(), ...roots], CONCURRENCY, ({ mediaType, digest, size }) =>
    meet({ mediaType, digest, size }),
  );

  const seen = new Set<Digest>();
  const subjects = [...names.subjects, ...((await inventory?.subjects({ signal })) ?? [])];
  for (let level: readonly Digest[] = subjects; level.length > 0; ) {
    const fresh = [...new Set(level)].filter((digest) => !here.has(digest) && !seen.has(digest));
    for (const digest of fresh) seen.add(digest);
    limit.count(fresh.length);
    const above = await mapSome(fresh, CONCURRENCY, async (digest): Promise<Digest | undefined> => {
      try {
        const found = await readSubject(source, digest, { signal });
        if (found === 'unreadable') here.set(digest, unknownSubject(digest));
        else if (found !== 'gone') {
          await meet(found.descriptor);
          const subject = subjectOf(found)?.digest;
          if (subject !== undefined) attached.set(subject, [...(attached.get(subject) ?? []), found]);
          return subject;
        } else if (await isThere(elsewhere, digest, { signal })) there.push(digest);
        else gone.add(digest);
      } catch (error) {
        account.failed(`manifest ${source.format({ digest })}`, error);
      }
      return undefined;
    });
    level = above.filter((digest) => digest !== undefined);
  }
  account.checkComplete();
  return { ...names, here: [...here.values()], there, gone, attached, children };
}

/** Whether one of the places has a manifest. @throws RemoraError where a place does not answer with yes or no */
export async function isThere(places: readonly Source[], digest: Digest, options: CallOptions): Promise<boolean> {
  for (const place of places) if ((await readSubject(place, digest, options)) !== 'gone') return true;
  return false;
}

/** A subject of which nothing but the digest is known. */
export function unknownSubject(digest: Digest): Subject {
  return { descriptor: { mediaType: MediaType.imageManifest, digest, size: 0 } };
}

/** Failures of a manifest that is there. */
const UNREADABLE: readonly RemoraErrorCode[] = ['MALFORMED', 'UNSUPPORTED', 'DIGEST_MISMATCH', 'SIZE_MISMATCH'];

/**
 * Reads a subject. Absence counts here, so that the place must say it to a request for the manifest itself: some registries
 * answer HEAD with 404 for what they have.
 *
 * @throws RemoraError for every other answer, like 401, 403 and 5xx
 */
async function readSubject(
  source: Source,
  digest: Digest,
  { signal }: CallOptions,
): Promise<Manifest | 'unreadable' | 'gone'> {
  try {
    return await source.manifest({ digest }, { signal });
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    if (error.code === 'NOT_FOUND') return 'gone';
    if (UNREADABLE.includes(error.code)) return 'unreadable';
    throw error;
  }
}
