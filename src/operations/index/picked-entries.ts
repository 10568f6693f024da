import { isRemoraError, RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { formatPlatform, matchesPlatform, type Platform, parsePlatform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { IndexTarget } from './index-place.js';
import { selectorAt } from './members.js';

/** An entry of an index as a caller names it: by a tag or digest of the index's place, or by its platform. */
export type NamedEntry = { readonly selector: ManifestSelector } | { readonly platform: Platform };

/** The same, with a tag resolved. */
type KnownEntry = { readonly digest: Digest } | { readonly platform: Platform };

/** @throws RemoraError `INVALID_ARGUMENT` for what is neither a platform nor a name in the index's own place */
export function parseEntryName(at: IndexTarget['at'], text: string): NamedEntry {
  const selector = selectorAt(at, text);
  if (selector !== undefined) return { selector };
  try {
    return { platform: parsePlatform(text) };
  } catch (cause) {
    if (!isRemoraError(cause)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} is in another place than the index`, {
      cause,
      found: text,
      hint: 'Name the member by its digest, or by its platform like linux/arm64',
    });
  }
}

/** Resolves tags. A digest need not be there: an index can name what is gone. @throws RemoraError `NOT_FOUND` (a tag) */
export function knownEntries(
  source: Source,
  named: readonly NamedEntry[],
  options: CallOptions,
): Promise<readonly KnownEntry[]> {
  const known = async (one: NamedEntry): Promise<KnownEntry> => {
    if ('platform' in one) return one;
    return { digest: one.selector.digest ?? (await source.resolve(one.selector, options)).digest };
  };
  return Promise.all(named.map(known));
}

/** The entries of the index of one tag that a caller means. A platform means those that have it at the first look. */
export class PickedEntries {
  #digests: ReadonlySet<string> | undefined;

  constructor(
    private readonly wanted: readonly KnownEntry[],
    private readonly name: string,
  ) {}

  /** @throws RemoraError `NO_MATCH` at the first look; what is gone later was taken out by another writer */
  of(entries: readonly Descriptor[]): ReadonlySet<Descriptor> {
    const isMeant = (entry: Descriptor) => this.wanted.some((one) => matches(entry, one));
    if (this.#digests === undefined) for (const one of this.wanted) this.#require(entries, one);
    this.#digests ??= new Set(entries.filter(isMeant).map(({ digest }) => digest));
    const digests = this.#digests;
    return new Set(
      entries.filter((entry) => digests.has(entry.digest) && (isMeant(entry) || this.#isAlone(entries, entry))),
    );
  }

  /** A platform that was changed no longer tells which entry was meant. */
  #isAlone(entries: readonly Descriptor[], { digest }: Descriptor): boolean {
    return entries.filter((entry) => entry.digest === digest).length === 1;
  }

  #require(entries: readonly Descriptor[], wanted: KnownEntry): void {
    if (entries.some((entry) => matches(entry, wanted))) return;
    const what = 'digest' in wanted ? `member ${wanted.digest}` : `platform ${formatPlatform(wanted.platform)}`;
    const candidates = entries.map(({ digest, platform }) =>
      'digest' in wanted || platform === undefined ? digest : formatPlatform(platform),
    );
    throw new RemoraError('NO_MATCH', `${this.name} has no ${what}`, {
      candidates,
      hint: candidates.length === 0 ? 'It has no members' : `It has ${candidates.slice(0, 10).join(', ')}`,
    });
  }
}

function matches(entry: Descriptor, wanted: KnownEntry): boolean {
  if ('digest' in wanted) return wanted.digest === entry.digest;
  return entry.platform !== undefined && matchesPlatform(wanted.platform, entry.platform);
}
