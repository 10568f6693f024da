import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { given } from '../../../oci/values/given.js';
import type { Fact } from '../content/graph.js';
import { differences, type Fault } from '../content/manifest-faults.js';

/** The name of an entry of `index.json`. */
export function tagOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[Annotation.refName];
}

/** How messages call an entry of `index.json`. */
export function holderOf(entry: Descriptor): string {
  const tag = tagOf(entry);
  return tag === undefined ? 'index.json' : `tag ${JSON.stringify(tag)}`;
}

/** Where an entry of `index.json` contradicts its manifest. */
export function entryFaults(entry: Descriptor, fact: Fact): readonly Fault[] {
  const codes = { size: 'entry-size', type: 'entry-type', artifactType: 'entry-artifact-type' } as const;
  const faults = [...differences(entry, fact.entry, holderOf(entry), codes)];
  for (const key of wrongAnnotations(entry, fact))
    faults.push(['entry-annotations', `index.json has another ${key} for ${entry.digest} than the manifest`]);
  return faults;
}

/** The corrected entry; the same object where it has no fault. */
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
 * The keys whose values contradict the manifest. oras copies a referrer's annotations into its entry; other tools add
 * their own, or none. A tagged entry is not compared: its annotations belong to the tag.
 */
function wrongAnnotations(entry: Descriptor, { entry: found, subject }: Fact): readonly string[] {
  if (subject === undefined || tagOf(entry) !== undefined) return [];
  return Object.entries(entry.annotations ?? {}).flatMap(([key, value]) => {
    const wanted = found.annotations?.[key];
    return wanted === undefined || wanted === value ? [] : [key];
  });
}

/** The corrected member of a list (distribution-spec, "Listing Referrers"); the same object where it is right. */
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

/** Entries that repeat an earlier one. */
export function entriesTwice(entries: readonly Descriptor[]): readonly Descriptor[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const text = JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
    return seen.has(text) || !seen.add(text);
  });
}
