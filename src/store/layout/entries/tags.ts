import { RemoraError } from '../../../errors.js';
import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';

/** The name of an entry, if it has one. */
export function nameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[Annotation.refName];
}

/** The full name that containerd, Docker and BuildKit note beside the tag: `docker.io/library/alpine:3.20`. */
function fullNameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.['io.containerd.image.name'];
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

/** The name to choose each entry by: its tag, or its digest where it has no tag of its own. */
export function choicesOf(entries: readonly Descriptor[]): readonly string[] {
  const shared = sharedTags(entries);
  return entries.map((entry) => {
    const name = nameOf(entry);
    return name === undefined || shared.has(name) ? entry.digest : name;
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
 * @throws RemoraError `NOT_FOUND` that suggests the tags that exist, `AMBIGUOUS`
 */
export function findTag(entries: readonly Descriptor[], tag: string, place: string): Descriptor {
  const found = entriesWithTag(entries, tag);
  const first = found[0];
  if (first === undefined) {
    const names = namesOf(entries);
    throw new RemoraError('NOT_FOUND', `${place} has no tag ${JSON.stringify(tag)}`, {
      candidates: names,
      hint: names.length === 0 ? 'It has no tags; name a digest' : `It has ${listNames(names)}`,
    });
  }
  if (found.some(({ digest }) => digest !== first.digest)) {
    throw new RemoraError('AMBIGUOUS', `${place} has several entries for ${JSON.stringify(tag)}`, {
      candidates: found.map((entry) => fullNameOf(entry) ?? nameOf(entry) ?? entry.digest),
      hint: `Name the digest of the one that is meant: ${listNames(found.map(({ digest }) => digest))}`,
    });
  }
  return first;
}

/** The tag in a full reference; undefined for a name that is none. */
export function tagPart(name: string | undefined): string | undefined {
  if (name === undefined || !name.includes('/')) return undefined;
  const last = name.slice(name.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0 ? undefined : last.slice(colon + 1).replace(/@.*$/, '');
}

/** How `cosign save` marks what it writes: one image, and what is attached to it. */
const COSIGN_KIND = 'dev.cosignproject.cosign/';
const COSIGN_ENDS: Readonly<Record<string, string>> = { '.sig': 'sigs', '.att': 'atts', '.sbom': 'sboms' };

/**
 * The entry that stands for one of cosign's tags. Older versions of `cosign save` enter signatures by their kind,
 * without a tag, beside the one image.
 */
export function findSaved(entries: readonly Descriptor[], tag: string): Descriptor | undefined {
  const kindOf = (entry: Descriptor) => entry.annotations?.kind?.replace(COSIGN_KIND, '');
  const [, subject, end = ''] = /^(.*)(\.[a-z]+)$/.exec(tag) ?? [];
  const images = entries.filter((entry) => ['image', 'imageIndex'].includes(kindOf(entry) ?? ''));
  const [image] = images;
  if (image === undefined || images.length > 1 || referrersTag(image.digest) !== subject) return undefined;
  return entries.find((entry) => COSIGN_ENDS[end] !== undefined && kindOf(entry) === COSIGN_ENDS[end]);
}

/** Whether `cosign save` made an entry. */
export function isSaved(entry: Descriptor): boolean {
  return entry.annotations?.kind?.startsWith(COSIGN_KIND) === true;
}

/** Whether an entry of `cosign save` is attached to the image that was saved. */
export function isSavedAttachment(entry: Descriptor): boolean {
  return Object.values(COSIGN_ENDS).some((kind) => entry.annotations?.kind === `${COSIGN_KIND}${kind}`);
}

/** A few names for a hint. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/**
 * Points `tag` at `entry`: exactly one entry has the name afterwards, and what had it before stays, untagged. Gives the
 * same array back when nothing changes.
 */
export function setTag(entries: readonly Descriptor[], tag: string, entry: Descriptor): readonly Descriptor[] {
  const holders = entries.filter((candidate) => nameOf(candidate) === tag);
  if (holders.length === 1 && holders[0]?.digest === entry.digest) return entries;
  const keeper = holders.find(({ digest }) => digest === entry.digest);
  const freed = withoutTag(entries, tag, keeper);
  if (keeper !== undefined) return freed;
  const untagged = freed.findIndex((candidate) => candidate.digest === entry.digest && nameOf(candidate) === undefined);
  const existing = freed[untagged];
  return existing === undefined ? [...freed, withName(entry, tag)] : freed.with(untagged, withName(existing, tag));
}

/** Takes a tag away, but for one entry: what had it stays, without a name, unless it has another. */
export function withoutTag(entries: readonly Descriptor[], tag: string, but?: Descriptor): readonly Descriptor[] {
  return entries.flatMap((entry) => {
    if (nameOf(entry) !== tag || entry === but) return [entry];
    const elsewhere = entries.some((other) => other !== entry && other.digest === entry.digest);
    return elsewhere ? [] : [withoutName(entry)];
  });
}

/** The entry under a name. */
export function withName(entry: Descriptor, tag: string): Descriptor {
  return { ...entry, annotations: { ...entry.annotations, [Annotation.refName]: tag } };
}

function withoutName(entry: Descriptor): Descriptor {
  const { annotations, ...rest } = entry;
  const { [Annotation.refName]: _, ...others } = annotations ?? {};
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}
