import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { given } from '../../../oci/values/given.js';
import type { Fact } from '../content/graph.js';
import { differences, type Fault } from '../content/manifest-faults.js';

/** The name of an entry of `index.json`, if it has one. */
export function tagOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[Annotation.refName];
}

/** How messages call an entry of `index.json`. */
export function holderOf(entry: Descriptor): string {
  const tag = tagOf(entry);
  return tag === undefined ? 'index.json' : `tag ${JSON.stringify(tag)}`;
}

/** What an entry of `index.json` says of its manifest that the manifest does not. */
export function entryFaults(entry: Descriptor, fact: Fact): readonly Fault[] {
  const codes = { size: 'entry-size', type: 'entry-type', artifactType: 'entry-artifact-type' } as const;
  const faults = [...differences(entry, fact.entry, holderOf(entry), codes)];
  for (const key of wrongAnnotations(entry, fact))
    faults.push(['entry-annotations', `index.json has another ${key} for ${entry.digest} than the manifest`]);
  return faults;
}

/** The entry as it should be; the same object where nothing is wrong with it. */
export function mendedEntry(entry: Descriptor, fact: Fact): Descriptor {
  if (entryFaults(entry, fact).length === 0) return entry;
  const { mediaType, size, artifactType } = fact.entry;
  const { artifactType: before, ...rest } = entry;
  const wrong = wrongAnnotations(entry, fact).map((key) => [key, fact.entry.annotations?.[key] ?? '']);
  return {
    ...rest,
    mediaType,
    size,
    ...given({
      artifactType: before === undefined ? undefined : artifactType,
      annotations: wrong.length === 0 ? undefined : { ...entry.annotations, ...Object.fromEntries(wrong) },
    }),
  };
}

/**
 * A referrer's entry carries its annotations (the way of oras); other tools add their own, or none. What stands under a tag
 * belongs to whoever tagged it.
 */
function wrongAnnotations(entry: Descriptor, { entry: found, subject }: Fact): readonly string[] {
  if (subject === undefined || tagOf(entry) !== undefined) return [];
  return Object.entries(entry.annotations ?? {}).flatMap(([key, value]) => {
    const wanted = found.annotations?.[key];
    return wanted === undefined || wanted === value ? [] : [key];
  });
}

/** A member of a list of referrers as it should be (distribution-spec, "Listing Referrers"); the same where it is right. */
export function mendedMember(member: Descriptor, { entry }: Fact): Descriptor {
  const { artifactType, annotations, ...rest } = member;
  const lacks = Object.entries(entry.annotations ?? {}).some(([key, value]) => annotations?.[key] !== value);
  const isRight =
    member.size === entry.size &&
    member.mediaType === entry.mediaType &&
    (artifactType ?? '') === (entry.artifactType ?? '') &&
    !lacks;
  if (isRight) return member;
  return {
    ...rest,
    mediaType: entry.mediaType,
    size: entry.size,
    ...given({
      artifactType: entry.artifactType,
      annotations: (annotations ?? entry.annotations) && { ...annotations, ...entry.annotations },
    }),
  };
}

/** Entries that say the same as one before them. */
export function entriesTwice(entries: readonly Descriptor[]): readonly Descriptor[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const text = JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
    return seen.has(text) || !seen.add(text);
  });
}
