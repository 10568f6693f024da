import { RemoraError } from '../../../errors.js';
import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { platformVariants, severalPlatforms, withoutAttestations } from './platforms.js';

/** The name of an entry, if it has one. */
export function nameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[Annotation.refName];
}

/** The key of the full name that containerd, Docker and BuildKit note beside the tag: `docker.io/library/alpine:3.20`. */
export const FULL_NAME = 'io.containerd.image.name';

function fullNameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[FULL_NAME];
}

/** The name that tells an entry from others with the same tag. */
export function wholeNameOf(entry: Descriptor): string | undefined {
  return fullNameOf(entry) ?? nameOf(entry);
}

/** The tags that different manifests share: `docker save` of several repositories writes such. */
function sharedTags(entries: readonly Descriptor[]): ReadonlySet<string> {
  const holders = new Map<string, string>();
  const shared = new Set<string>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (name === undefined) continue;
    if ((holders.get(name) ?? entry.digest) !== entry.digest) shared.add(name);
    holders.set(name, entry.digest);
  }
  return shared;
}

/** The names of the entries that have one; full names where a tag alone does not tell them apart. */
export function namesOf(entries: readonly Descriptor[]): readonly string[] {
  const shared = sharedTags(entries);
  return entries.flatMap((entry) => {
    const name = nameOf(entry);
    return name !== undefined && shared.has(name) ? (fullNameOf(entry) ?? name) : (name ?? []);
  });
}

/** The name to choose each entry by: its tag, else its full name, else its digest where others have both. */
export function choicesOf(entries: readonly Descriptor[]): readonly string[] {
  const isOwn = (entry: Descriptor, rule: (entry: Descriptor) => string | undefined) =>
    entries.every((other) => other.digest === entry.digest || rule(other) !== rule(entry));
  return entries.map((entry) => {
    const rule = [nameOf, fullNameOf].find((one) => one(entry) !== undefined && isOwn(entry, one));
    return rule?.(entry) ?? entry.digest;
  });
}

/** Everything that an entry can be called. */
export function nameKeys(entry: Descriptor): readonly string[] {
  return [nameOf(entry), fullNameOf(entry), tagPart(nameOf(entry))].filter((name) => name !== undefined);
}

/**
 * The entries with a tag: by the whole name, else by the full name beside it. The last rule is the tag part of a full
 * reference (`host/repo:tag`), as containerd and skopeo write it.
 */
export function entriesWithTag(entries: readonly Descriptor[], tag: string): readonly Descriptor[] {
  const rules = [nameOf, fullNameOf, (entry: Descriptor) => tagPart(nameOf(entry))];
  const found = rules.map((rule) => entries.filter((entry) => rule(entry) === tag));
  return found.find(({ length }) => length > 0) ?? [];
}

/**
 * Finds the entry with a tag, as {@link entriesWithTag} has it.
 *
 * @throws RemoraError `NOT_FOUND` that suggests the tags that exist, `AMBIGUOUS` that lists names or platforms
 */
export function findTag(entries: readonly Descriptor[], tag: string, place: string): Descriptor {
  const found = withoutAttestations(entriesWithTag(entries, tag));
  const [first] = found;
  if (first === undefined) {
    const names = namesOf(entries);
    throw new RemoraError('NOT_FOUND', `${place} has no tag ${JSON.stringify(tag)}`, {
      candidates: names,
      hint: names.length === 0 ? 'It has no tags; name a digest' : `It has ${listNames([...new Set(names)])}`,
    });
  }
  if (found.every(({ digest }) => digest === first.digest)) return first;
  const problem = `${place} has several entries for ${JSON.stringify(tag)}`;
  const variants = platformVariants(found);
  throw variants.length > 0
    ? severalPlatforms(`${problem}, one for each platform`, variants)
    : severalNames(problem, found);
}

/** The error for entries that a tag can mean: each by its whole name, where that tells it from the others. */
export function severalNames(problem: string, found: readonly Descriptor[]): RemoraError {
  const candidates = found.map((entry) => wholeNameOf(entry) ?? entry.digest);
  const digests = [...new Set(found.map(({ digest }) => digest))];
  return new RemoraError('AMBIGUOUS', problem, {
    candidates,
    hint:
      new Set(candidates).size < digests.length
        ? `Name the digest of the one that is meant: ${listNames(digests)}`
        : `Name one of them: ${listNames(candidates)}`,
  });
}

/** The tag in a full reference; undefined for a name that is none. */
export function tagPart(name: string | undefined): string | undefined {
  return /^(?:[^@]*\/)?[^/:@]+:([^/:@]+)(?:@.*)?$/.exec(name ?? '')?.[1];
}

/** A few names for a hint. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
