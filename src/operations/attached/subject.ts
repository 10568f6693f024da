import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { ManifestSelector, Source } from '../../store/interfaces/store.js';
import { AskedWays } from './asked-ways.js';
import { type Descendant, type Descendants, descendantsOf, type IndexEntries } from './descendants.js';
import type { IndexOptions } from './index-levels.js';
import { choosePlatform } from './platform.js';

/** A manifest that can have attachments. */
export interface Subject {
  readonly descriptor: Descriptor;
  /** `os/architecture[/variant]`, where it is a child of an index that names one. */
  readonly platform?: string;
  /** BuildKit's attestation manifests for it; absent when its index was not read. */
  readonly attestations?: readonly Descriptor[] | undefined;
  /** The index that the subject was selected from, and all below it. */
  readonly siblings?: readonly Digest[] | undefined;
  /** The indexes that hold it, of those below the one that it was selected from: the nearest first. */
  readonly above?: readonly Descriptor[] | undefined;
  /** The entries of the index that it was selected from, and of those below it. */
  readonly entries?: IndexEntries | undefined;
}

/** A subject below an index. */
export interface InnerSubject extends Subject, Pick<Descendant, 'isPlatform' | 'mayRun' | 'within'> {}

/** All manifests below an index, as subjects. */
export interface Platforms extends Pick<Descendants, 'unread' | 'entries'> {
  /** Inner indexes and their entries, too, each once. */
  readonly platforms: readonly InnerSubject[];
  /** The digests of all entries at every depth, with attestations: deleting one of them would break an index. */
  readonly children: readonly Digest[];
}

/**
 * Resolves a selector to a subject: the manifest, or with `platform` the first match in an index or the indexes within it.
 *
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS` (no selector and several roots), `NO_MATCH` (the index lacks the platform),
 *   `INCOMPLETE` (an index within it could not be read, and the others lack the platform or `onUnasked` is absent)
 */
export async function resolveSubject(
  source: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  { signal, limit, onUnasked }: Pick<IndexOptions, 'signal' | 'limit' | 'onUnasked'> = {},
): Promise<Subject> {
  if (platform === undefined) return { descriptor: await source.resolve(selector, { signal }) };
  const known = new Map<Digest, Manifest>();
  const onOpened = (opened: Manifest) => void known.set(opened.descriptor.digest, opened);
  const { manifest, child } = await choosePlatform(source, selector, platform, { signal, limit, onOpened });
  // Any of the indexes may hold the attestations of the platform.
  const account = new AskedWays();
  const listener = onUnasked ?? ((way: string, error: unknown) => account.failed(way, error));
  const found = await platformSubjects(source, manifest.descriptor, { signal, limit, known, onUnasked: listener });
  account.checkComplete();
  const own = found?.platforms.find(({ descriptor }) => descriptor.digest === child.digest);
  return {
    descriptor: child,
    ...platformField(child.platform),
    attestations: own?.attestations ?? [],
    siblings: [manifest.descriptor.digest, ...(found?.children ?? [])],
    above: found && [...indexesOver(own, found), manifest.descriptor],
    ...given({ entries: found?.entries }),
  };
}

/** All manifests below an index as subjects; undefined for a manifest that is not an index. */
export async function platformSubjects(
  source: Source,
  index: Descriptor,
  options: IndexOptions = {},
): Promise<Platforms | undefined> {
  const found = await descendantsOf(source, index, options);
  return (
    found && {
      platforms: found.all.map(({ platform, alsoFor: _, ...rest }) => ({ ...rest, ...platformField(platform) })),
      children: [...new Set([...found.entries.values()].flat().map(({ digest }) => digest))],
      entries: found.entries,
      unread: found.unread,
    }
  );
}

/** The inner indexes that hold a manifest, directly or over others: the nearest first. */
function indexesOver(inner: InnerSubject | undefined, { platforms }: Platforms): readonly Descriptor[] {
  const above = new Map<Digest, Descriptor>();
  const byDigest = new Map(platforms.map((one) => [one.descriptor.digest, one]));
  for (let level = [inner]; level.length > 0; ) {
    const next = level.flatMap((one) => [...(one?.within ?? [])]).map((digest) => byDigest.get(digest));
    level = next.filter((one) => one !== undefined && !above.has(one.descriptor.digest));
    for (const one of level) if (one !== undefined) above.set(one.descriptor.digest, one.descriptor);
  }
  return [...above.values()];
}

function platformField(platform: Platform | undefined): Pick<Subject, 'platform'> {
  return given({ platform: platform && (formatPlatform(platform) || undefined) });
}
